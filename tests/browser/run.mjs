// Runs the page's net in node: reads {model, texts, explained} from stdin, prints what it finds.

import { readFileSync } from "node:fs";
import { Characters } from "./net/characters.js";
import { explain, occlude } from "./net/explain.js";
import { Net } from "./net/net.js";

const { model, texts, explained = [], speed } = JSON.parse(readFileSync(0, "utf-8"));
const bytes = readFileSync(model);
const net = new Net(bytes.buffer.slice(bytes.byteOffset, bytes.byteOffset + bytes.length));

function units(text) {
  return [...net.units(new Characters(text))].map(({ starts, ends, words, spacings }) => [starts, ends, words, [...spacings]]);
}

const before = process.cpuUsage();
const answers = texts.map((text) => net.tag(text));
const { user, system } = process.cpuUsage(before);
const entities = answers.map((answer) => answer.entities.map(({ start, end, label, score }) => [start, end, label, score]));
const tokens = answers.reduce((sum, answer) => sum + answer.tokens, 0);

const explanations = explained.map(({ text, forbidden }) => {
  const [unit] = net.units(new Characters(text));
  const explanation = explain(net, unit, forbidden);
  return { ...explanation, spans: explanation.spans.map((span) => ({ ...span, ...occlude(net, unit, span, forbidden) })) };
});

process.stdout.write(
  JSON.stringify({ entities, units: speed ? [] : texts.map(units), tokens, seconds: (user + system) / 1e6, explanations }),
);
