// The spelling of words: see `ner_service/text/spelling.py`.

/** Brings words into the one spelling that a net knows. */
export class Speller {
  constructor({ HIDDEN, MARKS, VOWELS, LATINS, CYRILLICS, toLatin, toCyrillic }) {
    this.toLatin = toLatin;
    this.toCyrillic = toCyrillic;
    const beside = `${MARKS}${HIDDEN}`;
    this.withLatin = new RegExp(
      `(?<![${LATINS}${CYRILLICS}${beside}])[${CYRILLICS}${beside}]*[${LATINS}][${LATINS}${CYRILLICS}${beside}]*`,
      "gu",
    );
    this.latin = new RegExp(`[${LATINS}]`, "gu");
    this.cyrillic = new RegExp(`[${CYRILLICS}]`, "gu");
    this.hidden = new RegExp(`[${HIDDEN}]`, "gu");
    this.edges = new RegExp(`^[${HIDDEN}]+|[${HIDDEN}]+$`, "gu");
    this.stress = new RegExp(`(?<=[${VOWELS}])[\u0300\u0301]+`, "gu");
    this.toChange = new RegExp(`[${HIDDEN}${MARKS}]`, "u");
    this.marked = new RegExp(`[^${MARKS}][${MARKS}]{1,4}(?![${MARKS}])`, "gu");
  }

  /** Returns a text with words of two alphabets in one, where letters that look alike allow it. */
  unmix(text) {
    return text.replace(this.withLatin, (word) => {
      const latin = word.match(this.latin);
      const cyrillic = word.match(this.cyrillic);
      if (!latin || !cyrillic) return word;
      for (const [letters, table] of [[latin, this.toCyrillic], [cyrillic, this.toLatin]]) {
        if (letters.every((letter) => letter in table)) {
          return [...word].map((char) => table[char] ?? char).join("");
        }
      }
      return word;
    });
  }

  /** Returns a word without stress marks and hidden characters, and with other marks composed. */
  respell(word) {
    if (!this.toChange.test(word)) return word;
    const bare = word.replace(this.hidden, "").replace(this.stress, "");
    return bare.replace(this.marked, (part) => part.normalize("NFC")) || word;
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
