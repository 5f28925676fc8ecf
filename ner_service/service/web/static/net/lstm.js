// An LSTM layer in both directions (Hochreiter and Schmidhuber 1997).

import { stack } from "./matrix.js";

const ABREAST = 4; // units that take a step together, as `Matrix` multiplies so many at once
const GATES = 4; // input, forget, cell, output: a block of `hidden` rows of each
const WAYS = ["forth", "back"];

const sigmoid = (x) => 1 / (1 + Math.exp(-x));

/** A layer: `weights` projects its inputs to the gates of both directions, forth | back. */
export class LSTM {
  constructor(arrays, prefix) {
    const of = (name) => WAYS.map((way) => arrays[`${prefix}.${way}.${name}_l0`]);
    this.hidden = of("weight_hh")[0].shape[1];
    this.inputs = of("weight_ih");
    this.recurrent = of("weight_hh").map((array) => stack([array], 0, this.hidden));
    const [one, other] = [of("bias_ih"), of("bias_hh")];
    this.bias = new Float64Array(2 * GATES * this.hidden);
    WAYS.forEach((_, way) => {
      one[way].data.forEach((value, n) => {
        this.bias[way * GATES * this.hidden + n] = value + other[way].data[n];
      });
    });
  }

  /** Returns the states of units, tokens x 2 hidden; `rows` are the projected inputs of tokens. */
  run(rows, lengths) {
    const states = new Float64Array(rows.length * 2 * this.hidden);
    const first = [];
    lengths.reduce((at, length, n) => ((first[n] = at), at + length), 0);
    const order = lengths.map((_, n) => n).sort((a, b) => lengths[b] - lengths[a]);
    for (let n = 0; n < order.length; n += ABREAST) {
      const group = order.slice(n, n + ABREAST).map((unit) => ({ first: first[unit], length: lengths[unit] }));
      WAYS.forEach((_, way) => this.direction(rows, group, way, states));
    }
    return states;
  }

  direction(rows, group, way, states) {
    const { hidden } = this;
    const width = GATES * hidden;
    const gates = new Float64Array(ABREAST * width);
    const last = new Float64Array(ABREAST * hidden);
    const cells = new Float64Array(ABREAST * hidden);
    let active = group.length; // the units stand by falling length
    for (let step = 0; step < group[0].length; step++) {
      while (group[active - 1].length <= step) active--;
      const places = group.slice(0, active).map(({ first, length }) => first + (way ? length - 1 - step : step));
      places.forEach((place, n) => gates.set(rows[place].subarray(way * width, (way + 1) * width), n * width));
      if (step) this.recurrent[way].multiply(last, active === 3 ? 4 : active, gates);
      places.forEach((place, n) => {
        advance(gates, n * width, hidden, last, cells, n * hidden);
        states.set(last.subarray(n * hidden, (n + 1) * hidden), (2 * place + way) * hidden);
      });
    }
  }
}

/** Takes the step of a unit whose gates begin at `g` and whose state and cell begin at `at`. */
function advance(gates, g, hidden, state, cells, at) {
  for (let j = 0; j < hidden; j++) {
    const input = sigmoid(gates[g + j]);
    const forget = sigmoid(gates[g + hidden + j]);
    const fresh = 2 * sigmoid(2 * gates[g + 2 * hidden + j]) - 1; // tanh
    const output = sigmoid(gates[g + 3 * hidden + j]);
    const cell = forget * cells[at + j] + input * fresh;
    cells[at + j] = cell;
    state[at + j] = output * (2 * sigmoid(2 * cell) - 1);
  }
}
