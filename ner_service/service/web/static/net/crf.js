// A linear-chain CRF: best paths and posterior probabilities: see `ner_service/engine/crf.py`.

const LEAST = 1e-200; // factors between the two never leave the range of a double
const MOST = 1e200;
const IMPOSSIBLE = -5e3; // a path with a step that is forbidden has a lower score
const SURE = 1e-6; // the least distance of a score from 0 and 1 whose log odds are computed

/** The scores of paths, and which tags begin and continue entities. */
export class CRF {
  constructor(net, arrays) {
    this.tags = net.tags;
    this.size = net.tags.length;
    this.transitions = arrays["crf.transitions"].data; // from x to
    this.starts = arrays["crf.starts"].data;
    this.ends = arrays["crf.ends"].data;
    this.opens = net.tags.map((tag) => "BS".includes(tag[0]));
    this.prolongs = net.tags.map((tag) => "IE".includes(tag[0]));
    this.continuations = net.tags.map((tag) => (net.scheme === "BIO" && tag !== "O" ? net.tags.indexOf(`I-${tag.slice(2)}`) : -1));
    this.sharpness = 1 / (net.temperature ?? 1);
    const divisor = (tag) => net.label_temperatures[net.labels.indexOf(tag.slice(2))] ?? 1;
    this.divisors = net.label_temperatures.length ? net.tags.map(divisor) : null;
    const sharp = (scores) => scores.map((score) => score * this.sharpness);
    this.tempered = { transitions: sharp(this.transitions), starts: sharp(this.starts), ends: sharp(this.ends) };
  }

  /** Returns the best path (Viterbi 1967) through emissions, length x tags. */
  bestPath(emissions) {
    const { size, transitions, starts, ends } = this;
    const length = emissions.length / size;
    let best = starts.map((score, tag) => score + emissions[tag]);
    let after = new Float64Array(size);
    const history = new Int16Array(length * size);
    for (let i = 1; i < length; i++) {
      for (let to = 0; to < size; to++) {
        let top = -Infinity;
        let at = 0;
        for (let tag = 0; tag < size; tag++) {
          const value = best[tag] + transitions[tag * size + to];
          if (value > top) {
            top = value;
            at = tag;
          }
        }
        after[to] = top + emissions[i * size + to];
        history[i * size + to] = at;
      }
      [best, after] = [after, best];
    }
    const path = new Array(length);
    path[length - 1] = 0;
    for (let tag = 1; tag < size; tag++) {
      const last = path[length - 1];
      if (best[tag] + ends[tag] > best[last] + ends[last]) path[length - 1] = tag;
    }
    for (let i = length - 1; i > 0; i--) path[i - 1] = history[i * size + path[i]];
    return path;
  }

  /** Returns the two best paths, each with its score; the second is null where there is but one. */
  bestPaths(emissions) {
    const { size, transitions, starts, ends } = this;
    const length = emissions.length / size;
    const to = this.bestWays(length, (tag) => starts[tag], (from, tag) => transitions[from * size + tag], emissions, 1);
    const on = this.bestWays(length, (tag) => ends[tag], (next, tag) => transitions[tag * size + next], emissions, -1);
    const through = to.scores.map((score, n) => score + on.scores[n] - emissions[n]); // of the best path there
    const follow = (i, tag) => {
      const path = new Array(length);
      path[i] = tag;
      for (let n = i; n > 0; n--) path[n - 1] = to.from[n * size + path[n]];
      for (let n = i; n + 1 < length; n++) path[n + 1] = on.from[n * size + path[n]];
      return { path, score: through[i * size + tag] };
    };
    let top = 0;
    for (let tag = 1; tag < size; tag++) if (through[tag] > through[top]) top = tag;
    const best = follow(0, top);
    let second = -1; // the best place that the best path does not pass
    for (let n = 0; n < through.length; n++) {
      const passed = best.path[Math.floor(n / size)] === n % size;
      if (!passed && (second < 0 || through[n] > through[second])) second = n;
    }
    const possible = second >= 0 && through[second] > IMPOSSIBLE;
    return [best, possible ? follow(Math.floor(second / size), second % size) : null];
  }

