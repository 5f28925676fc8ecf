// The texts that were tagged since the page was opened; they are kept nowhere else.

const MOST = 20; // texts

/** A list of texts with a place in it, as a shell has of its commands. */
export class History {
  constructor() {
    this.texts = [];
    this.at = -1;
  }

  /** Adds a text behind all others, unless it is the one at this place. */
  add(text) {
    if (text === this.texts[this.at]) return;
    this.texts = [...this.texts.filter((each) => each !== text), text].slice(-MOST);
    this.at = this.texts.length - 1;
  }

  /** Returns the text some steps from here, or null at the end; the place is then there. */
  go(step) {
    if (!this.has(step)) return null;
    this.at += step;
    return this.texts[this.at];
  }

  has(step) {
    return this.at + step >= 0 && this.at + step < this.texts.length;
  }
}
