// Lines, cells and items of lists, which no name reaches across: see `ner_service/text/layout.py`.

import { LETTER, SPACES, WORD, isLower, isLowerWord, isUpper, lengthOf } from "./characters.js";

const LINE = /[^\n\v\f\r\x1c-\x1e\x85\u2028\u2029]*(?:\r\n|[\n\v\f\r\x1c-\x1e\x85\u2028\u2029]|$)/gu;
const QUOTED = /(?<![^\n])[ \t]*(?:>[ \t]?)+/gu;
const BROKEN_WORD = new RegExp(
  `-(?<=[${LETTER}]-)[ \\t]*\\r?\\n[ \\t]*(?=[${LETTER}])(?![${WORD}]*-)`,
  "gu",
);
const CUE =
  /(?:\r?\n)*(?!\r?\n)(?<![^\n])(?:(?:\p{Nd}{1,5}[ \t]*\r?\n)|(?!\p{Nd}{1,5}[ \t]*\r?\n))(?:\p{Nd}{1,2}:)?\p{Nd}\p{Nd}:\p{Nd}\p{Nd}[,.]\p{Nd}{3}[ ]-->[ ][^\n]{0,80}\n/gu;
const CELL = /(?:[ ]*[\t|]|[ ]{3,})[ \t|]*/gu;
const ITEM = new RegExp(
  `^(?:[-–—*+•·‣⁃◦▪■●○►▶→✓✔\\uf000-\\uf0ff][${SPACES}]` +
    `|\\(?\\p{Nd}{1,3}(?=((?:\\.\\p{Nd}{1,3})*))\\1[.)]|\\(?[а-яёa-z]\\)[${SPACES}]|#{1,6}[${SPACES}])`,
  "iu",
);
const FIELD = new RegExp(`^[${LETTER}][^:\\n]{0,40}:(?:[${SPACES}]|$)`, "u");
const INITIALS = /^[А-ЯЁ]\.[ ]?[А-ЯЁ]\.[ ]?[а-яё]/u; // of a surname at the end of the last line
const SENTENCE_END = /[.!?…;:]["»”’)\]]{0,3}$/u;
const WORDS = new RegExp(`(?<![\\p{L}\\p{N}])[${LETTER}]{2,}`, "gu");
const OUTER_SPACE = new RegExp(`^[${SPACES}]+|[${SPACES}]+$`, "gu");
const LEADING_SPACE = new RegExp(`^[${SPACES}]*`, "u");
const SPACE_RUN = new RegExp(`[${SPACES}]+`, "u");

/** Finds where units end by the look of a text. */
export class LayoutReader {
  constructor({ WRAPPED_CHARS, FULL, NEAR, TAIL, CAPITALS, SMALL }, filler) {
    Object.assign(this, { wrapped: WRAPPED_CHARS, full: FULL, near: NEAR, tail: TAIL, filler });
    this.joint = new RegExp(`-${filler}+|${filler}{2,}`, "u"); // what `joinLines` puts where a line ended
    const letter = (set, least) => `(?: [${set}]){${least},}`;
    this.spaced = new RegExp(
      `(?<![\\p{L}\\p{N}])(?:[${CAPITALS}]${letter(CAPITALS, 3)}(?! [${CAPITALS}])` +
        `|[${CAPITALS}${SMALL}]${letter(SMALL, 4)}(?! [${SMALL}]))(?![\\p{L}\\p{N}])`,
      "gu",
    );
  }

  /** Returns a text whose letter-spaced words are whole. */
  joinLetters(text) {
    return text.replace(this.spaced, (word) => word.replaceAll(" ", this.filler));
  }

  /** Returns a text without marks of quoted mail and times of subtitles, and broken words whole. */
  joinLines(text) {
    let bare = text;
    if (text.includes(">")) {
      bare = text.replace(QUOTED, (mark) => " ".repeat(mark.length));
      bare = bare.replace(CUE, (cue) => "\n".padStart(lengthOf(cue)));
    }
    return bare.replace(BROKEN_WORD, (broken, at) => {
      const next = String.fromCodePoint(bare.codePointAt(at + broken.length));
      if (isUpper(next)) return `-${this.filler.repeat(broken.length - 1)}`;
      return this.filler.repeat(broken.length);
    });
  }

  /** Returns the places in a text that no name reaches across, in code points of both texts. */
  unitEnds(text, source) {
    const ends = new Set(this.lineEnds(text.text).map((unit) => text.point(unit)));
    if (/\t|\|| {3}/u.test(source.text)) {
      for (const cell of source.text.matchAll(CELL)) {
        const indents = !cell[0].includes("|") && /^$|[\n\r]/u.test(source.text.slice(0, cell.index).slice(-1));
        if (!indents) ends.add(source.point(cell.index + cell[0].length));
      }
    }
    if (text.text.includes(";")) for (const unit of itemEnds(text.text)) ends.add(text.point(unit));
    ends.delete(0);
    ends.delete(text.length);
    return [...ends].sort((a, b) => a - b);
  }

  lineEnds(text) {
    const { lines, starts, blocks } = linesWithText(text);
    const widths = lines.map((line) => line.split(this.joint).map(lengthOf)); // of lines that were joined
    const ends = [];
    let closed = false; // whether the last line of a block ends a sentence
    for (let n = lines.length - 1; n >= 0; n--) {
      const endsSentence = SENTENCE_END.test([...lines[n].slice(-2 * this.tail)].slice(-this.tail).join(""));
      const isLast = n + 1 === lines.length || blocks[n] !== blocks[n + 1];
      if (isLast) closed = endsSentence;
      if (n + 1 < lines.length && (isLast || endsSentence || !this.isWrapped(lines, widths, n, closed))) {
        ends.push(starts[n + 1]);
      }
    }
    return ends;
  }

  /** Says whether line `n` goes on in the next one, since it broke at the margin alone. */
  isWrapped(lines, widths, n, closed) {
    const line = lines[n];
    const following = lines[n + 1];
    const first = following.split(SPACE_RUN, 1)[0];
    const last = line.split(SPACE_RUN).at(-1);
    if (INITIALS.test(following) && isUpper([...last][0]) && hasLower(line)) return true;
    if (ITEM.test(following) || FIELD.test(following)) return false;
    const width = Math.max(...widths.slice(Math.max(0, n - this.near), n + this.near + 1).flat());
    if (widths[n].at(-1) + 1 + lengthOf(first) <= this.full * width || !hasLower(line)) return false;
    const isOpen = /[-,–—]$/u.test(last) || isLowerWord(last) || isLower(first);
    return isOpen || closed || width >= this.wrapped;
  }
}

/** Returns lines without the white space around them, their starts, and numbers of their blocks. */
function linesWithText(text) {
  const lines = [];
  const starts = [];
  const blocks = [];
  let block = 0;
  for (const { 0: whole, index } of text.matchAll(LINE)) {
    if (!whole) continue;
    const line = whole.replace(OUTER_SPACE, "");
    if (line) {
      lines.push(line);
      starts.push(index + LEADING_SPACE.exec(whole)[0].length);
      blocks.push(block);
    } else {
      block++;
    }
  }
  return { lines, starts, blocks };
}

/** Returns the ends of items that semicolons part, where one of two has no lower-case word. */
function itemEnds(text) {
  const items = text.split(";");
  const lower = items.map(hasLower);
  const ends = [];
  let end = 0;
  for (let n = 0; n + 1 < items.length; n++) {
    end += items[n].length + 1;
    if (!lower[n] || !lower[n + 1]) ends.push(end);
  }
  return ends;
}

function hasLower(text) {
  for (const [word] of text.matchAll(WORDS)) if (isLower(word)) return true;
  return false;
}
