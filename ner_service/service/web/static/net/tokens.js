// Tokens by razdel's rules, in one pass over the characters: see `ner_service/engine/tokens.py`.

import { expandRuns } from "./model_file.js";

const code = (char) => char.charCodeAt(0);
const HYPHEN = code("-");
const STAR = code("*");
const OPEN = code("(");
const CLOSE = code(")");
const UNDERSCORE = code("_");
const STOP = code(".");
const SPACE = 32;
export const LAYOUT = 1; // what `notice` returns
const CHANGE = 2;

/** Cuts characters into tokens, and finds the delimiters that may end sentences. */
export class Tokenizer {
  constructor(tables) {
    Object.assign(this, tables);
    this.classes = expandRuns(tables.classes);
    this.notices = expandRuns(tables.notices);
    this.abbreviations = new Set(tables.abbreviations);
  }

  /** Returns what reading might do to a text: 0 for nothing, LAYOUT, or LAYOUT | CHANGE. */
  notice(codes) {
    const { notices, ODD, DASH, BREAK, HYPHEN: BROKEN, QUOTING, HARD, ORDINARY, LEAST_LETTERS } = this;
    let noticed = 0;
    let spaces = 0;
    let singles = 0;
    let beyond = ORDINARY; // kinds of the characters before this one
    let before = ORDINARY;
    let last = BREAK; // the kind of the last character that was no blank
    for (let at = 0; at < codes.length; at++) {
      let here = codes[at] < notices.length ? notices[codes[at]] : ODD;
      if (here === QUOTING && (last === BREAK || last === BROKEN)) here = ODD;
      else if (here === HARD) here = at + 1 === codes.length || !this.isCyrillic(codes[at + 1]) ? ODD : 1;
      if (here === DASH) {
        const wide = at && at + 1 < codes.length && codes[at - 1] !== SPACE && codes[at + 1] !== SPACE;
        here = wide ? ODD : ORDINARY;
      }
      if (here === ODD || (here < ORDINARY && before < ORDINARY && here !== before)) return LAYOUT | CHANGE;
      if (codes[at] === SPACE) {
        spaces++;
        singles = before < ORDINARY && beyond >= ORDINARY ? singles + 1 : 0;
        if (singles === LEAST_LETTERS - 1) return LAYOUT | CHANGE;
      } else {
        spaces = 0;
      }
      if (here === BREAK || spaces === 3) {
        noticed = LAYOUT;
        if (last === BROKEN) return LAYOUT | CHANGE;
      }
      if (codes[at] !== SPACE) last = here;
      beyond = before;
      before = here;
    }
    return noticed;
  }

  /** Says whether a character is a Cyrillic letter of today's spelling. */
  isCyrillic(character) {
    return character < this.notices.length && (this.notices[character] === 1 || this.notices[character] === this.HARD);
  }

  /** Returns {starts, ends} of the tokens, in code points. */
  cut(codes) {
    const starts = [];
    const ends = [];
    let before = this.BLANK;
    let left = this.nextAtom(codes, 0);
    let right = this.nextAtom(codes, left.end);
    let { start } = left;
    while (left.flags) {
      const after = this.nextAtom(codes, right.end);
      const touching = right.flags && left.end === right.start;
      if (!(touching && this.joins(codes, start, before, left, right, after))) {
        starts.push(start);
        ends.push(left.end);
        start = right.start;
      }
      before = left.flags & this.KIND;
      left = right;
      right = after;
    }
    return { starts, ends };
  }

  /** Returns a run of letters or digits of one class from `at` on, or one character of any other. */
  nextAtom(codes, at) {
    const start = this.skipSpaces(codes, at);
    if (start === codes.length) return { start, end: start, flags: this.BLANK };
    const flags = this.classOf(codes[start]);
    let end = start + 1;
    if ((flags & this.KIND) < this.MARK) {
      while (end < codes.length && this.kind(codes[end]) === flags) end++;
    }
    return { start, end, flags };
  }

  classOf(character) {
    return character < this.classes.length ? this.classes[character] : this.OTHER;
  }

  kind(character) {
    return this.classOf(character) & this.KIND;
  }

  skipSpaces(codes, from) {
    let at = from;
    while (at < codes.length && this.kind(codes[at]) === this.BLANK) at++;
    return at;
  }

  /** Says whether atom `right` continues the token that begins at `start` and ends with `left`. */
  joins(codes, start, before, left, right, after) {
    const { KIND, LINK, SPLIT, ENDING, NUMBER, MARK, OTHER, LATIN } = this;
    const one = left.flags & KIND;
    const two = right.flags & KIND;
    const following = after.flags & KIND;
    if (left.flags & LINK && this.canBeLinked(before, two)) return true;
    if (right.flags & LINK && this.canBeLinked(one, following)) return true;
    if (left.flags & SPLIT && before === NUMBER && two === NUMBER) return true;
    if (right.flags & SPLIT && one === NUMBER && following === NUMBER) return true;
    if (one === MARK && two === MARK) {
      if (left.flags & right.flags & ENDING) return true;
      const first = codes[left.start];
      if (first === codes[right.start] && (first === HYPHEN || first === STAR)) return true;
      return this.smileyEnd(codes, start, right.end) === right.end;
    }
    if (one === OTHER || two === OTHER) {
      return one !== NUMBER && one !== MARK && two !== NUMBER && two !== MARK;
    }
    return one === LATIN && two === MARK && this.isYahoo(codes, left.start, right.end);
  }

