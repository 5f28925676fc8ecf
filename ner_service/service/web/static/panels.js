// What stands beside the text: the names with their mentions, and the differences.

import { count, number, t } from "./i18n.js";
import { element, hue } from "./render.js";

const FIRST = 60; // names shown at once; the rest on demand
const AROUND = 36; // characters of context on either side of a mention

/** The names as a list of buttons; the one that is selected shows its mentions. */
export function drawNames(place, result) {
  const { groups, selected } = result;
  if (!groups.length) return place.replaceChildren(element("p", "quiet", {}, t("names_none")));
  const all = place.dataset.all === String(result.shown.came);
  const shown = all ? groups : groups.slice(0, FIRST);
  if (selected && !shown.includes(selected)) shown.unshift(selected);
  const focused = place.contains(document.activeElement);
  const list = element("ul", "names", {}, ...shown.map((group) => name(group, result)));
  place.replaceChildren(list);
  if (groups.length > shown.length) place.append(more(place, result));
  const open = list.querySelector("[aria-expanded=true]");
  open?.scrollIntoView({ block: "nearest" });
  if (focused) (open ?? list.querySelector("button")).focus();
}

function more(place, result) {
  const label = t("more") + number(result.groups.length);
  const button = element("button", "link", { type: "button" }, label);
  button.addEventListener("click", () => {
    place.dataset.all = result.shown.came;
    drawNames(place, result);
  });
  return button;
}

function name(group, result) {
  const open = group === result.selected;
  const button = element(
    "button",
    "name",
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

/** The places where the taggers differ, as a table; `summary` says how often they agree. */
export function drawDifferences(place, summary, result) {
  const { answers, places, shown } = result;
  const split = places.filter((each) => !each.agreed);
  const agreed = places.length - split.length;
  summary.textContent = `${t("agreed")}${number(agreed)}${t("of")}${number(places.length)}`;
  if (!split.length) {
    return place.replaceChildren(element("p", "quiet", {}, t("differences_none")));
  }
  const heads = [t("place"), ...answers.map(({ tagger }) => tagger)];
  const head = element("tr", "", {}, ...heads.map((each) => element("th", "", { scope: "col" }, each)));
  const body = split.map((each) => {
    const button = element("button", "link", { type: "button" }, shown.text.slice(each.start, each.end));
    button.addEventListener("click", () => result.go(each));
    const cells = each.entities.map((entities) => element("td", "", {}, ...said(shown.text, entities, each)));
    return element("tr", "", {}, element("th", "", { scope: "row" }, button), ...cells);
  });
  const table = element("table", "", {}, element("thead", "", {}, head), element("tbody", "", {}, ...body));
  place.replaceChildren(table);
}

/** One tagger's opinion of a place in words. */
export function opinion(text, entities) {
  if (!entities.length) return t("absent");
  return entities.map((e) => `${e.label} ${text.slice(e.start, e.end)}`).join(", ");
}

/** One tagger's opinion of a place: its labels, and its words where they are not the whole place. */
function said(text, entities, place) {
  if (!entities.length) return [t("absent")];
  return entities.map(({ start, end, label }) => {
    const whole = start === place.start && end === place.end;
    const tag = element("span", `tag ${hue(label)}`, {}, label);
    return element("span", "said", {}, tag, whole ? "" : ` ${text.slice(start, end)}`);
  });
}
