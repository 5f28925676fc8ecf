// Reads a model file: see `ner_service/browser/model_file.py`, which says how it is laid out.

const MAGIC = "NERPAGE1";

/** Returns {head, arrays: name -> {data: Float64Array or Uint8Array, shape}} of a file's bytes. */
export function readModelFile(buffer) {
  const bytes = new Uint8Array(buffer);
  if (new TextDecoder().decode(bytes.subarray(0, MAGIC.length)) !== MAGIC) {
    throw new Error("this is no model file: make one with `ner-service web-model`");
  }
  const size = new DataView(buffer).getUint32(MAGIC.length, true);
  const start = MAGIC.length + 4;
  const head = JSON.parse(new TextDecoder().decode(bytes.subarray(start, start + size)));
  const arrays = {};
  for (const [name, { type, shape, offset }] of Object.entries(head.arrays)) {
    const count = shape.reduce((product, length) => product * length, 1);
    arrays[name] = { shape, data: READERS[type](buffer, start + size + offset, count) };
  }
  return { head, arrays };
}

// floats become doubles: the processor then converts none of them while it multiplies
const READERS = {
  u1: (buffer, at, count) => new Uint8Array(buffer, at, count),
  f4: (buffer, at, count) => Float64Array.from(new Float32Array(buffer, at, count)),
  f2: (buffer, at, count) => Float64Array.from(new Uint16Array(buffer, at, count), half),
};

/** Returns the number whose bits in half precision (IEEE 754) are `bits`. */
function half(bits) {
  const sign = bits & 0x8000 ? -1 : 1;
  const exponent = (bits >> 10) & 31;
  const fraction = bits & 0x3ff;
  if (exponent === 0) return sign * fraction * 2 ** -24;
  if (exponent === 31) return fraction ? NaN : sign * Infinity;
  return sign * (1 + fraction / 1024) * 2 ** (exponent - 15);
}

/** Returns a table of one byte a key from the lengths and values of its runs. */
export function expandRuns(runs) {
  let length = 0;
  for (let n = 0; n < runs.length; n += 2) length += runs[n];
  const table = new Uint8Array(length);
  let at = 0;
  for (let n = 0; n < runs.length; n += 2) table.fill(runs[n + 1], at, (at += runs[n]));
  return table;
}