  canBeLinked(left, right) {
    const { BLANK, MARK } = this;
    return left !== BLANK && left !== MARK && right !== BLANK && right !== MARK;
  }

  /** Returns where the smiley that begins at `start` ends, at most `end`; `start` for none. */
  smileyEnd(codes, start, end) {
    if (!(this.classOf(codes[start]) & this.SMILEY)) return start;
    let at = start + 1;
    if (at < end && codes[at] === HYPHEN) at++;
    const first = at;
    while (at < Math.min(end, first + 3) && (codes[at] === CLOSE || codes[at] === OPEN)) at++;
    return at > first ? at : start;
  }

  isYahoo(codes, start, end) {
    return end - start === 6 && codes[end - 1] === 33 && this.YAHOO.every((each, n) => (codes[start + n] | 32) === each);
  }

  /** Yields [start, end, plain] of delimiters before white space; `plain` ones end a sentence. */
  *delimiters(codes) {
    const { ENDING, SMILEY, DELIMITER, NUMBER, LINK, WINDOW, OPENERS } = this;
    for (let at = 0, end; at < codes.length; at = end) {
      const flags = this.classOf(codes[at]);
      end = at + 1;
      if (flags & SMILEY) end = Math.max(end, this.smileyEnd(codes, at, codes.length));
      if (!(flags & DELIMITER) && end === at + 1) continue;
      if (end === codes.length || this.kind(codes[end]) !== this.BLANK) continue;
      const first = this.skipSpaces(codes, end);
      const inner = !(flags & (ENDING | SMILEY)) && this.closesWithin(codes, at);
      if (first >= Math.min(codes.length, end + WINDOW) || inner) continue;
      let word = first;
      if (this.classOf(codes[first]) & LINK && codes[first] !== UNDERSCORE) word = this.skipSpaces(codes, first + 1);
      if (this.isSmallWord(codes, word, end + WINDOW)) continue;
      const begins =
        word < codes.length &&
        (isCapital(codes[word]) ||
          this.kind(codes[word]) === NUMBER ||
          (word === first && OPENERS.includes(codes[first])));
      yield [at, end, Boolean(flags & ENDING) && begins && this.plainlyEnds(codes, at)];
    }
  }

  /** Says whether the quote or bracket at `at` plainly closes something inside a sentence. */
  closesWithin(codes, at) {
    if (at === 0) return true;
    const before = this.classOf(codes[at - 1]);
    return (before & this.KIND) !== this.BLANK && !(before & this.ENDING);
  }

  isSmallWord(codes, first, most) {
    const last = Math.min(codes.length, most);
    let at = first;
    while (at < last && isSmall(codes[at])) at++;
    if (at === first) return false;
    return at === last || (codes[at] !== UNDERSCORE && this.endsWord(codes[at]));
  }

  endsWord(character) {
    const kind = this.kind(character);
    return kind === this.BLANK || kind === this.NUMBER || kind === this.MARK;
  }

  /** Says whether a mark that ends sentences is plainly no part of an abbreviation or a number. */
  plainlyEnds(codes, at) {
    const { BLANK, MARK, WINDOW, PACKED } = this;
    const before = at ? this.kind(codes[at - 1]) : BLANK;
    if (before === BLANK) return false;
    if (codes[at] !== STOP) return true;
    if (before === MARK) return ![UNDERSCORE, STOP, CLOSE].includes(codes[at - 1]);
    let start = at;
    let key = 0; // a double holds the letters' 54 bits but for a few, and longer words do not matter
    while (start > Math.max(0, at - WINDOW) && letterNumber(codes[start - 1])) {
      start--;
      const place = at - 1 - start;
      if (place < PACKED) key += letterNumber(codes[start]) * 64 ** place;
    }
    if (at - start < 2) return false;
    if (start > at - WINDOW && start > 0) {
      if (codes[start - 1] === UNDERSCORE || !this.endsWord(codes[start - 1])) return false;
    }
    return at - start > PACKED || !this.abbreviations.has(key);
  }
}

const isCapital = (c) => (c >= 0x410 && c < 0x430) || c === 0x401 || (c >= 0x41 && c < 0x5b);

const isSmall = (c) => (c >= 0x430 && c < 0x450) || c === 0x451 || (c >= 0x61 && c < 0x7b);

/** Returns the number of a Russian letter in any case, from 1; 0 for other characters. */
function letterNumber(c) {
  if (c >= 0x410 && c < 0x450) return ((c - 0x410) % 32) + 1;
  return c === 0x401 || c === 0x451 ? 33 : 0;
}
