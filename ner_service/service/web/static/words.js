// Where words begin and end, so that a reader who selects roughly gets whole words.

const WORD = /[\p{L}\p{M}\p{N}_\u00ad\u200d]+|[^\s]/gu; // a run of letters and digits, or one sign
const LETTER = /[\p{L}\p{M}\p{N}_\u00ad\u200d]/u;
const AROUND = 300; // characters on either side that are looked at; no word of a language is as long

/** Lists the words around a place of a text as [start, end]. */
function wordsAround(text, at) {
  let from = Math.max(0, at - AROUND);
  if (/[\udc00-\udfff]/u.test(text[from] ?? "")) from--; // not between the halves of a character
  const part = text.slice(from, at + AROUND);
  return Array.from(part.matchAll(WORD), ({ index, 0: word }) => [from + index, from + index + word.length]);
}

const isInside = (text, at) => LETTER.test(charBefore(text, at)) && LETTER.test(charAt(text, at));

const charAt = (text, at) => (at < text.length ? String.fromCodePoint(text.codePointAt(at)) : "");

const charBefore = (text, at) => Array.from(text.slice(Math.max(0, at - 2), at)).at(-1) ?? "";

/**
 * Returns a selected span without white space at its ends and with whole words, or null where
 * nothing is left. A part of one word stays a part: who selects it means it.
 */
export function snap(text, { start, end }) {
  while (start < end && /\s/u.test(text[start])) start++;
  while (end > start && /\s/u.test(text[end - 1])) end--;
  if (start >= end) return null;
  const inner = wordsAround(text, start).find(([from, to]) => from <= start && end <= to);
  if (inner) return { start, end };
  if (isInside(text, start)) start = wordsAround(text, start).find(([from, to]) => from < start && start < to)?.[0] ?? start;
  if (isInside(text, end)) end = wordsAround(text, end).find(([from, to]) => from < end && end < to)?.[1] ?? end;
  return { start, end };
}

/** Returns the word at a place or the first one behind it, else the last one; null in a blank text. */
export function wordAt(text, at) {
  const found = firstBehind(text, at) ?? lastBefore(text, at);
  return found ? { start: found[0], end: found[1] } : null;
}

/** Returns the word before or after a span, or null at the end of the text. */
export function nextWord(text, { start, end }, step) {
  const found = step > 0 ? firstBehind(text, end) : lastBefore(text, start);
  return found ? { start: found[0], end: found[1] } : null;
}

/** Returns a span whose start or end is moved by a word, or the span itself where it cannot be. */
export function moveEdge(text, { start, end }, edge, step) {
  const other = edge === "start" ? 0 : 1; // words begin at starts and end at ends
  const at = edge === "start" ? start : end;
  const bounds = wordsAround(text, at).map((word) => word[other]);
  const moved = step > 0 ? bounds.find((bound) => bound > at) : bounds.findLast((bound) => bound < at);
  const span = edge === "start" ? { start: moved ?? start, end } : { start, end: moved ?? end };
  return span.start < span.end ? span : { start, end };
}

function firstBehind(text, at) {
  const found = wordsAround(text, at).find(([, to]) => to > at);
  if (found) return found;
  const blank = text.slice(at).search(/\S/u); // a long run of white space
  return blank < 0 ? undefined : wordsAround(text, at + blank).find(([from]) => from >= at + blank);
}

function lastBefore(text, at) {
  const found = wordsAround(text, at).findLast(([from, to]) => to <= at && from < at);
  if (found) return found;
  const before = text.slice(0, at).trimEnd().length;
  return before && before < at ? wordsAround(text, before).findLast(([, to]) => to <= before) : undefined;
}
