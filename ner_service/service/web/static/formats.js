// The result in the forms that other programs read.

import { conll, hasKey } from "./api.js";

const ARGUMENT = 100_000; // characters; Linux takes 128 KiB a command-line argument

/** The same entities with offsets in code points. */
export function inCodePoints(text, entities) {
  let unit = 0;
  let point = 0;
  const at = (offset) => {
    for (; unit < offset; point++) unit += text.codePointAt(unit) > 0xffff ? 2 : 1;
    return point;
  };
  return entities.map((entity) => ({ ...entity, start: at(entity.start), end: at(entity.end) }));
}

function json({ text, tagger, entities }) {
  const counted = inCodePoints(text, entities);
  return JSON.stringify({ text, tagger, offsets: "codepoint", entities: counted }, null, 2);
}

function spacy({ text, entities }) {
  const spans = inCodePoints(text, entities).map((e) => [e.start, e.end, e.label]);
  return JSON.stringify([text, { entities: spans }]);
}

function labelStudio({ text, entities }) {
  const result = entities.map(({ start, end, label }) => ({
    from_name: "label",
    to_name: "text",
    type: "labels",
    value: { start, end, text: text.slice(start, end), labels: [label] },
  }));
  return JSON.stringify([{ data: { text }, annotations: [{ result }] }], null, 2);
}

const columns = ({ text, entities }) => conll(text, inCodePoints(text, entities));

function curl({ request }) {
  const url = new URL("ner", document.baseURI).href;
  const body = JSON.stringify(request);
  const key = hasKey() ? ' -H "authorization: Bearer $NER_KEY"' : "";
  const head = `curl -s '${url}' -H 'content-type: application/json'${key}`;
  if (body.length > ARGUMENT) return `${head} --data-binary @- <<'END'\n${body}\nEND`;
  return `${head} -d '${body.replaceAll("'", "\\u0027")}'`;
}

/** Name -> function of {text, tagger, entities, request}. */
export const FORMATS = { JSON: json, CoNLL: columns, spaCy: spacy, "Label Studio": labelStudio, curl };

/** Puts a string on the clipboard, also where the page has no secure context. */
export async function copy(value) {
  try {
    await navigator.clipboard.writeText(value);
  } catch {
    copyBySelection(value);
  }
}

function copyBySelection(value) {
  const focused = document.activeElement;
  const area = document.createElement("textarea");
  area.value = value;
  document.body.append(area);
  area.select();
  document.execCommand("copy");
  area.remove();
  focused.focus();
}
