// Signs at words, replaced one character by one: see `ner_service/text/signs.py`.

import { LETTER, isUpper, lengthOf } from "./characters.js";
import { expandRuns } from "./model_file.js";

const PARTING = "\x00"; // signs until it is known what is around them
const HOLDING = "\x01";
const PART = 1; // what the table of signs says of a character
const HOLD = 2;
const LIKE = 3;
const ALNUM = "\\p{L}\\p{N}";

const SINGLE_QUOTES = /‹([^‹›\n]{1,100})›/gu;
const SIGN_RUN = /[\x00\x01](?:[ \u200d]*[\x00\x01])*/gu;
const WORD_BEFORE = new RegExp(`([${ALNUM}]+)[.»”"')\\]]?[ ]?(?=\n?$)`, "u");
const WORD_BEHIND = new RegExp(`^[ ]?[«“"'(\\[]?([${LETTER}])`, "u");
const ANY_DASH = /[\u2010-\u2015\u2043\u2212\ufe63\uff0d]/u;
const HYPHEN = new RegExp(`(?<=[${ALNUM}])[\u2010\u2011\u2012\u2043\u2212\ufe63\uff0d](?=[${ALNUM}])`, "gu");
const DASH = new RegExp(`(?<=[${ALNUM}])[\u2013\u2014\u2015](?=[${ALNUM}])`, "gu");
const EMPHASIS = new RegExp(
  `(?<![${ALNUM}])(?<![_*~\`#])[_*~\`#]+(?=[${ALNUM}])` +
    `|(?<=[${ALNUM}])[_*~\`]+(?![_*~\`])(?![${ALNUM}])|(?<=[а-яёА-ЯЁ])#+(?!#)(?![${ALNUM}])` +
    `|(?<=[${ALNUM}])~(?=[${ALNUM}])|(?<=[${ALNUM}][.,])~(?=[${LETTER}])`,
  "gu",
);

/** Replaces signs, dashes and marks of emphasis; every offset in code points stays. */
export class SignReader {
  constructor({ kinds, like, LONGEST_WORD, NO_NAME_ALONE }) {
    this.kinds = expandRuns(kinds);
    this.like = like; // characters that others stand for
    this.longestWord = LONGEST_WORD;
    this.noNameAlone = new RegExp(`^(?:${NO_NAME_ALONE})$`, "u");
  }

  /** Returns a text with blanks for signs, and a comma for one that parts two capitalised words. */
  replaceSigns(source) {
    const text = source.replace(SINGLE_QUOTES, "«$1»");
    let changed = false;
    let marked = "";
    let from = 0;
    for (let at = 0; at < text.length; ) {
      const code = text.codePointAt(at);
      const width = code > 0xffff ? 2 : 1;
      const kind = this.kinds[code];
      if (kind) {
        marked += text.slice(from, at) + (kind === LIKE ? this.like[String.fromCodePoint(code)] : kind === PART ? PARTING : HOLDING);
        from = at + width;
        changed = true;
      }
      at += width;
    }
    if (!changed) return text;
    marked += text.slice(from);
    return marked.replace(SIGN_RUN, (run, at) => this.fill(run, at, marked));
  }

  fill(run, at, text) {
    const behind = WORD_BEHIND.exec(text.slice(at + run.length, at + run.length + 5));
    const parts = run.includes(PARTING) && behind && isUpper(behind[1]);
    if (parts && isUpper(this.wordBefore(text, at))) return ",".padEnd(run.length);
    return " ".repeat(run.length);
  }

  /** Returns the word that ends at a place of a text, or nothing. */
  wordBefore(text, end) {
    let before = text.slice(Math.max(0, end - 2 * this.longestWord), end);
    if (lengthOf(before) > this.longestWord) before = [...before].slice(-this.longestWord).join("");
    return WORD_BEFORE.exec(before)?.[1] ?? "";
  }

  /** Returns a text with `-` for every hyphen within a word, and a comma for a dash between names. */
  replaceDashes(text) {
    if (!ANY_DASH.test(text)) return text;
    const hyphened = text.replace(HYPHEN, "-");
    return hyphened.replace(DASH, (dash, at) => {
      const first = this.wordBefore(hyphened, at);
      const twoNames = isUpper(first) && isUpper(hyphened.slice(at + 1, at + 3));
      return twoNames && !this.noNameAlone.test(first.toLowerCase()) ? "," : "-";
    });
  }

  /** Returns a text with blanks for Markdown's marks at the edges of words, and LaTeX's ties. */
  replaceEmphasis(text) {
    if (!/[_*~`#]/u.test(text)) return text;
    return text.replace(EMPHASIS, (mark) => " ".repeat(lengthOf(mark)));
  }
}
