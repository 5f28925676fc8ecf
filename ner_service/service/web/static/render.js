// The text with its entities as elements: rows of paragraphs, a cell for each answer.

import { hue } from "./palette.js";

const MIN_ROW = 600; // characters; the browser skips the layout of rows that are out of sight
const MOST_ROW = 4_000; // characters; a longer paragraph would be drawn all at once

/** Makes an element with class names, attributes and children. */
export function element(name, classes = "", attributes = {}, ...children) {
  const made = document.createElement(name);
  if (classes) made.className = classes;
  for (const [key, value] of Object.entries(attributes)) made.setAttribute(key, value);
  made.append(...children);
  return made;
}

/** Makes a table; the first cell of each row is its heading, and each other knows its column's. */
export function table(head, body) {
  const heads = head.map((value) => element("th", "", { scope: "col" }, value));
  const rows = body.map(([first, ...cells]) =>
    element(
      "tr",
      "",
      {},
      element("th", "", { scope: "row" }, first),
      ...cells.map((value, n) => element("td", "", { "data-head": head[n + 1] }, value)),
    ),
  );
  return element(
    "table",
    "",
    {},
    element("thead", "", {}, element("tr", "", {}, ...heads)),
    element("tbody", "", {}, ...rows),
  );
}

/** Splits a text into rows of whole lines, or of parts of very long ones, that cut no place in two. */
export function rows(text, places) {
  const bounds = [];
  let start = 0;
  let next = 0;
  while (start < text.length) {
    let end = rowEnd(text, start, start + MIN_ROW);
    while (next < places.length && places[next].start < end) {
      if (places[next].end > end) end = rowEnd(text, start, places[next].end);
      next++;
    }
    bounds.push({ start, end });
    start = end;
  }
  return bounds;
}

/** Returns where a row ends that goes on to a place at least: behind a line, or a sentence, or a word. */
function rowEnd(text, start, least) {
  const most = Math.max(start + MOST_ROW, least);
  const line = text.indexOf("\n", least) + 1 || text.length;
  if (line <= most) return line;
  const sentence = text.lastIndexOf(". ", most) + 2;
  if (sentence > least) return sentence;
  const word = text.lastIndexOf(" ", most) + 1;
  if (word >= least) return word;
  return least < most && isHigh(text[most - 1]) ? most + 1 : most;
}

const isHigh = (unit) => /[\ud800-\udbff]/.test(unit);

const EMPTY_MARKS = new Map(); // by classes and label; a copy takes half the time of a new element

function mark(text, entity, differs) {
  const classes = `entity ${hue(entity.label)}${differs ? " differs" : ""}${entity.corrected ? " corrected" : ""}`;
  const look = `${classes} ${entity.label}`;
  let empty = EMPTY_MARKS.get(look);
  if (!empty) {
    empty = element("mark", classes, { "data-label": entity.label, role: "button", tabindex: -1 });
    EMPTY_MARKS.set(look, empty);
  }
  const made = empty.cloneNode(false);
  made.append(text.slice(entity.start, entity.end));
  return made;
}

/** Returns a column's pieces of places: marks, and gaps where only other taggers have entities. */
function pieces(places, column) {
  return places.flatMap((place) => {
    const own = place.entities[column];
    if (own.length) return own.map((entity) => ({ start: entity.start, end: entity.end, entity, place, column }));
    return place.agreed ? [] : [{ start: place.start, end: place.end, place, column }];
  });
}

function cell(text, row, shown, marks) {
  const made = element("div", "cell text", { "data-start": row.start });
  let at = row.start;
  for (const piece of shown) {
    if (piece.start > at) made.append(text.slice(at, piece.start));
    const drawn = piece.entity
      ? mark(text, piece.entity, !piece.place.agreed)
      : element("span", "gap", {}, text.slice(piece.start, piece.end));
    marks.push([drawn, piece]);
    made.append(drawn);
    at = piece.end;
  }
  if (at < row.end) made.append(text.slice(at, row.end));
  return made;
}

/** Returns a string that differs wherever two rows look different. */
function look(row, inside, names) {
  const entity = (e) => `${e.start} ${e.end} ${hue(e.label)} ${e.label} ${e.corrected ?? ""}`;
  const place = ({ entities, agreed }) => `${agreed} ${entities.map((own) => own.map(entity).join(";")).join("|")}`;
  return [row.start, row.end, ...names, ...inside.map(place)].join("\n");
}

/**
 * Draws the rows of a text with a cell for each name: [{look, element, marks}], where `marks` are
 * pairs of a mark or gap and its piece. A column's text content is the text itself. Rows that look
 * as they did before are taken from `before`, for a reader changes one of thousands.
 */
export function draw(text, places, names, before = []) {
  const old = new Map(before.map((row) => [row.look, row]));
  let next = 0;
  return rows(text, places).map((row) => {
    const first = next;
    while (next < places.length && places[next].start < row.end) next++;
    const inside = places.slice(first, next);
    const looks = look(row, inside, names);
    return old.get(looks) ?? { look: looks, ...drawRow(text, row, inside, names) };
  });
}

function drawRow(text, row, inside, names) {
  const agreed = inside.every((place) => place.agreed);
  const made = element("div", agreed ? "row" : "row split");
  const marks = [];
  names.forEach((name, column) => {
    const drawn = cell(text, row, pieces(inside, column), marks);
    if (names.length > 1) drawn.dataset.tagger = name;
    made.append(drawn);
  });
  return { element: made, marks };
}

/** Makes an element hold these children and no others, and moves none that it holds already. */
export function fill(parent, children) {
  const wanted = new Set(children);
  for (const child of [...parent.children]) if (!wanted.has(child)) child.remove();
  let at = parent.firstChild;
  for (const child of children) {
    if (child === at) at = at.nextSibling;
    else parent.insertBefore(child, at);
  }
}
