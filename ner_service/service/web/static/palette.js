// The looks of labels: each has its own, whatever their number, also for colour-blind eyes.

const OWN = ["PER", "LOC", "ORG"];
const OWN_HUES = [255, 150, 65]; // degrees: blue, green, orange
const WRITTEN = 12; // looks that style.css has; the others are written here by the same rule
const LEVELS = [-1, 1, 0]; // lightness: neighbours differ in it, since hues look alike to some eyes
const FIRST = 280; // degrees
const STEP = 134.9; // degrees; found by search: neighbours differ to all eyes, and no hue comes back
const PATTERNS = 3; // plain, striped, dotted: a dozen labels of each before hues come close

const sheet = new CSSStyleSheet();
let written = WRITTEN;
let others = []; // labels without a look of their own, in their order

/** Gives the labels of an answer their looks in this order; labels that come later follow them. */
export function setLabels(labels) {
  others = [...new Set(labels)].filter((label) => !OWN.includes(label));
}

/** Returns the classes that colour a label: no two labels have the same colour. */
export function hue(label) {
  const place = placeOf(label);
  if (place < OWN.length) return `hue-${place}`;
  while (written <= place) write(written++);
  const pattern = Math.floor(place / WRITTEN) % PATTERNS;
  return `hue-${place}${pattern ? ` pattern-${pattern}` : ""}`;
}

/** Returns the number of a label's look. */
function placeOf(label) {
  const own = OWN.indexOf(label);
  if (own >= 0) return own;
  if (!others.includes(label)) others.push(label);
  return OWN.length + others.indexOf(label);
}

/** Returns the look of a number: a hue in degrees, and a level of lightness. */
export function lookOf(n) {
  const hue = OWN_HUES[n] ?? Number(((FIRST + STEP * n) % 360).toFixed(1));
  return { hue, level: LEVELS[n % LEVELS.length] };
}

/** Returns the background of a label on white, as style.css has it, for pages of their own. */
export function background(label) {
  const { hue, level } = lookOf(placeOf(label));
  return `oklch(${(0.863 + 0.072 * level).toFixed(3)} ${(0.072 - 0.028 * level).toFixed(3)} ${hue})`;
}

/** Writes the rule of a look. */
function write(n) {
  const { hue, level } = lookOf(n);
  sheet.insertRule(`.hue-${n} { --hue: ${hue}; --level: ${level}; }`);
  document.adoptedStyleSheets = [sheet];
}
