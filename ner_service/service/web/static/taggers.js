// The choice of a tagger, with what was measured of each.

import { count, number, t } from "./i18n.js";
import { element, table } from "./render.js";

/** What was measured of these very weights; nothing where nobody measured them. */
function entry(tagger, measured) {
  return measured.taggers.find(({ hash }) => tagger.hash?.startsWith(hash));
}

const percent = (f1) => number(100 * f1, { minimumFractionDigits: 1, maximumFractionDigits: 1 });

const speed = (value) => number(value, { notation: "compact", maximumSignificantDigits: 2 });

function note(tagger, measured) {
  if (tagger.error) return t("broken");
  if (!tagger.loaded) return t("loading");
  const found = entry(tagger, measured);
  const f1 = found?.f1[measured.corpora[0]?.name]?.micro;
  const parts = [];
  if (f1 !== undefined) parts.push(`F1 ${percent(f1)}`);
  if (found?.tokens_per_s) parts.push(`${speed(found.tokens_per_s)}\u00a0${t("tokens_s")}`);
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

/** A radio button for each tagger, and one for all of them; `before` is what was chosen. */
export function chooser(taggers, measured, before) {
  const able = taggers.filter((each) => !each.error);
  const chosen = before ?? (able.find((each) => each.default) ?? able[0])?.name;
  const found = taggers.map((each) =>
    choice(each.name, each.name, note(each, measured), each.name === chosen, !each.loaded),
  );
  if (taggers.length > 1) {
    found.push(choice("", t("all"), t("all_note"), chosen === "", false));
  }
  return found;
}

/** The table of everything measured of the taggers; nothing where there is no figure. */
export function figures(taggers, measured) {
  const rows = taggers.flatMap((tagger) => {
    const found = entry(tagger, measured);
    return found ? [{ tagger, found }] : [];
  });
  if (!rows.length) return null;
  const head = [
    t("model"),
    ...measured.corpora.map(({ name, documents }) => `F1, ${name} (${count(documents, "n_documents")})`),
    t("speed"),
    t("latency"),
  ];
  const body = rows.map(({ tagger, found }) => [
    `${tagger.name} ${tagger.version ?? ""}`,
    ...measured.corpora.map(({ name }) => score(found.f1[name])),
    found.tokens_per_s ? number(found.tokens_per_s, { maximumSignificantDigits: 3 }) : "—",
    found.latency_ms ? number(found.latency_ms, { maximumSignificantDigits: 2 }) : "—",
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
