// Requests to the service; what goes wrong becomes a sentence.

import { knows, t } from "./i18n.js";

/** An error whose message is a sentence for the reader. */
export class Problem extends Error {}

async function problem(response) {
  const error = await response.json().then(
    (body) => body.error,
    () => null,
  );
  const key = `error_${error?.code}`;
  const sentence = t(knows(key) ? key : "error_other");
  return new Problem(error ? `${sentence} ${t("says")}${error.message}.` : sentence);
}

async function ask(url, options) {
  let response;
  try {
    response = await fetch(url, options);
  } catch (error) {
    if (error.name === "AbortError") throw error;
    throw new Problem(t("error_network"));
  }
  if (!response.ok) throw await problem(response);
  return response.json();
}

/** The taggers that the service has. */
export const taggers = () => ask("taggers");

/** What was measured of them. */
export const measured = () => ask("web/measured.json");

/** One tagger's entities, with the request that got them and how long it took. */
export async function tag(request, signal) {
  const began = performance.now();
  const { entities } = await ask("ner", {
    method: "POST",
    headers: { "content-type": "application/json" },
    body: JSON.stringify(request),
    signal,
  });
  return { tagger: request.tagger, request, entities, ms: performance.now() - began };
}
