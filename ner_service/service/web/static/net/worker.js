// The worker that runs the net beside the page. Messages in: {id, call, ...}; out: {id, done | error | share}.

import { Characters } from "./characters.js";
import { explain, occlude } from "./explain.js";
import { Net } from "./net.js";

let net = null;
const cancelled = new Set();

const CALLS = {
  /** Reads the model file; returns what the page shows of it. */
  load({ buffer }) {
    net = new Net(buffer);
    const { name, version, hash } = net.head;
    const { labels, temperature } = net.head.net;
    return { name, version, hash, labels, scoreKind: temperature ? "calibrated" : "raw" };
  },

  /** Tags a text; returns entities with offsets in UTF-16 units, as JavaScript counts. */
  async tag({ id, text }) {
    const source = new Characters(text);
    const began = performance.now();
    const entities = [];
    let tokens = 0;
    for (const step of net.steps(source)) {
      entities.push(...step.entities);
      tokens += step.tokens;
      postMessage({ id, share: step.share });
      await new Promise((resolve) => setTimeout(resolve)); // lets a cancellation in
      if (cancelled.delete(id)) return null;
    }
    const inUnits = entities.map((entity) => {
      const start = source.unit(entity.start);
      const end = source.unit(entity.end);
      return { ...entity, start, end, text: text.slice(start, end) };
    });
    return { entities: inUnits, tokens, ms: performance.now() - began };
  },

  /** Explains the unit around a place of a text; null where the text has no word. */
  explain({ text, at, forbidden }) {
    const source = new Characters(text);
    let unit = null;
    for (const each of net.units(source)) if (!unit || source.unit(each.starts[0]) <= at) unit = each;
    if (!unit) return null;
    const explained = explain(net, unit, forbidden.filter(({ token }) => token === null || token < unit.words.length));
    const places = unit.starts.map((start, n) => [source.unit(start), source.unit(unit.ends[n])]);
    const spans = explained.spans.map((span) => ({ ...span, ...occlude(net, unit, span, forbidden) }));
    return { ...explained, spans, places };
  },

  /** Returns the tokens of a text as [start, end], and where sentences end, in UTF-16 units. */
  cut({ text }) {
    const source = new Characters(text);
    const { starts, ends } = net.cutter.tokenizer.cut(source.codes);
    return {
      tokens: starts.map((start, n) => [source.unit(start), source.unit(ends[n])]),
      sentenceEnds: [...net.cutter.sentenceEnds(source)].map((end) => source.unit(end)),
    };
  },
};

onmessage = async ({ data }) => {
  const { id, call } = data;
  if (call === "cancel") return void cancelled.add(data.which);
  try {
    postMessage({ id, done: await CALLS[call](data) });
  } catch (error) {
    postMessage({ id, error: String(error) });
  }
};