  /** Returns the best score of a way from one end of a unit to each tag at each token, and its last step. */
  bestWays(length, begin, step, emissions, direction) {
    const { size } = this;
    const scores = new Float64Array(length * size);
    const from = new Int16Array(length * size);
    for (let k = 0; k < length; k++) {
      const i = direction > 0 ? k : length - 1 - k;
      for (let tag = 0; tag < size; tag++) {
        let top = k ? -Infinity : begin(tag);
        for (let other = 0; k && other < size; other++) {
          const value = scores[(i - direction) * size + other] + step(other, tag);
          if (value <= top) continue;
          top = value;
          from[i * size + tag] = other;
        }
        scores[i * size + tag] = top + emissions[i * size + tag];
      }
    }
    return { scores, from };
  }

  /** Returns the tags of an entity of that label over `length` tokens. */
  tagsOf(label, length) {
    const id = (prefix) => this.tags.indexOf(`${prefix}-${label}`);
    if (this.tags.includes(`S-${label}`)) {
      if (length === 1) return [id("S")];
      return [id("B"), ...Array(length - 2).fill(id("I")), id("E")];
    }
    return [id("B"), ...Array(length - 1).fill(id("I"))];
  }

  /** Returns the posterior that tokens `start`–`end` are exactly an entity of a label, or none at all. */
  probabilityOf(start, end, label, messages) {
    const tags = label === null ? Array(end - start).fill(0) : this.tagsOf(label, end - start);
    const path = [...Array(start).fill(0), ...tags];
    const tag = tags.at(-1);
    const span = { start, end, tag: label === null ? 0 : tag };
    return this.spanProbability(span, path, messages);
  }

  /** Returns the entities on a legal path: [{start, end, tag}], in tokens. */
  spans(path) {
    const spans = [];
    let start = 0;
    path.forEach((tag, i) => {
      if (this.opens[tag]) start = i;
      else if (!this.prolongs[tag]) return;
      if (i + 1 === path.length || !this.prolongs[path[i + 1]]) spans.push({ start, end: i + 1, tag });
    });
    return spans;
  }

  /** Returns the entities on the best path, each with its label and its calibrated probability. */
  decode(emissions) {
    const path = this.bestPath(emissions);
    const spans = this.spans(path);
    if (!spans.length) return spans;
    const messages = this.messages(emissions);
    return spans.map((span) => ({
      ...span,
      label: this.tags[span.tag].slice(2),
      score: this.calibrate(this.spanProbability(span, path, messages), span.tag),
    }));
  }

  /** Returns a probability whose log odds are divided by the temperature of the tag's label. */
  calibrate(probability, tag) {
    if (!this.divisors) return probability;
    const held = Math.min(Math.max(probability, SURE), 1 - SURE);
    const odds = (held / (1 - held)) ** (1 / this.divisors[tag]);
    return odds / (1 + odds);
  }

  /** Returns the messages of the forward-backward algorithm, as logarithms only where they must be. */
  messages(emissions) {
    const sharp = emissions.map((score) => score * this.sharpness);
    return scaledMessages(sharp, this.size, this.tempered) ?? logMessages(sharp, this.size, this.tempered);
  }

  /** Returns the posterior of tags `path[start..end)` with an entity ending there (Culotta 2004). */
  spanProbability({ start, end, tag }, path, messages) {
    const { size } = this;
    const { transitions } = this.tempered;
    const { forward, backward, local, isLog } = messages;
    const log = (message) => (isLog ? message : Math.log(Math.max(message, LEAST)));
    let mass = log(forward[start * size + path[start]]);
    for (let i = start + 1; i < end; i++) {
      mass += transitions[path[i - 1] * size + path[i]] + log(local[i * size + path[i]]);
    }
    let probability = Math.exp(mass + log(backward[(end - 1) * size + path[end - 1]]));
    const prolonged = this.continuations[tag];
    if (prolonged >= 0 && end * size < local.length) {
      mass += transitions[path[end - 1] * size + prolonged] + log(local[end * size + prolonged]);
      probability -= Math.exp(mass + log(backward[end * size + prolonged]));
    }
    return Math.min(Math.max(probability, 0), 1);
  }

