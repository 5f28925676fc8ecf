// The features of words and their projection: see `ner_service/engine/word_features.py`.

import { isAlpha, isUpper, lengthOf } from "./characters.js";
import { stack } from "./matrix.js";

const UNKNOWN = 1; // ids of `nets/vocab.py`: padding, unknown, start and end of a word come first
const START = 2;
const END = 3;
const SPECIAL = 4;
const WINDOW = 3; // characters that the convolution reads at once
const MOST_WORDS = 8192; // whose projections are kept: 32 MB of a net with 128 states a direction
const AT_ONCE = 64; // words that are projected together

const idsOf = (symbols) => new Map(symbols.map((symbol, n) => [symbol, n + SPECIAL]));

/** Projects words to the inputs of the first layer, and keeps what it has computed. */
export class WordFeatures {
  constructor({ head, arrays }, first, convention) {
    const { net, vocab, text } = head;
    this.net = net;
    this.arrays = arrays;
    this.first = first;
    this.edge = text.words.EDGE;
    this.digit = new RegExp(`^[\\p{Nd}${text.words.digits}]`, "u");
    this.chars = idsOf(vocab.chars);
    this.shapes = idsOf(vocab.shapes);
    this.words = idsOf(vocab.words);
    this.vectors = new Map(head.vectorWords ? head.vectorWords.split("\n").map((word, n) => [word, n]) : []);
    this.inner = net.vector_dim + net.word_dim + net.char_size;
    this.weights = stack(first.inputs, 0, this.inner);
    this.width = this.weights.rows;
    this.charTable = this.makeCharTable();
    this.shapeRows = this.makeShapeRows(convention);
    this.spacingRows = this.makeRows("spacings.weight", this.inner + net.shape_dim + net.convention_dim, net.spacing_dim);
    this.cache = new Map();
  }

  /** Returns rows x width: the product of a table of embeddings with its part of the weights. */
  makeRows(name, from, dim) {
    const { data, shape } = this.arrays[name] ?? { data: [], shape: [0] };
    const out = new Float64Array(shape[0] * this.width);
    if (dim) stack(this.first.inputs, from, from + dim).multiply(data, shape[0], out);
    return out;
  }

  /** Returns the rows of all shapes, with the bias and the share of the convention in each. */
  makeShapeRows(convention) {
    const { net, width, inner } = this;
    const rows = this.makeRows("shapes.weight", inner, net.shape_dim);
    const shares = this.makeRows("conventions.weight", inner + net.shape_dim, net.convention_dim);
    const share = shares.subarray(convention * width, (convention + 1) * width);
    for (let n = 0; n < rows.length; n++) {
      rows[n] += this.first.bias[n % width] + (net.convention_dim ? share[n % width] : 0);
    }
    return rows;
  }

  /** Returns each character's share in the convolution at the left, middle and right: chars x 3 size. */
  makeCharTable() {
    const { char_encoder, char_size: size, char_dim: dim } = this.net;
    if (char_encoder === "none") return null;
    const { data: table, shape } = this.arrays["chars.table.weight"];
    const { data: weight } = this.arrays["chars.conv.weight"]; // size x dim x 3
    const { data: bias } = this.arrays["chars.conv.bias"];
    const shares = new Float64Array(shape[0] * WINDOW * size);
    for (let char = 0; char < shape[0]; char++) {
      for (let place = 0; place < WINDOW; place++) {
        for (let j = 0; j < size; j++) {
          let sum = place === 1 ? bias[j] : 0;
          for (let k = 0; k < dim; k++) sum += table[char * dim + k] * weight[(j * dim + k) * WINDOW + place];
          shares[(char * WINDOW + place) * size + j] = sum;
        }
      }
    }
    return shares;
  }

  /** Returns the projected inputs of words, each with the kind of spacing before it. */
  rows(words, spacings) {
    const keys = words.map((word, n) => String.fromCharCode(spacings[n]) + this.shorten(word));
    const found = new Map();
    const missing = [];
    for (const key of keys) {
      if (found.has(key)) continue;
      const row = this.cache.get(key);
      found.set(key, row);
      if (!row) missing.push(key);
    }
    for (let n = 0; n < missing.length; n += AT_ONCE) {
      const some = missing.slice(n, n + AT_ONCE);
      this.project(some.map((key) => this.features(key.slice(1), key.charCodeAt(0)))).forEach((row, k) => {
        found.set(some[k], row);
        this.keep(some[k], row);
      });
    }
    return keys.map((key) => found.get(key));
  }

