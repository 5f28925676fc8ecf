// Words of a text in capitals in their usual case: see `ner_service/engine/usual_case.py`.

import { isLowerWord, lengthOf } from "./characters.js";

const RUSSIAN = /^[А-ЯЁ]+(?:-[А-ЯЁ]+)*$/u;
const NO_VOWEL = /^[^АЕЁИОУЫЭЮЯ]+$/u;

/** Restores the case of units that are wholly in capitals. */
export class UsualCase {
  /** `numberOf` returns the number of a word in `cases`, or -1. */
  constructor(tables, cases, numberOf) {
    Object.assign(this, tables);
    this.cases = cases;
    this.numberOf = numberOf;
  }

  /** Returns the words of a unit, in their usual case where all are in capitals. */
  restore(words) {
    if (!this.inCapitals(words)) return words;
    return words.map((word, n) => (lengthOf(word) === 1 && words[n + 1] === "." ? word : this.usual(word)));
  }

  inCapitals(words) {
    if (words.some(isLowerWord)) return false;
    const letters = words.join("").match(/\p{L}/gu) ?? [];
    const text = words.join("");
    const upper = /\p{Uppercase}/u.test(text) && !/[\p{Lowercase}\p{Lt}]/u.test(text);
    return upper && letters.length >= this.LEAST_LETTERS;
  }

  usual(word) {
    if (!RUSSIAN.test(word)) return word;
    if (word.length === 1) return word.toLowerCase();
    const number = this.numberOf(word.toLowerCase());
    const usual = number >= 0 ? this.cases[number] : this.NAME;
    if (usual === this.SMALL) return word.toLowerCase();
    const isShort = number < 0 && word.length <= this.LONGEST_ABBREVIATION;
    return usual === this.CAPITALS || isShort || NO_VOWEL.test(word) ? word : asName(word);
  }
}

const asName = (word) => word.split("-").map((part) => part.slice(0, 1) + part.slice(1).toLowerCase()).join("-");
