// The formats in which the reader can copy the result.

import { exportAs, hasKey } from "./api.js";

const MAX_ARGUMENT = 100_000; // characters; Linux allows 128 KiB for one argument of a command

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

/** Shows the answer itself. */
function json({ text, tagger, entities, names }) {
  const counted = inCodePoints(text, entities);
  return JSON.stringify({ text, tagger, offsets: "codepoint", entities: counted, names }, null, 2);
}

/** Returns the function of a format that the service writes, by the code of the command line. */
const written = (format) => ({ text, entities }) => exportAs(format, text, inCodePoints(text, entities));

/** Returns the command that sends this request again. */
function curl({ request }) {
  const url = new URL("ner", document.baseURI).href;
  const body = JSON.stringify(request);
  const key = hasKey() ? ' -H "authorization: Bearer $NER_KEY"' : "";
  const head = `curl -s '${url}' -H 'content-type: application/json'${key}`;
  if (body.length > MAX_ARGUMENT) return `${head} --data-binary @- <<'END'\n${body}\nEND`;
  return `${head} -d '${body.replaceAll("'", "\\u0027")}'`;
}

/** Name of a tab -> function of {text, tagger, entities, request} that returns what it shows. */
export const FORMATS = {
  JSON: json,
  CoNLL: written("conll"),
  spaCy: written("spacy"),
  "Label Studio": written("labelstudio"),
  curl,
};

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