  keep(key, row) {
    if (this.cache.size >= MOST_WORDS) this.cache.delete(this.cache.keys().next().value);
    this.cache.set(key, row);
  }

  /** Returns the characters that a net reads: both ends of a very long word. */
  shorten(word) {
    const { edge } = this;
    let read = word;
    if (lengthOf(word) > 2 * edge) {
      const chars = [...word];
      read = chars.slice(0, edge).join("") + chars.slice(-edge).join("");
    }
    return this.net.zero_digits ? read.replace(/\p{Nd}/gu, "0") : read;
  }

  /** Returns the number of the vector of a word in small letters, or -1. */
  number(lower) {
    return this.vectors.get(lower) ?? -1;
  }

  /** Returns what is known of a word: its vector's number, ids of word, shape and characters. */
  features(word, spacing) {
    const lower = word.toLowerCase();
    return {
      vector: this.number(lower),
      word: this.words.get(lower) ?? UNKNOWN,
      shape: this.shapes.get(this.shape(word)) ?? UNKNOWN,
      chars: [START, ...Array.from(word, (char) => this.chars.get(char) ?? UNKNOWN), END],
      spacing,
    };
  }

  /** Returns the kinds of a word's characters without repeats: `Xx-Xx` for `Нью-Йорк`. */
  shape(word) {
    let outline = "";
    let last = "";
    for (const char of word) {
      const kind = isUpper(char) ? "X" : isAlpha(char) ? "x" : this.digit.test(char) ? "d" : char;
      if (kind !== last) outline += kind;
      last = kind;
    }
    return lengthOf(word) > 1 && lengthOf(outline) === 1 ? `${outline}+` : outline;
  }

  /** Returns the projected inputs of words by their features. */
  project(list) {
    const { net, width, inner } = this;
    const x = new Float64Array(list.length * inner);
    const out = new Float64Array(list.length * width);
    list.forEach((features, n) => {
      const shape = features.shape * width;
      const spacing = features.spacing * width;
      for (let j = 0; j < width; j++) {
        out[n * width + j] = this.shapeRows[shape + j] + (net.spacing_dim ? this.spacingRows[spacing + j] : 0);
      }
      let at = n * inner;
      if (net.vector_dim) this.putVector(features.vector, x, at);
      at += net.vector_dim;
      if (net.word_dim) {
        const from = features.word * net.word_dim;
        x.set(this.arrays["words.weight"].data.subarray(from, from + net.word_dim), at);
      }
      at += net.word_dim;
      if (this.charTable) this.putChars(features.chars, x, at);
    });
    this.weights.multiply(x, list.length, out);
    return list.map((_, n) => Float32Array.from(out.subarray(n * width, (n + 1) * width)));
  }

  /** Writes the vector of a number into `x`, or the one of unknown words. */
  putVector(number, x, at) {
    if (number < 0) return x.set(this.arrays.unknown.data, at);
    const { data: codes, shape } = this.arrays["vectors.codes"];
    const { data: indexes } = this.arrays["vectors.indexes"];
    const [parts, centroids, chunk] = shape;
    for (let part = 0; part < parts; part++) {
      const from = (part * centroids + indexes[number * parts + part]) * chunk;
      for (let k = 0; k < chunk; k++) x[at + part * chunk + k] = codes[from + k];
    }
  }

  /** Writes the greatest value of the convolution at any character into `x`, for each of its sizes. */
  putChars(ids, x, at) {
    const size = this.net.char_size;
    const table = this.charTable;
    for (let i = 0; i < ids.length; i++) {
      const middle = (ids[i] * WINDOW + 1) * size;
      const left = i ? ids[i - 1] * WINDOW * size : -1;
      const right = i + 1 < ids.length ? (ids[i + 1] * WINDOW + 2) * size : -1;
      for (let j = 0; j < size; j++) {
        let sum = table[middle + j];
        if (left >= 0) sum += table[left + j];
        if (right >= 0) sum += table[right + j];
        if (i === 0 || sum > x[at + j]) x[at + j] = sum;
      }
    }
  }
}
