// Why the net decides as it does, for one unit: see `ner_service/engine/explanation.py`.

const HIDDEN = "\ufffd"; // stands for a character or a word that is not to be seen
const FORBIDDEN = -1e4; // what is added to the score of a tag that the reader forbids
const AT_ONCE = 32; // changed units that pass the net together

/**
 * Explains the net's answer to a unit. `forbidden` holds {tag, token}: a tag that is not allowed at
 * a token, or anywhere where the token is null. Probabilities are posteriors of the CRF.
 */
export function explain(net, unit, forbidden = []) {
  const { crf } = net;
  const emissions = forbid(net, net.emissions([unit])[0], forbidden);
  const messages = crf.messages(emissions);
  const [best, second] = crf.bestPaths(emissions);
  const described = (way) => way && {
    tags: way.path.map((tag) => crf.tags[tag]),
    score: way.score,
    probability: Math.exp(way.score * crf.sharpness - messages.partition),
  };
  const spans = crf.spans(best.path).map(({ start, end, tag }) => {
    const label = crf.tags[tag].slice(2);
    const probability = crf.probabilityOf(start, end, label, messages);
    const rivals = rivalsOf(crf, unit.words.length, { start, end, label });
    return {
      start,
      end,
      label,
      probability,
      score: crf.calibrate(probability, tag),
      rivals: rivals
        .map((rival) => ({ ...rival, probability: crf.probabilityOf(rival.start, rival.end, rival.label, messages) }))
        .sort((a, b) => b.probability - a.probability),
    };
  });
  const marginals = crf.marginals(messages);
  const probabilities = unit.words.map((_, n) => [...marginals.subarray(n * crf.size, (n + 1) * crf.size)]);
  return { tags: crf.tags, words: unit.words, probabilities, best: described(best), second: described(second), spans };
}

/** Returns what else the words of a span could be: another label, other bounds, or no entity. */
function rivalsOf(crf, length, { start, end, label }) {
  const labels = [...new Set(crf.tags.filter((tag) => tag !== "O").map((tag) => tag.slice(2)))];
  const others = labels.filter((other) => other !== label).map((other) => ({ start, end, label: other }));
  const bounds = [[start - 1, end], [start + 1, end], [start, end - 1], [start, end + 1]];
  const possible = bounds.filter(([from, to]) => from >= 0 && to <= length && from < to);
  return [...others, ...possible.map(([from, to]) => ({ start: from, end: to, label })), { start, end, label: null }];
}

/**
 * Returns how a span's probability falls when a word, or a character of the span's own words, is
 * hidden (occlusion; Zeiler and Fergus 2014): {words: one a token, chars: a list a token of the span}.
 */
export function occlude(net, unit, { start, end, label }, forbidden = []) {
  const replaced = (n, word) => ({ ...unit, words: unit.words.map((old, k) => (k === n ? word : old)) });
  const variants = unit.words.map((_, n) => replaced(n, HIDDEN));
  for (let n = start; n < end; n++) {
    const chars = [...unit.words[n]];
    chars.forEach((_, k) => variants.push(replaced(n, chars.map((char, j) => (j === k ? HIDDEN : char)).join(""))));
  }
  const probability = (emissions) => {
    const messages = net.crf.messages(forbid(net, emissions, forbidden));
    return net.crf.probabilityOf(start, end, label, messages);
  };
  const whole = probability(net.emissions([unit])[0]);
  const falls = [];
  for (let n = 0; n < variants.length; n += AT_ONCE) {
    for (const emissions of net.emissions(variants.slice(n, n + AT_ONCE))) falls.push(whole - probability(emissions));
  }
  const words = falls.splice(0, unit.words.length);
  const chars = unit.words.slice(start, end).map((word) => falls.splice(0, [...word].length));
  return { words, chars };
}

function forbid({ crf }, emissions, forbidden) {
  if (!forbidden.length) return emissions;
  const changed = Float64Array.from(emissions);
  for (const { tag, token } of forbidden) {
    const id = crf.tags.indexOf(tag);
    for (let n = 0; n < changed.length / crf.size; n++) {
      if (token === null || token === undefined || token === n) changed[n * crf.size + id] += FORBIDDEN;
    }
  }
  return changed;
}
