// The text with its entities as elements: rows of paragraphs, a cell for each answer.

const MIN_ROW = 600; // characters; the browser skips the layout of rows that are out of sight

const OWN_HUE = ["PER", "LOC", "ORG"];
const OTHER_HUES = [3, 6, 5, 4, 7, 11, 8, 10, 9]; // those beside each other are told apart best
const PATTERNS = 3; // plain, striped, dotted: for labels beyond the hues

let others = []; // labels without a hue of their own, in the order in which they came

/** Gives each label that is shown from now on a look of its own. */
export function setLabels(labels) {
  others = [...new Set(labels)].filter((label) => !OWN_HUE.includes(label)).sort();
}

/** Returns the classes that colour a label: no two labels have the same hue and pattern. */
export function hue(label) {
  const own = OWN_HUE.indexOf(label);
  if (own >= 0) return `hue-${own}`;
  if (!others.includes(label)) others.push(label);
  const place = others.indexOf(label);
  const pattern = Math.floor(place / OTHER_HUES.length) % PATTERNS;
  return `hue-${OTHER_HUES[place % OTHER_HUES.length]}${pattern ? ` pattern-${pattern}` : ""}`;
}

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

/** Splits a text into rows of whole lines that cut no place in two. */
export function rows(text, places) {
  const bounds = [];
  let start = 0;
  let next = 0;
  while (start < text.length) {
    let end = text.indexOf("\n", start + MIN_ROW) + 1 || text.length;
    while (next < places.length && places[next].start < end) {
      if (places[next].end > end) end = text.indexOf("\n", places[next].end) + 1 || text.length;
      next++;
    }
    bounds.push({ start, end });
    start = end;
  }
  return bounds;
}

function mark(text, entity, differs) {
  const classes = `entity ${hue(entity.label)}${differs ? " differs" : ""}`;
  const made = element("mark", classes, { "data-label": entity.label });
  made.append(text.slice(entity.start, entity.end));
  made.setAttribute("role", "button");
  made.tabIndex = -1;
  return made;
}

/** Returns a column's pieces of places: marks, and gaps where only other taggers have entities. */
function pieces(places, column) {
  return places.flatMap((place) => {
    const own = place.entities[column];
    if (own.length) return own.map((entity) => ({ ...entity, entity, place }));
    return place.agreed ? [] : [{ start: place.start, end: place.end, place }];
  });
}

function cell(text, row, shown, marks) {
  const made = element("div", "cell text");
  let at = row.start;
  for (const piece of shown) {
    if (piece.start > at) made.append(text.slice(at, piece.start));
    if (piece.entity) {
      const drawn = mark(text, piece.entity, !piece.place.agreed);
      marks.set(drawn, piece);
      made.append(drawn);
    } else {
      const gap = element("span", "gap", {}, text.slice(piece.start, piece.end));
      marks.set(gap, piece);
      made.append(gap);
    }
    at = piece.end;
  }
  if (at < row.end) made.append(text.slice(at, row.end));
  return made;
}

/**
 * Draws the rows of a text with a cell for each name; returns them, and the piece of each mark and
 * gap. A column's text content is the text itself.
 */
export function draw(text, places, names) {
  const body = document.createDocumentFragment();
  const marks = new Map();
  let next = 0;
  for (const row of rows(text, places)) {
    const first = next;
    while (next < places.length && places[next].start < row.end) next++;
    const inside = places.slice(first, next);
    const agreed = inside.every((place) => place.agreed);
    const made = element("div", agreed ? "row" : "row split");
    names.forEach((name, column) => {
      const drawn = cell(text, row, pieces(inside, column), marks);
      if (names.length > 1) drawn.dataset.tagger = name;
      made.append(drawn);
    });
    body.append(made);
  }
  return { body, marks };
}
