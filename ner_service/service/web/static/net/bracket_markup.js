// Markup in brackets, replaced by as many characters: see `ner_service/text/bracket_markup.py`.

import { LETTER, SPACES, WORD, isAlpha, lengthOf } from "./characters.js";

const SHOWN = "[^\\[\\]|\\n]{1,200}"; // the text of a link
const WIKI_LINK = new RegExp(
  "(?<before>\\[\\[(?:[^\\[\\]|\\n]{0,200}\\|)?|\\[(?:id|club|public|app|event)\\p{Nd}{1,12}\\|)" +
    `(?<shown>${SHOWN})(?<behind>\\]\\]?)`,
  "gu",
);
const LINK = new RegExp(
  `(?<before>!?\\[)(?<shown>${SHOWN})(?<behind>\\]\\((?=[^()${SPACES}]{0,500}[/:#.])[^()${SPACES}]{1,500}` +
    '(?:[ ]"[^"\\n]{0,100}")?\\)|\\]\\[\\p{Nd}{0,3}\\])',
  "gu",
);
const BBCODE =
  /\[\/?(?:b|i|u|s|url|img|quote|code|color|size|font|center|spoiler|list|email|user)(?:=[^[\]\n]{1,300})?\]/giu;
const NOTE = new RegExp(
  `(?<=[${LETTER}])(?:[.»”"')]?(?:\\[(?:\\^?\\p{Nd}{1,3}(?:[,–—-] ?\\p{Nd}{1,3}){0,9}|\\^[${WORD}]{1,20}` +
    "|(?:[а-дa-eКA]|прим|комм?)\\.? ?\\p{Nd}{0,3}|(?:источник|кто|где|когда)[^\\[\\]\\n]{0,40})\\])+|\\{\\p{Nd}{1,3}\\})",
  "gu",
);
const KEPT = ".»”\"')";
const COMMAND = /\\[a-zA-Z]{2,20}\*?(?=\{)/gu;
const LINE_FEED = /(?:\\r)?\\n(?![a-z])|\\(?=["\-.*_()#+!>~`|])/gu; // of JSON, and Markdown
const WITHIN_WORD = new RegExp(`(?<=[${LETTER}])\\[([а-яё]{1,30})\\](?![${LETTER}])`, "gu");
const ANY_BRACKET = /[[\]{}\\]/u;
const NAMED = /\[(?=[А-ЯЁA-Z])([^[\]\n]{1,60})\](?<![:;=-]\])/gu;
const OTHER_BRACKET = /[[{}]|(?<![:;=-])\]/gu; // `:]` is a smiley
const ROUND = { "[": "(", "]": ")", "{": " ", "}": " " };

const blank = (text) => " ".repeat(lengthOf(text));

/** Replaces links, notes and commands; every offset in code points stays. */
export class BracketReader {
  constructor(held) {
    this.held = held;
  }

  hasAny(text) {
    return ANY_BRACKET.test(text);
  }

  /** Returns a text with blanks for notes, and for the marks and the addresses of links. */
  replaceLinks(text) {
    const bare = text.replace(NOTE, (note) => {
      const kept = KEPT.includes(note[0]) ? note[0] : "";
      return kept + " ".repeat(lengthOf(note) - kept.length);
    });
    return this.show(this.show(bare, WIKI_LINK), LINK);
  }

  show(text, links) {
    return text.replace(links, (link, before, shown, behind, at) => {
      const after = String.fromCodePoint(text.codePointAt(at + link.length) ?? 32);
      const glued = behind === "]]" && isAlpha(after); // `[[Москва|Москв]]ой`
      return blank(before) + shown + (glued ? this.held : " ").repeat(lengthOf(behind));
    });
  }

  /** Returns a text without the bars of links, which part no cells of a table. */
  replaceBars(text) {
    return text.replace(WIKI_LINK, (link) => link.replaceAll("|", "/"));
  }

  /** Returns a text without BBCode and LaTeX, with round brackets for the other ones. */
  replaceBrackets(text) {
    return text
      .replace(COMMAND, blank)
      .replace(LINE_FEED, (mark) => (mark.endsWith("n") ? "\n".padStart(mark.length) : " "))
      .replace(BBCODE, blank)
      .replace(WITHIN_WORD, `${this.held}$1${this.held}`)
      .replace(NAMED, " $1 ")
      .replace(OTHER_BRACKET, (bracket) => ROUND[bracket]);
  }
}
