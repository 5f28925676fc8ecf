// Where sentences end, by razdel's rules: see `razdel.segmenters.sentenize`.

import { SPACES, WORD, isAlpha, isLowerWord, isUpper, lengthOf } from "./characters.js";

const TOKEN = `([\\p{L}\\p{Nl}\\p{No}_]+|\\p{Nd}+|[^${WORD}${SPACES}])`;
const TOKENS = new RegExp(TOKEN, "gu");
const FIRST_TOKEN = new RegExp(`^[${SPACES}]*${TOKEN}`, "u");
const LAST_TOKEN = new RegExp(`${TOKEN}[${SPACES}]*$`, "u");
const FIRST_WORD = /[\p{L}\p{Nl}\p{No}_]+|\p{Nd}+/u;
const LAST_PAIR = new RegExp(`([${WORD}])[${SPACES}]*\\.[${SPACES}]*([${WORD}])[${SPACES}]*$`, "u");
const SMILEY = new RegExp(`^[${SPACES}]*[=:;]-?[)(]{1,3}`, "u");
const STARTS_WITH_SPACE = new RegExp(`^[${SPACES}]`, "u");
const ENDS_WITH_SPACE = new RegExp(`[${SPACES}]$`, "u");
const ROMAN = /^[IVXML]+$/u;

const JOIN = true;

/** Decides of a delimiter whether a sentence ends there. */
export class SentenceRules {
  constructor(tables, digits) {
    Object.assign(this, tables);
    for (const name of ["SOKRS", "HEAD_SOKRS", "INITIALS"]) this[name] = new Set(tables[name]);
    for (const name of ["PAIR_SOKRS", "HEAD_PAIR_SOKRS"]) {
      this[name] = new Set(tables[name].map((pair) => pair.join(" ")));
    }
    this.number = new RegExp(`^[\\p{Nd}${digits}]+$`, "u");
    this.rules = ["emptySide", "lowerRight", "delimiterRight", "abbreviationLeft", "pairAround",
      "initialsLeft", "listItem", "closeQuote", "closeBracket", "dashRight"];
  }

  /** Says whether the delimiter at `at`–`end` ends the sentence that begins at `start`. */
  endsSentence(chars, start, at, end) {
    const { WINDOW, BULLET_SIZE } = this;
    const left = chars.slice(Math.max(0, at - WINDOW), at);
    const right = chars.slice(end, Math.min(chars.length, end + WINDOW));
    const split = {
      left,
      right,
      delimiter: chars.slice(at, end),
      buffer: chars.slice(start, Math.min(at, start + BULLET_SIZE + 1)),
      leftToken: LAST_TOKEN.exec(left)?.[1],
      rightToken: FIRST_TOKEN.exec(right)?.[1],
    };
    return !this.rules.some((rule) => this[rule](split) === JOIN);
  }

  emptySide({ leftToken, rightToken, right }) {
    return !leftToken || !rightToken || !STARTS_WITH_SPACE.test(right);
  }

  lowerRight({ rightToken }) {
    return isLowerAlpha(rightToken);
  }

  delimiterRight({ right, rightToken }) {
    if (this.GENERIC_QUOTES.includes(rightToken)) return false;
    return this.DELIMITERS.includes(rightToken) || SMILEY.test(right);
  }

  abbreviationLeft({ delimiter, left, leftToken, rightToken }) {
    if (delimiter !== ".") return false;
    const pair = LAST_PAIR.exec(left);
    if (pair) {
      const key = `${pair[1].toLowerCase()} ${pair[2].toLowerCase()}`;
      if (this.HEAD_PAIR_SOKRS.has(key)) return JOIN;
      if (this.PAIR_SOKRS.has(key)) return this.mayFollow(rightToken);
    }
    const word = leftToken.toLowerCase();
    return this.HEAD_SOKRS.has(word) || (this.SOKRS.has(word) && this.mayFollow(rightToken));
  }

  /** Says whether a token may follow an abbreviation within a sentence. */
  mayFollow(token) {
    return this.number.test(token) || !isAlpha(token) || isLowerWord(token);
  }

  pairAround({ delimiter, leftToken, rightToken }) {
    const key = `${leftToken.toLowerCase()} ${rightToken.toLowerCase()}`;
    return delimiter === "." && this.PAIR_SOKRS.has(key);
  }

  initialsLeft({ delimiter, leftToken }) {
    if (delimiter !== ".") return false;
    return (isUpper(leftToken) && lengthOf(leftToken) === 1) || this.INITIALS.has(leftToken.toLowerCase());
  }

  listItem({ delimiter, buffer }) {
    if (!this.BULLET_BOUNDS.includes(delimiter) || lengthOf(buffer) > this.BULLET_SIZE) return false;
    return (buffer.match(TOKENS) ?? []).every((token) => this.isBullet(token));
  }

  isBullet(token) {
    if (this.number.test(token) || this.BULLET_BOUNDS.includes(token)) return true;
    const lower = token.toLowerCase();
    return (lengthOf(lower) === 1 && this.BULLET_CHARS.includes(lower)) || ROMAN.test(token);
  }

  closeQuote({ delimiter, left, leftToken }) {
    if (!this.QUOTES.includes(delimiter)) return false;
    if (this.CLOSE_QUOTES.includes(delimiter)) return this.closeBound(leftToken);
    if (!this.GENERIC_QUOTES.includes(delimiter)) return false;
    return ENDS_WITH_SPACE.test(left) || this.closeBound(leftToken);
  }

  closeBracket({ delimiter, leftToken }) {
    return this.CLOSE_BRACKETS.includes(delimiter) && this.closeBound(leftToken);
  }

  closeBound(leftToken) {
    return !this.ENDINGS.includes(leftToken);
  }

  dashRight({ right, rightToken }) {
    return this.DASHES.includes(rightToken) && isLowerAlpha(FIRST_WORD.exec(right)?.[0] ?? "");
  }
}

const isLowerAlpha = (token) => isAlpha(token) && isLowerWord(token);
