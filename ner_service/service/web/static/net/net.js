// The BiLSTM-CRF in plain JavaScript; it finds the entities of a text as the service's engine does.

import { Characters } from "./characters.js";
import { CRF } from "./crf.js";
import { LSTM } from "./lstm.js";
import { stack } from "./matrix.js";
import { readModelFile } from "./model_file.js";
import { UnitCutter } from "./units.js";
import { UsualCase } from "./usual_case.js";
import { WordFeatures } from "./word_features.js";

const GROUP_TOKENS = 1024; // tokens that pass the layers together

/** Returns a span without marks, lone quotes and prepositions: see `ner_service/engine/trimming.py`. */
function trimSpan({ MARKS, LEADING, CLOSING_QUOTES, PAIRS, PREPOSITIONS }, source, unit, limit, start, end) {
  const { starts, ends } = unit;
  const whole = source.slice(starts[start], ends[end - 1]);
  const bare = ends[end - 1] - (PREPOSITIONS.find((tail) => whole.endsWith(tail))?.length ?? 0);
  while (end - start > 1 && ends[end - 1] > bare) end--;
  const token = (n) => source.slice(starts[n], ends[n]);
  const charAt = (at) => (at < source.length ? source.slice(at, at + 1) : "");
  const isOpen = (text, closing) => text.split(PAIRS[closing]).length > text.split(closing).length;
  while (end - start > 1 && token(start).length === 1 && LEADING.includes(token(start))) start++;
  const behind = charAt(ends[end - 1]);
  if (!behind || !CLOSING_QUOTES.includes(behind)) {
    const isMarks = (text) => [...text].every((char) => MARKS.includes(char));
    while (end - start > 1 && isMarks(token(end - 1))) end--;
  }
  const last = ends[end - 1];
  if (end < limit && starts[end] === last && charAt(last) in PAIRS) {
    if (isOpen(source.slice(starts[start], last), charAt(last))) end++;
  } else if (end - start > 1 && token(end - 1) in PAIRS) {
    if (!isOpen(source.slice(starts[start], last - 1), token(end - 1))) end--;
  }
  return [start, end];
}

/** Returns bounds with the square bracket beside them whose other half they hold. */
function takeInBracket(source, start, end) {
  const opened = [...source.slice(start, end)].reduce((sum, char) => sum + (char === "[") - (char === "]"), 0);
  if (opened === 1 && end < source.length && source.slice(end, end + 1) === "]") return [start, end + 1];
  if (opened === -1 && start > 0 && source.slice(start - 1, start) === "[") return [start - 1, end];
  return [start, end];
}

/** A net that has been read from a model file. */
export class Net {
  constructor(buffer, convention = 0) {
    const model = readModelFile(buffer);
    const { head, arrays } = model;
    const { net } = head;
    this.head = head;
    this.layers = Array.from({ length: net.layers }, (_, n) => new LSTM(arrays, `layers.${n}`));
    this.between = this.layers.slice(1).map((layer) => dense(layer.inputs, layer.bias));
    const named = (name) => dense([arrays[`${name}.weight`]], arrays[`${name}.bias`].data);
    this.inner = net.head_hidden ? named("inner") : null;
    this.output = named("head");
    this.words = new WordFeatures(model, this.layers[0], convention);
    this.crf = new CRF(net, arrays);
    this.cutter = new UnitCutter(head.text, net.unit_tokens);
    const cases = arrays["vectors.cases"]?.data;
    this.case = cases ? new UsualCase(head.text.words.case, cases, (word) => this.words.number(word)) : null;
  }

  /** Returns the entities of a text, with offsets in code points, and the number of its tokens. */
  tag(text) {
    const source = new Characters(text);
    const answer = { entities: [], tokens: 0, source };
    for (const step of this.steps(source)) {
      answer.entities.push(...step.entities);
      answer.tokens += step.tokens;
    }
    return answer;
  }

  /** Yields {entities, tokens, share} of some units after others; `share` of the text is done then. */
  *steps(source) {
    for (const group of this.groups(source)) {
      const all = this.emissions(group);
      const entities = group.flatMap((unit, n) =>
        this.crf.decode(all[n]).map(({ start, end, label, score }, at, spans) => {
          const limit = spans[at + 1]?.start ?? unit.starts.length;
          const [first, last] = trimSpan(this.head.text.trimming, source, unit, limit, start, end);
          const [from, to] = takeInBracket(source, unit.starts[first], unit.ends[last - 1]);
          return { start: from, end: to, label, score };
        }),
      );
      const tokens = group.reduce((sum, { words }) => sum + words.length, 0);
      yield { entities, tokens, share: group.at(-1).ends.at(-1) / source.length };
    }
  }

  /** Yields the units of a text as the net reads them. */
  *units(source) {
    for (const unit of this.cutter.cut(source)) yield this.case ? { ...unit, words: this.case.restore(unit.words) } : unit;
  }

  /** Yields lists of units, some hundred tokens each. */
  *groups(source) {
    let group = [];
    let tokens = 0;
    for (const unit of this.units(source)) {
      group.push(unit);
      tokens += unit.words.length;
      if (tokens < GROUP_TOKENS) continue;
      yield group;
      group = [];
      tokens = 0;
    }
    if (group.length) yield group;
  }

  /** Returns the emissions of units: for each, length x tags. */
  emissions(units) {
    const rows = units.map(({ words, spacings }) => this.words.rows(words, spacings));
    return this.emissionsOf(rows);
  }

  /** Returns the emissions of units by the projected inputs of their words. */
  emissionsOf(unitRows) {
    const lengths = unitRows.map((rows) => rows.length);
    const count = lengths.reduce((sum, length) => sum + length, 0);
    let x = this.layers[0].run(unitRows.flat(), lengths);
    this.between.forEach((apply, n) => {
      const projected = apply(x, count);
      const width = projected.length / count;
      const rows = Array.from({ length: count }, (_, k) => projected.subarray(k * width, (k + 1) * width));
      x = this.layers[n + 1].run(rows, lengths);
    });
    if (this.inner) x = this.inner(x, count).map(Math.tanh);
    const scores = this.output(x, count);
    const { size } = this.crf;
    let at = 0;
    return lengths.map((length) => scores.subarray(at * size, (at += length) * size));
  }
}

/** Returns the function of a dense layer, x -> x W + b, for `count` rows of x. */
function dense(weights, bias) {
  const rows = weights.reduce((sum, { shape }) => sum + shape[0], 0);
  const matrix = stack(weights, 0, weights[0].shape[1]);
  const odd = rows % 2; // the product takes two rows at a time
  const even = odd ? stack([{ data: padded(matrix), shape: [rows + 1, matrix.inner] }], 0, matrix.inner) : matrix;
  return (x, count) => {
    const wide = new Float64Array(count * even.rows);
    for (let n = 0; n < count; n++) wide.set(bias, n * even.rows);
    even.multiply(x, count, wide);
    if (!odd) return wide;
    const out = new Float64Array(count * rows);
    for (let n = 0; n < count; n++) out.set(wide.subarray(n * even.rows, n * even.rows + rows), n * rows);
    return out;
  };
}

function padded({ data, inner }) {
  const wide = new Float64Array(data.length + inner);
  wide.set(data);
  return wide;
}
