// HTML within a text, replaced by as many characters: see `ner_service/text/html_markup.py`.

import { SPACES, WORD, isAlnum, isSpace, lengthOf } from "./characters.js";

const REFERENCE = // some are escaped twice
  /&(?:amp;(?=#?[a-zA-Z0-9]{2,31};))?([a-zA-Z][a-zA-Z0-9]{1,30}|#[0-9]{1,7}|#[xX][0-9a-fA-F]{1,6});/gu;
const SOFT_BREAK = new RegExp(`(?<=[${WORD}])<wbr ?/?>(?=[${WORD}])`, "giu");
const NOTE = new RegExp( // raised behind a word
  `<sup(?:[${SPACES}][^<>]{0,500})?>(?:<a[${SPACES}][^<>]{0,500}>)?[[(]?[\\p{Nd}*]{1,3}[\\])]?(?:</a>)?</sup>`,
  "giu",
);
const TAG = "(?:[a-z][a-z0-9]{0,20}:)?[a-z][a-z0-9_.-]{0,30}"; // of any XML
const ATTRIBUTES = `(?:[${SPACES}][^<>@]{0,500})?`;
const FIELD_TAG = new RegExp(`</${TAG}>[${SPACES}]{0,100}<${TAG}${ATTRIBUTES}>`, "giu");
const OTHER_TAG = new RegExp(`</${TAG}>|<${TAG}${ATTRIBUTES}/>|<${TAG}${ATTRIBUTES}>(?=[^<>]{0,500}</)`, "giu");
const WITHIN_LINE = /[^\n\r]/gu;
const LAST = 0x10ffff;

/** Replaces references and tags; every offset in code points stays. */
export class MarkupReader {
  constructor({ INLINE, BLOCK, HELD, NO_WIDTH, named, others }) {
    this.held = HELD;
    this.noWidth = NO_WIDTH;
    this.named = new Map(Object.entries(named));
    this.others = new Map(Object.entries(others));
    const tag = (names) => new RegExp(`</?(?:${names})(?:[${SPACES}][^<>]{0,500})?/?>`, "giu");
    this.inlineTag = tag(INLINE);
    this.blockTag = tag(BLOCK);
  }

  /** Returns a text with the characters that its references name, such as `&quot;`. */
  replaceReferences(text) {
    return text.replace(REFERENCE, (reference, name, at) => {
      const char = this.unescape(name);
      if (char === undefined || lengthOf(char) !== 1) return reference;
      const size = reference.length;
      if (isSpace(char)) return " ".repeat(size);
      if (isAlnum(char)) return char + this.held.repeat(size - 1);
      if (this.noWidth.includes(char)) return this.held.repeat(size);
      const blanks = " ".repeat(size - 1);
      const after = String.fromCodePoint(text.codePointAt(at + size) ?? 32);
      return isAlnum(after) ? blanks + char : char + blanks;
    });
  }

  unescape(name) {
    if (name[0] !== "#") return this.named.get(name);
    const code = /[xX]/u.test(name[1]) ? parseInt(name.slice(2), 16) : parseInt(name.slice(1), 10);
    if (this.others.has(String(code))) return this.others.get(String(code));
    const isSurrogate = code >= 0xd800 && code < 0xe000;
    return String.fromCodePoint(isSurrogate || code > LAST ? 0xfffd : code);
  }

  /** Returns a text with blanks for tags within a line, and empty lines for those of blocks. */
  replaceTags(text) {
    const blank = (tag) => tag.replace(WITHIN_LINE, " ");
    const endLine = (tag) => "\n\n" + " ".repeat(Math.max(0, lengthOf(tag) - 2));
    const known = text
      .replace(NOTE, blank)
      .replace(SOFT_BREAK, (tag) => this.held.repeat(tag.length))
      .replace(this.inlineTag, blank)
      .replace(this.blockTag, endLine);
    return known.includes("</") ? known.replace(FIELD_TAG, endLine).replace(OTHER_TAG, blank) : known;
  }
}
