// Requests to the service; every failure becomes a sentence for the reader.

import { knows, t } from "./i18n.js";
import { recall, remember } from "./memory.js";
import { STANDALONE, embeddedNet } from "./net_source.js";

/** An error whose message is a sentence for the reader; `code` is the service's error code. */
export class Problem extends Error {
  constructor(sentence, code) {
    super(sentence);
    this.code = code;
  }
}

/** Returns the sentence of a `Problem`; throws any other error again. */
export function sentence(error) {
  if (error instanceof Problem) return error.message;
  throw error;
}

/** Signs every request from now on with an API key. */
export const useKey = (key) => remember("key", key, sessionStorage);

export const hasKey = () => Boolean(recall("key", sessionStorage));

async function problem(response) {
  const error = await response.json().then(
    (body) => (body?.error?.message ? body.error : null),
    () => null,
  );
  const key = `error_${error?.code}`;
  const sentence = t(knows(key) ? key : "error_other");
  return new Problem(error ? `${sentence} ${t("says")}${error.message}.` : sentence, error?.code);
}

const HEADER_VALUE = /^[\x20-\x7e]+$/; // what a header may hold

async function ask(url, options = {}) {
  const key = recall("key", sessionStorage);
  if (key && !HEADER_VALUE.test(key)) throw new Problem(t("error_unauthorized"), "unauthorized");
  const headers = { ...options.headers, ...(key && { authorization: `Bearer ${key}` }) };
  let response;
  try {
    response = await fetch(url, { ...options, headers });
  } catch (error) {
    if (error.name === "AbortError") throw error;
    throw new Problem(t("error_network"));
  }
  if (!response.ok) throw await problem(response);
  return response;
}

/** Reads a response as JSON; throws a `Problem` where it was cut off or is not the service's. */
async function json(response) {
  try {
    return await response.json();
  } catch (error) {
    if (error.name === "AbortError") throw error;
    throw new Problem(t("error_unreadable"));
  }
}

function post(url, body, signal) {
  const headers = { "content-type": "application/json" };
  return ask(url, { method: "POST", headers, body: JSON.stringify(body), signal });
}

/** Returns the bytes of the net that runs here; the browser keeps them between visits. */
export async function fetchNet() {
  if (STANDALONE) return embeddedNet();
  const response = await ask(document.body.dataset.net);
  try {
    return await response.arrayBuffer();
  } catch {
    throw new Problem(t("error_unreadable"));
  }
}

/** Lists the taggers of the service. */
export const taggers = async () => json(await ask("taggers"));

/** Returns what the benchmark measured of the taggers. */
export const measured = async () => json(await ask("web/measured.json"));

/** Asks one tagger for entities; returns them, their names, the request and its duration in ms. */
export async function tag(request, signal) {
  const began = performance.now();
  const response = await post("ner", request, signal);
  const { entities, names, warning } = await json(response);
  const ms = performance.now() - began;
  const times = { ms, taggingMs: taggingMs(response) };
  return { tagger: request.tagger, request, entities, names, warning, ...times };
}

/** Returns how many ms the tagger itself took, or null where the service does not say. */
function taggingMs(response) {
  const match = /\btag;dur=([\d.]+)/.exec(response.headers.get("server-timing"));
  return match && Number(match[1]);
}

/** Converts a tagged text to a format that the service writes; offsets count code points. */
export async function exportAs(format, text, entities) {
  const spans = entities.map(({ start, end, label }) => ({ start, end, label }));
  return (await post("web/export", { format, text, entities: spans })).text();
}

/** Has the service mask a text; returns the masked text, its entities, the labels and the key. */
export const mask = async (request, signal) => json(await post("mask", request, signal));
