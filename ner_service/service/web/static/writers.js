// A tagged text in the formats of other programs, as `ner-service tag` writes them.

import { background } from "./palette.js";

/** Returns the entities with offsets in code points instead of UTF-16 code units. */
export function inCodePoints(text, entities) {
  let unit = 0;
  let point = 0;
  const at = (offset) => {
    for (; unit < offset; point++) unit += text.codePointAt(unit) > 0xffff ? 2 : 1;
    return point;
  };
  return entities.map((entity) => ({ ...entity, start: at(entity.start), end: at(entity.end) }));
}

const rounded = (score) => Math.round(score * 10_000) / 10_000;

/** The fields of an entity that a record has; absent ones are left out. */
function fields({ start, end, label, text, score, normal }) {
  const entity = { start, end, label, text };
  if (score !== null && score !== undefined) entity.score = rounded(score);
  if (normal) entity.normal = normal;
  return entity;
}

/** Writes a line of JSON: the text and its entities. */
export function jsonLine({ text, entities }) {
  return `${JSON.stringify({ text, entities: inCodePoints(text, entities).map(fields) })}\n`;
}

/** Writes an entity a row, for a spreadsheet. */
export function csv({ text, entities }) {
  const head = ["start", "end", "label", "text", "score", "normal"];
  const rows = inCodePoints(text, entities).map((entity) => head.map((name) => fields(entity)[name] ?? ""));
  return [head, ...rows].map((row) => `${row.map(cell).join(",")}\r\n`).join("");
}

/** Writes a cell; one that a spreadsheet would run as a formula begins with an apostrophe. */
function cell(value) {
  const plain = typeof value === "string" && /^[=+\-@\t\r]/.test(value) ? `'${value}` : String(value);
  return /[",\r\n]/.test(plain) ? `"${plain.replaceAll('"', '""')}"` : plain;
}

/** Writes brat's standoff lines, which stand beside the text in a file of their own. */
export function brat({ text, entities }) {
  const line = ({ start, end, label, text: surface }, n) =>
    `T${n + 1}\t${label} ${start} ${end}\t${surface.split(/\s+/u).filter(Boolean).join(" ")}\n`;
  return inCodePoints(text, entities).map(line).join("");
}

/** Writes spaCy's training pair. */
export function spacy({ text, entities }) {
  const spans = inCodePoints(text, entities).map(({ start, end, label }) => [start, end, label]);
  return `${JSON.stringify([text, { entities: spans }])}\n`;
}

/**
 * Writes a task for Label Studio: a tagger's answer as predictions, which annotators begin from; what
 * the reader has corrected as an annotation, beside the answer it was made of.
 */
export function labelStudio({ text, entities, tagger, original }) {
  const annotations = original && [{ result: regions(entities) }];
  const predictions = [prediction(original?.entities ?? entities, tagger)];
  return `${JSON.stringify([{ data: { text }, ...(annotations && { annotations }), predictions }], null, 2)}\n`;
}

function prediction(entities, tagger) {
  const scores = entities.map(({ score }) => score).filter((score) => score !== null && score !== undefined);
  const score = scores.length && { score: rounded(Math.min(...scores)) };
  return { model_version: tagger, ...score, result: regions(entities) };
}

function regions(entities) {
  return entities.map(({ start, end, label, text, score, normal }) => ({
    from_name: "label",
    to_name: "text",
    type: "labels",
    value: { start, end, text, labels: [label] },
    ...(score !== null && score !== undefined && { score: rounded(score) }),
    ...(normal && { meta: { text: [normal] } }),
  }));
}

/** Writes a token a line with its IOB2 tag, and an empty line after each sentence. */
export function conll({ text, entities }, { tokens, sentenceEnds }) {
  const tags = tokens.map(() => "O");
  let at = 0;
  for (const { start, end, label } of entities) {
    while (at < tokens.length && tokens[at][1] <= start) at++;
    for (let first = true; at < tokens.length && tokens[at][0] < end; at++, first = false) {
      tags[at] = `${first ? "B" : "I"}-${label}`;
    }
  }
  const ends = [...sentenceEnds, text.length];
  let next = 0;
  const rows = tokens.map(([start, end], n) => {
    const last = n + 1 === tokens.length;
    const closes = last || end >= ends[next];
    if (closes) next++;
    return `${text.slice(start, end)}\t${tags[n]}\n${closes && !tags[n + 1]?.startsWith("I-") ? "\n" : ""}`;
  });
  return rows.join("");
}

const escaped = (text) => text.replace(/[&<>"]/gu, (char) => `&#${char.charCodeAt(0)};`);

const STYLE = `body { font: 16px/1.8 system-ui, sans-serif; max-width: 46rem; margin: 2rem auto; padding: 0 1rem; }
main { white-space: pre-wrap; } mark { color: inherit; border-radius: 4px; padding: 1px 4px; }
mark::after { content: attr(data-label); font-size: 0.65em; font-weight: 650; margin-inline-start: 0.4em; }`;

/** Writes a page of its own with the entities marked, in the colours of this page. */
export function html({ text, entities }) {
  const labels = [...new Set(entities.map(({ label }) => label))];
  const colours = labels.map((label, n) => `.l${n} { background: ${background(label)}; }`).join("\n");
  let at = 0;
  let body = "";
  for (const { start, end, label } of entities) {
    body += escaped(text.slice(at, start));
    body += `<mark class="l${labels.indexOf(label)}" data-label="${escaped(label)}">${escaped(text.slice(start, end))}</mark>`;
    at = end;
  }
  body += escaped(text.slice(at));
  return `<!doctype html>\n<html lang="ru"><meta charset="utf-8"><title>ner-service</title>\n<style>${STYLE}\n${colours}</style>\n<main>${body}</main></html>\n`;
}
