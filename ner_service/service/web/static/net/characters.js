// Code points, and the classes of characters as Python has them: offsets count code points.

export const SPACES = "\\t-\\r\\x1c-\\x20\\x85\\xa0\\u1680\\u2000-\\u200a\\u2028\\u2029\\u202f\\u205f\\u3000";
export const WORD = "\\p{L}\\p{N}_"; // Python's \w
export const LETTER = "\\p{L}\\p{Nl}\\p{No}"; // its [^\W\d_]

const SPACE = new RegExp(`^[${SPACES}]`, "u");
const ALNUM = /^[\p{L}\p{N}]/u;
const ASTRAL = /[\u{10000}-\u{10ffff}]/u;

export const isSpace = (char) => SPACE.test(char);

export const isAlnum = (char) => ALNUM.test(char);

export const isUpper = (char) => /^\p{Uppercase}/u.test(char);

export const isLower = (char) => /^\p{Lowercase}/u.test(char);

/** Says whether a word has a small letter and no capital, as Python's `islower`. */
export const isLowerWord = (word) => /\p{Lowercase}/u.test(word) && !/[\p{Uppercase}\p{Lt}]/u.test(word);

export const isAlpha = (word) => /^\p{L}+$/u.test(word);

/** Counts code points. */
export const lengthOf = (text) => (ASTRAL.test(text) ? [...text].length : text.length);

/** A text whose characters are counted in code points; `codes` has one of each. */
export class Characters {
  constructor(text) {
    this.text = text;
    this.units = null; // where each code point begins in the string, if not at its own number
    if (!ASTRAL.test(text)) {
      this.codes = new Uint32Array(text.length);
      for (let n = 0; n < text.length; n++) this.codes[n] = text.charCodeAt(n);
      return;
    }
    const codes = new Uint32Array(text.length);
    const units = new Uint32Array(text.length + 1);
    let count = 0;
    for (let at = 0; at < text.length; at += codes[count++] > 0xffff ? 2 : 1) {
      codes[count] = text.codePointAt(at);
      units[count] = at;
    }
    units[count] = text.length;
    this.codes = codes.subarray(0, count);
    this.units = units.subarray(0, count + 1);
  }

  get length() {
    return this.codes.length;
  }

  /** Returns where the code point of that number begins in the string. */
  unit(point) {
    return this.units ? this.units[point] : point;
  }

  /** Returns the number of the code point that begins at a place in the string. */
  point(unit) {
    if (!this.units) return unit;
    let low = 0;
    let high = this.length;
    while (low < high) {
      const middle = (low + high) >> 1;
      if (this.units[middle] < unit) low = middle + 1;
      else high = middle;
    }
    return low;
  }

  slice(start, end) {
    return this.text.slice(this.unit(start), this.unit(end));
  }
}
