// The spelling of words: see `ner_service/text/spelling.py`.

const ZERO = new RegExp(
  "(?<=[а-яё])(0)(?=[а-яё])|(?:(?<=[А-ЯЁ])|(?<![\\p{L}\\p{N}_.,/-])" +
    "(?=0[а-яёА-ЯЁ]{3}|0[а-яёА-ЯЁ][аеёиоуыэюяАЕЁИОУЫЭЮЯ]))0(?=[А-ЯЁа-яё])",
  "gu",
);

const STRESS_SIGN =
  /(?<=[аеёиоуыэюя])['’](?=[бвгджзйклмнпрстфхцчшщ])|(?<=[аеёиоуыэюя])`(?=[а-яё])|(?<=[аеёиоуыэюяАЕЁИОУЫЭЮЯ])[´ˊˋ]/gu;

/** Brings words into the one spelling that a net knows. */
export class Speller {
  constructor({ NUMERO, HIDDEN, HELD, MARKS, VOWELS, LATINS, CYRILLICS, HARD_SIGNS, toLatin, toCyrillic, toModern, oldLetters }) {
    this.numero = NUMERO;
    this.toLatin = toLatin;
    this.toCyrillic = toCyrillic;
    this.toModern = toModern;
    this.oldLetters = oldLetters;
    this.old = new RegExp(`[${Object.keys(oldLetters).join("")}]`, "gu");
    this.hardSigns = new RegExp(`[${HARD_SIGNS}]+$`, "u");
    const beside = `${MARKS}${HIDDEN}${HELD}`;
    this.held = HELD;
    this.withLatin = new RegExp(
      `(?<![${LATINS}${CYRILLICS}${beside}])[${CYRILLICS}${beside}]*[${LATINS}][${LATINS}${CYRILLICS}${beside}]*`,
      "gu",
    );
    this.latin = new RegExp(`[${LATINS}]`, "gu");
    this.cyrillic = new RegExp(`[${CYRILLICS}]`, "gu");
    this.hidden = new RegExp(`[${HIDDEN}${HELD}]`, "gu");
    this.edges = new RegExp(`^[${HIDDEN}${MARKS}]+|[${HIDDEN}]+$`, "gu");
    this.stress = new RegExp(`(?<=[${VOWELS}])[\u0300\u0301\u0340\u0341]+`, "gu");
    this.toChange = new RegExp(`[${beside}]`, "u");
    this.lines = new RegExp(`[${MARKS}]+`, "gu"); // over and under letters, where no letter has them
    this.marked = new RegExp(`[^${MARKS}][${MARKS}]{1,4}(?![${MARKS}])`, "gu");
  }

  /** Returns a text with words of two alphabets in one, where letters that look alike allow it. */
  unmix(text) {
    return text.replace(this.withLatin, (word) => {
      if (word === this.numero[0]) return this.numero[1];
      const latin = word.match(this.latin);
      const cyrillic = word.match(this.cyrillic);
      if (!latin || !cyrillic) return word;
      for (const [letters, table] of [[latin, this.toCyrillic], [cyrillic, this.toLatin], [latin, this.toModern]]) {
        if (letters.every((letter) => letter in table)) {
          return [...word].map((char) => table[char] ?? char).join("");
        }
      }
      return word;
    });
  }

  /** Returns a text with today's letters for those given up in 1918, and О for a zero in a word. */
  modernise(text) {
    const whole = text.includes("0") ? text.replace(ZERO, (zero, small) => (small ? "о" : "О")) : text;
    return whole.replace(this.old, (letter) => this.oldLetters[letter]);
  }

  /** Returns a text with hidden characters for apostrophes and accents that show the stress. */
  replaceStress(text) {
    return text.replace(STRESS_SIGN, this.held);
  }

  /** Returns a word without hidden characters, a last hard sign, and marks that no letter has. */
  respell(word) {
    let plain = word;
    if (this.toChange.test(word)) {
      const bare = word.replace(this.hidden, "").replace(this.stress, "");
      const composed = bare.replace(this.marked, (part) => part.normalize("NFC"));
      plain = composed.replace(this.lines, "") || word;
    }
    return plain.replace(this.hardSigns, "") || plain;
  }

  /** Returns [start, end, word] of a token without hidden characters at its edges. */
  respellToken(start, end, word) {
    const bare = word.replace(this.edges, "");
    if (bare) {
      start += word.indexOf(bare); // hidden characters take one unit each
      end = start + [...bare].length;
    }
    return [start, end, this.respell(word)];
  }
}
