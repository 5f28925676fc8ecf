// Products of a matrix with several vectors at once, which share each weight that is read.

/** A matrix of rows; `inner` is the length of a row. */
export class Matrix {
  constructor(data, inner) {
    this.data = data;
    this.inner = inner;
    this.rows = data.length / inner;
  }

  /** Adds the products with vectors `x`, count x inner, to `out`, count x rows. */
  multiply(x, count, out) {
    let n = 0;
    for (; n + 4 <= count; n += 4) this.four(x, n, out);
    for (; n < count; n++) this.one(x, n, out);
  }

  four(x, n, out) {
    const { data, inner, rows } = this;
    const x0 = n * inner;
    const x1 = x0 + inner;
    const x2 = x1 + inner;
    const x3 = x2 + inner;
    for (let row = 0; row < rows; row += 2) {
      const a = row * inner;
      const b = a + inner;
      let a0 = 0, a1 = 0, a2 = 0, a3 = 0, b0 = 0, b1 = 0, b2 = 0, b3 = 0;
      for (let k = 0; k < inner; k++) {
        const p = data[a + k];
        const q = data[b + k];
        const v0 = x[x0 + k];
        const v1 = x[x1 + k];
        const v2 = x[x2 + k];
        const v3 = x[x3 + k];
        a0 += p * v0;
        a1 += p * v1;
        a2 += p * v2;
        a3 += p * v3;
        b0 += q * v0;
        b1 += q * v1;
        b2 += q * v2;
        b3 += q * v3;
      }
      let at = n * rows + row;
      out[at] += a0;
      out[at + 1] += b0;
      at += rows;
      out[at] += a1;
      out[at + 1] += b1;
      at += rows;
      out[at] += a2;
      out[at + 1] += b2;
      at += rows;
      out[at] += a3;
      out[at + 1] += b3;
    }
  }

  one(x, n, out) {
    const { data, inner, rows } = this;
    const from = n * inner;
    for (let row = 0; row < rows; row += 2) {
      const a = row * inner;
      const b = a + inner;
      let p = 0, q = 0;
      for (let k = 0; k < inner; k++) {
        const v = x[from + k];
        p += data[a + k] * v;
        q += data[b + k] * v;
      }
      out[n * rows + row] += p;
      out[n * rows + row + 1] += q;
    }
  }
}

/** Makes a matrix of some columns of several matrices' rows, which stand under one another. */
export function stack(arrays, from, to) {
  const inner = to - from;
  const data = new Float64Array(arrays.reduce((sum, { shape }) => sum + shape[0] * inner, 0));
  let at = 0;
  for (const { data: source, shape } of arrays) {
    const [rows, width] = shape;
    for (let row = 0; row < rows; row++, at += inner) {
      data.set(source.subarray(row * width + from, row * width + to), at);
    }
  }
  return new Matrix(data, inner);
}