  /** Returns the posterior probability of each tag at each token: length x tags. */
  marginals({ forward, backward, isLog }) {
    return forward.map((message, n) => (isLog ? Math.exp(message + backward[n]) : message * backward[n]));
  }
}

/** Returns scaled messages (Rabiner 1989), or null where scores lie too far apart for them. */
function scaledMessages(emissions, size, { transitions, starts, ends }) {
  const length = emissions.length / size;
  const steps = transitions.map(Math.exp);
  const [forward, backward, local] = [1, 2, 3].map(() => new Float64Array(length * size));
  let partition = 0;
  for (let i = 0; i < length; i++) {
    const here = i * size;
    let top = -Infinity;
    for (let tag = 0; tag < size; tag++) top = Math.max(top, emissions[here + tag]);
    let total = 0;
    for (let tag = 0; tag < size; tag++) {
      local[here + tag] = Math.exp(emissions[here + tag] - top);
      let mass = 0;
      if (i === 0) mass = Math.exp(starts[tag]);
      else for (let from = 0; from < size; from++) mass += forward[here - size + from] * steps[from * size + tag];
      forward[here + tag] = mass * local[here + tag];
      total += forward[here + tag];
    }
    if (total < LEAST) return null;
    partition += top + Math.log(total);
    for (let tag = 0; tag < size; tag++) {
      forward[here + tag] /= total;
      local[here + tag] /= total;
    }
  }
  const last = (length - 1) * size;
  let final = 0; // the share of all paths' weight that `partition` lacks yet
  for (let tag = 0; tag < size; tag++) final += forward[last + tag] * Math.exp(ends[tag]);
  if (final < LEAST) return null;
  for (let tag = 0; tag < size; tag++) backward[last + tag] = Math.exp(ends[tag]) / final;
  for (let here = last - size; here >= 0; here -= size) {
    for (let tag = 0; tag < size; tag++) {
      let mass = 0;
      for (let to = 0; to < size; to++) mass += steps[tag * size + to] * local[here + size + to] * backward[here + size + to];
      if (mass > MOST) return null;
      backward[here + tag] = mass;
    }
  }
  return { forward, backward, local, partition: partition + Math.log(final), isLog: false };
}

/** Returns the messages as logarithms, which are slow but never out of range. */
function logMessages(emissions, size, { transitions, starts, ends }) {
  const length = emissions.length / size;
  const local = Float64Array.from(emissions);
  const [forward, backward] = [1, 2].map(() => new Float64Array(length * size));
  const tags = Array.from({ length: size }, (_, tag) => tag);
  for (let i = 0; i < length; i++) {
    const here = i * size;
    for (const tag of tags) {
      const before = i ? logSum(tags.map((from) => forward[here - size + from] + transitions[from * size + tag])) : starts[tag];
      forward[here + tag] = local[here + tag] + before;
    }
  }
  const last = (length - 1) * size;
  const total = logSum(tags.map((tag) => forward[last + tag] + ends[tag]));
  for (const tag of tags) backward[last + tag] = ends[tag] - total;
  for (let here = last - size; here >= 0; here -= size) {
    for (const tag of tags) {
      backward[here + tag] = logSum(tags.map((to) => transitions[tag * size + to] + local[here + size + to] + backward[here + size + to]));
    }
  }
  return { forward, backward, local, partition: total, isLog: true };
}

/** Returns the logarithm of the sum of the exponentials of terms. */
export function logSum(terms) {
  const top = Math.max(...terms);
  return top + Math.log(terms.reduce((sum, term) => sum + Math.exp(term - top), 0));
}
