// Requests to the service; what goes wrong becomes a sentence.

import { knows, t } from "./i18n.js";
import { recall, remember } from "./memory.js";

/** An error whose message is a sentence for the reader; `code` is the service's. */
export class Problem extends Error {
  constructor(sentence, code) {
    super(sentence);
    this.code = code;
  }
}

/** What an error says to the reader; raises it again where it is none of the service's. */
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

const SENDABLE = /^[\x20-\x7e]+$/; // in a header

async function ask(url, options = {}) {
  const key = recall("key", sessionStorage);
  if (key && !SENDABLE.test(key)) throw new Problem(t("error_unauthorized"), "unauthorized");
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

/** The answer's JSON; a problem where it was cut, or something else has answered. */
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

/** The taggers that the service has. */
export const taggers = async () => json(await ask("taggers"));

/** What was measured of them. */
export const measured = async () => json(await ask("web/measured.json"));

/** One tagger's entities, with the request that got them and how many ms it took. */
export async function tag(request, signal) {
  const began = performance.now();
  const response = await post("ner", request, signal);
  const { entities } = await json(response);
  const ms = performance.now() - began;
  return { tagger: request.tagger, request, entities, ms, tagging: tagging(response) };
}

/** How many ms the tagger itself took, as the service says; nothing where it does not. */
function tagging(response) {
  const found = /\btag;dur=([\d.]+)/.exec(response.headers.get("server-timing"));
  return found && Number(found[1]);
}

/** A tagged text in one of the formats that the service writes; offsets count code points. */
export async function exportAs(format, text, entities) {
  const spans = entities.map(({ start, end, label }) => ({ start, end, label }));
  return (await post("web/export", { format, text, entities: spans })).text();
}
