// The formats in which the reader can copy the result.

import { exportAs, hasKey } from "./api.js";
import { brat, conll, csv, html, inCodePoints, jsonLine, labelStudio, spacy } from "./writers.js";

const MAX_ARGUMENT = 100_000; // characters; Linux allows 128 KiB for one argument of a command

/** Shows the answer itself. */
function json({ text, tagger, corrected, entities, names }) {
  const counted = inCodePoints(text, entities);
  return JSON.stringify({ text, tagger, corrected, offsets: "codepoint", entities: counted, names }, null, 2);
}

/** Writes CoNLL's columns: of an answer of the net that runs here without asking the service. */
async function columns(answer, local) {
  if (!answer.local) return exportAs("conll", answer.text, inCodePoints(answer.text, answer.entities));
  return conll(answer, await local.call("cut", { text: answer.text }));
}

/** Returns the command that sends this request again. */
function curl({ request }) {
  const url = new URL("ner", document.baseURI).href;
  const body = JSON.stringify(request);
  const key = hasKey() ? ' -H "authorization: Bearer $NER_KEY"' : "";
  const head = `curl -s '${url}' -H 'content-type: application/json'${key}`;
  if (body.length > MAX_ARGUMENT) return `${head} --data-binary @- <<'END'\n${body}\nEND`;
  return `${head} -d '${body.replaceAll("'", "\\u0027")}'`;
}

/** Returns a program that asks for this answer: of the service, or of the library where there is none. */
function python({ request, local }) {
  const text = JSON.stringify(request.text); // Python reads JSON's strings as its own
  if (local) return `import ner_service\n\ntagger = ner_service.load("bilstm")\nprint(tagger.tag(${text}).entities)\n`;
  const key = hasKey() ? ', key=os.environ["NER_KEY"]' : "";
  const head = key ? "import os\n\n" : "";
  const url = JSON.stringify(new URL(".", document.baseURI).href.replace(/\/$/u, ""));
  const tagger = JSON.stringify(request.tagger);
  return `${head}from ner_service.client import Client\n\nwith Client(${url}${key}, tagger=${tagger}) as client:\n    print(client.tag(${text}))\n`;
}

/**
 * Name of a tab -> {write, ending}: what it shows of {text, tagger, entities, request, local}, and
 * how the name of its file ends, where there is a file. `service` ones need a service that answered.
 */
export const FORMATS = {
  JSON: { write: json, ending: "json" },
  JSONL: { write: jsonLine, ending: "jsonl" },
  CSV: { write: csv, ending: "csv" },
  CoNLL: { write: columns, ending: "conll" },
  brat: { write: brat, ending: "ann" },
  spaCy: { write: spacy, ending: "json" },
  "Label Studio": { write: labelStudio, ending: "json" },
  HTML: { write: html, ending: "html" },
  curl: { write: curl, service: true },
  Python: { write: python },
};

/** Has the browser save a string as a file. */
export function download(value, name) {
  const link = document.createElement("a");
  link.href = URL.createObjectURL(new Blob([value], { type: "text/plain;charset=utf-8" }));
  link.download = name;
  link.click();
  setTimeout(() => URL.revokeObjectURL(link.href));
}

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
