// Units of words that a net reads together: see `units` in `ner_service/engine/tokens.py`.

import { expandRuns } from "./model_file.js";
import { TextReader } from "./reading.js";
import { SentenceRules } from "./sentences.js";
import { Speller } from "./spelling.js";
import { LAYOUT, Tokenizer } from "./tokens.js";

const PIPE = 124;
const RETURN = 13;
const NEWLINE = 10;

/** Cuts texts into units: runs of whole sentences of at most `unitTokens` tokens. */
export class UnitCutter {
  constructor(tables, unitTokens) {
    this.unitTokens = unitTokens;
    this.speller = new Speller(tables.spelling);
    this.reader = new TextReader(tables, this.speller);
    this.tokenizer = new Tokenizer(tables.tokens);
    this.rules = new SentenceRules(tables.sentences, tables.words.digits);
    this.spacing = { ...tables.spacing, parts: expandRuns(tables.spacing.parts) };
  }

  /** Yields {starts, ends, words, spacings} of each unit; offsets count code points of `source`. */
  *cut(source) {
    const { tokenizer, reader } = this;
    const noticed = tokenizer.notice(source.codes);
    if (!noticed) yield* this.units(source, source, []);
    else if (noticed === LAYOUT) {
      yield* this.units(source, source, reader.layout.unitEnds(source, source));
    } else {
      const { text, ends } = reader.read(source);
      for (const unit of this.units(text, source, ends)) {
        for (let n = 0; n < unit.words.length; n++) {
          const token = this.speller.respellToken(unit.starts[n], unit.ends[n], unit.words[n]);
          [unit.starts[n], unit.ends[n], unit.words[n]] = token;
        }
        yield unit;
      }
    }
  }

  *units(text, source, unitEnds) {
    const { starts, ends } = this.tokenizer.cut(text.codes);
    const spacings = this.spacings(source.codes, starts, ends);
    const closed = new Set(unitEnds.map((end) => firstFrom(starts, end))); // a unit ends before these
    const unit = (first, last) => ({
      starts: starts.slice(first, last),
      ends: ends.slice(first, last),
      words: Array.from({ length: last - first }, (_, n) => text.slice(starts[first + n], ends[first + n])),
      spacings: spacings.slice(first, last),
    });
    let first = 0;
    let last = 0;
    for (const [start, end] of this.sentences(text, starts, closed)) {
      if (first < last && (end - first > this.unitTokens || closed.has(start))) {
        yield unit(first, last);
        first = start;
      }
      last = end;
    }
    if (first < last) yield unit(first, last);
  }

  /** Yields the first token of each sentence, or of a part of a long one, and the one behind it. */
  *sentences(text, starts, closed) {
    const { LONGEST } = this.tokenizer;
    const lasts = new Set(closed);
    for (const end of this.sentenceEnds(text)) lasts.add(firstFrom(starts, end));
    lasts.add(starts.length);
    let first = 0;
    for (const last of [...lasts].sort((a, b) => a - b)) {
      for (let part = first; part < last; part += LONGEST) yield [part, Math.min(part + LONGEST, last)];
      first = last;
    }
  }

  /** Yields where the sentences of a text end, but for the last one. */
  *sentenceEnds(text) {
    let sentence = 0;
    for (const [at, end, plain] of this.tokenizer.delimiters(text.codes)) {
      if (!plain && !this.rules.endsSentence(text, sentence, at, end)) continue;
      yield end;
      sentence = end;
    }
  }

  /** Returns the kind of spacing before each token. */
  spacings(codes, starts, ends) {
    const { parts, NOTHING, SPACE, SIGN, CELL, LINE, PARAGRAPH, CELL_SPACES } = this.spacing;
    const kinds = new Uint8Array(starts.length);
    let at = 0;
    for (let n = 0; n < starts.length; n++) {
      let lines = n ? 0 : 2;
      let spaces = 0;
      let kind = at && codes[at - 1] === PIPE ? CELL : NOTHING;
      for (let place = at; place < starts[n]; place++) {
        let part = codes[place] < parts.length ? parts[codes[place]] : SIGN;
        if (part === LINE) {
          const isPair = place && codes[place] === NEWLINE && codes[place - 1] === RETURN;
          if (!isPair) lines++;
          kind = NOTHING;
        }
        spaces = part === SPACE ? spaces + 1 : 0;
        if (spaces === CELL_SPACES) part = CELL;
        const stronger = part === CELL && kind !== SIGN;
        if (part === SIGN || stronger || (part === SPACE && kind === NOTHING)) kind = part;
      }
      if (kind !== SIGN && lines) kind = lines > 1 ? PARAGRAPH : LINE;
      kinds[n] = kind;
      at = ends[n];
    }
    return kinds;
  }
}

/** Returns the number of the first of rising places that is not before `place`. */
function firstFrom(places, place) {
  let low = 0;
  let high = places.length;
  while (low < high) {
    const middle = (low + high) >> 1;
    if (places[middle] < place) low = middle + 1;
    else high = middle;
  }
  return low;
}
