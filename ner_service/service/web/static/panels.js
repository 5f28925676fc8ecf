// What stands beside the text: the names with their mentions, and the differences.

import { count, number, t } from "./i18n.js";
import { element, hue, table } from "./render.js";

const FIRST = 60; // names or differences shown at once; the rest on demand
const AROUND = 36; // characters of context on either side of a mention

/** The names as a list of buttons; the one that is selected shows its mentions. */
export function drawNames(place, result) {
  const { groups, selected } = result;
  if (!groups.length) return place.replaceChildren(element("p", "quiet", {}, t("names_none")));
  const shown = all(place, result) ? [...groups] : groups.slice(0, FIRST);
  if (selected && !shown.includes(selected)) shown.unshift(selected);
  const focused = place.contains(document.activeElement);
  const list = element("ul", "names", {}, ...shown.map((group) => name(group, result)));
  place.replaceChildren(list);
  if (groups.length > shown.length) place.append(more(place, result, groups.length, drawNames));
  const open = list.querySelector("[aria-expanded=true]");
  open?.scrollIntoView({ block: "nearest" });
  if (focused) (open ?? list.querySelector("button")).focus();
}

/** A button that shows the rest as well, until another answer comes. */
function more(place, result, total, drawAgain) {
  const button = element("button", "link", { type: "button" }, t("more") + number(total));
  button.addEventListener("click", () => {
    place.dataset.all = result.shown.came;
    drawAgain(place, result);
  });
  return button;
}

const all = (place, result) => place.dataset.all === String(result.shown.came);

function name(group, result) {
  const open = group === result.selected;
  const button = element(
    "button",
    "entry",
    { type: "button", "aria-expanded": open },
    element("span", `tag ${hue(group.label)}`, {}, group.label),
    element("span", "surface", {}, group.name),
    element("span", "n", { "aria-label": count(group.mentions.length, "n_mentions") }, `×${number(group.mentions.length)}`),
  );
  button.addEventListener("click", () => result.select(open ? null : group));
  const item = element("li", "", {}, button);
  if (open) {
    const mentions = group.mentions.map((mention) => context(mention, group, result));
    item.append(element("ol", "mentions", {}, ...mentions));
  }
  return item;
}

function context({ start, end }, group, result) {
  const { text } = result.shown;
  const before = text.slice(Math.max(0, start - AROUND), start);
  const after = text.slice(end, end + AROUND);
  const button = element(
    "button",
    "mention",
    { type: "button" },
    start > AROUND ? before.replace(/^\S*\s/u, "…") : before,
    element("mark", `plain ${hue(group.label)}`, {}, text.slice(start, end)),
    end + AROUND < text.length ? after.replace(/\s\S*$/u, "…") : after,
  );
  button.addEventListener("click", () => result.go({ start, end }));
  return element("li", "", {}, button);
}

/** The places where the taggers differ, as a table. */
export function drawDifferences(place, result) {
  const { answers, shown } = result;
  const differing = result.places.filter((each) => !each.agreed);
  if (!differing.length) {
    return place.replaceChildren(element("p", "quiet", {}, t("differences_none")));
  }
  const rows = (all(place, result) ? differing : differing.slice(0, FIRST)).map((each) => {
    const button = element("button", "link", { type: "button" }, shown.text.slice(each.start, each.end));
    button.addEventListener("click", () => result.go(each));
    return [button, ...each.entities.map((entities) => said(shown.text, entities, each))];
  });
  place.replaceChildren(table([t("place"), ...answers.map(({ tagger }) => tagger)], rows));
  if (differing.length > rows.length) {
    place.append(more(place, result, differing.length, drawDifferences));
  }
}

/** In how many places the taggers agree. */
export function agreement({ places }) {
  const agreed = places.filter((each) => each.agreed).length;
  return `${t("agreed")}${number(agreed)}${t("of")}${number(places.length)}`;
}

/** One tagger's opinion of a place in words. */
export function opinion(text, entities) {
  if (!entities.length) return t("absent");
  return entities.map((e) => `${e.label} ${text.slice(e.start, e.end)}`).join(", ");
}

/** One tagger's opinion of a place: its labels, and its words where they are not the whole place. */
function said(text, entities, place) {
  const parts = document.createDocumentFragment();
  if (!entities.length) parts.append(t("absent"));
  for (const { start, end, label } of entities) {
    const whole = start === place.start && end === place.end;
    const tag = element("span", `tag ${hue(label)}`, {}, label);
    parts.append(element("span", "said", {}, tag, whole ? "" : ` ${text.slice(start, end)}`));
  }
  return parts;
}
