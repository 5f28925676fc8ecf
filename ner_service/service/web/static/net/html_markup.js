// HTML within a text, replaced by as many characters: see `ner_service/text/html_markup.py`.

import { SPACES, isAlnum, isSpace, lengthOf } from "./characters.js";

const REFERENCE = /&(?:[a-zA-Z][a-zA-Z0-9]{1,30}|#[0-9]{1,7}|#[xX][0-9a-fA-F]{1,6});/gu;
const WITHIN_LINE = /[^\n\r]/gu;
const LAST = 0x10ffff;

/** Replaces references and tags; every offset in code points stays. */
export class MarkupReader {
  constructor({ INLINE, BLOCK, FILLER, named, others }) {
    this.filler = FILLER;
    this.named = new Map(Object.entries(named));
    this.others = new Map(Object.entries(others));
    const tag = (names) => new RegExp(`</?(?:${names})(?:[${SPACES}][^<>]{0,500})?/?>`, "giu");
    this.inlineTag = tag(INLINE);
    this.blockTag = tag(BLOCK);
  }

  /** Returns a text with the characters that its references name, such as `&quot;`. */
  replaceReferences(text) {
    return text.replace(REFERENCE, (reference, at) => {
      const char = this.unescape(reference.slice(1, -1));
      if (char === undefined || lengthOf(char) !== 1) return reference;
      const size = reference.length;
      if (isSpace(char)) return " ".repeat(size);
      if (isAlnum(char)) return char + this.filler.repeat(size - 1);
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
    return text
      .replace(this.inlineTag, (tag) => tag.replace(WITHIN_LINE, " "))
      .replace(this.blockTag, (tag) => "\n\n".padEnd(lengthOf(tag)));
  }
}
