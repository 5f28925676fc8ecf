// The choice of a tagger, with the figures that the benchmark measured of each.

import { count, number, t } from "./i18n.js";
import { HERE } from "./local.js";
import { element, table } from "./render.js";

/** Returns how a tagger is called on the page. */
export const titleOf = (name) => (name === HERE ? t("here") : name);

/** Returns the figures of exactly these weights, or undefined where there are none. */
function figuresOf(tagger, measured) {
  return measured.taggers.find(({ hash }) => tagger.hash?.startsWith(hash));
}

const percent = (f1) => number(100 * f1, { minimumFractionDigits: 1, maximumFractionDigits: 1 });

const speed = (value) => number(value, { notation: "compact", maximumSignificantDigits: 2 });

function note(tagger, measured) {
  if (tagger.error) return t("broken");
  if (!tagger.loaded) return t("loading");
  const entry = figuresOf(tagger, measured);
  const f1 = entry?.f1[measured.corpora[0]?.name]?.micro;
  const parts = [];
  if (f1 !== undefined) parts.push(`F1 ${percent(f1)}`); // what of is said below the list
  if (entry?.tokens_per_s) parts.push(`${speed(entry.tokens_per_s)}\u00a0${t("tokens_s")}`);
  return parts.join(" · ");
}

function choice(value, name, text, checked, disabled) {
  const input = element("input", "", { type: "radio", name: "tagger", value });
  Object.assign(input, { checked, disabled });
  return element(
    "label",
    "tagger",
    {},
    input,
    element("span", "name", {}, name),
    element("span", "note", {}, text),
  );
}

/**
 * Makes a radio button for each tagger, one for all, and one for the net that runs here if it can;
 * `before` is the reader's choice, if there is one.
 */
export function chooser(taggers, measured, before, hasNet) {
  const able = taggers.filter((each) => !each.error);
  const possible = [...able.map(({ name }) => name), ...(taggers.length > 1 ? [""] : []), ...(hasNet ? [HERE] : [])];
  const usual = (able.find((each) => each.default) ?? able[0])?.name ?? (hasNet ? HERE : undefined);
  const chosen = possible.includes(before) ? before : usual;
  const choices = taggers.map((each) =>
    choice(each.name, each.name, note(each, measured), each.name === chosen, !each.loaded),
  );
  if (taggers.length > 1) {
    choices.push(choice("", t("all"), t("all_note"), chosen === "", false));
  }
  if (hasNet) choices.push(choice(HERE, t("here"), t("here_note"), chosen === HERE, false));
  return choices;
}

/** Says what the figures beside the taggers are of, or nothing where there are none. */
export function figuresNote(taggers, measured) {
  if (!taggers.some((tagger) => figuresOf(tagger, measured)) || !measured.corpora.length) return "";
  return `${t("figures_of")} ${measured.corpora[0].name}.`;
}

/** Makes the table of all figures of the taggers; returns null where there is none. */
export function figures(taggers, measured) {
  const rows = taggers.flatMap((tagger) => {
    const entry = figuresOf(tagger, measured);
    return entry ? [{ tagger, entry }] : [];
  });
  if (!rows.length) return null;
  const head = [
    t("model"),
    ...measured.corpora.map(({ name, documents }) => `F1, ${name} (${count(documents, "n_documents")})`),
    t("speed"),
    t("latency"),
  ];
  const body = rows.map(({ tagger, entry }) => [
    `${tagger.name} ${tagger.version ?? ""}`,
    ...measured.corpora.map(({ name }) => score(entry.f1[name])),
    entry.tokens_per_s ? number(entry.tokens_per_s, { maximumSignificantDigits: 3 }) : "—",
    entry.latency_ms ? number(entry.latency_ms, { maximumSignificantDigits: 2 }) : "—",
  ]);
  return element("div", "scroll", { tabindex: "0" }, table(head, body));
}

function score(f1) {
  if (!f1) return "—";
  const { micro, ...labels } = f1;
  const parts = Object.entries(labels).map(([label, value]) => `${label} ${percent(value)}`);
  const cell = document.createDocumentFragment();
  cell.append(element("b", "", {}, percent(micro)), element("small", "", {}, parts.join(" ")));
  return cell;
}
