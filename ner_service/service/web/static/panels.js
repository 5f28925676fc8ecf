// The panels beside the text: names with their mentions, and differences of the taggers.

import { count, number, t } from "./i18n.js";
import { hue } from "./palette.js";
import { element, table } from "./render.js";

const SHOWN_FIRST = 60; // names, mentions or differences; a button shows the rest
const CONTEXT = 36; // characters on either side of a mention

/** Draws the names as a list of buttons; the selected one shows its mentions. */
export function drawNames(place, result) {
  const { groups, selected } = result;
  if (!groups.length) return place.replaceChildren(element("p", "quiet", {}, t("names_none")));
  const shown = all(place, result) ? [...groups] : groups.slice(0, SHOWN_FIRST);
  if (selected && !shown.includes(selected)) shown.unshift(selected);
  const focused = place.contains(document.activeElement);
  const list = element("ul", "names", {}, ...shown.map((group) => name(group, result)));
  place.replaceChildren(list);
  if (groups.length > shown.length) place.append(showAllButton(place, result, groups.length, drawNames));
  const open = list.querySelector("[aria-expanded=true]");
  open?.scrollIntoView({ block: "nearest" });
  if (focused) (open ?? list.querySelector("button")).focus();
}

/** Makes a button that shows the whole list until the next answer. */
function showAllButton(place, result, total, drawAgain) {
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
    const parts = partsOf(group);
    if (parts.length) item.append(element("p", "parts", {}, parts.join(" · ")));
    item.append(...mentionsOf(group, result));
  }
  return item;
}

/** Makes the list of a name's mentions: of many the first ones, and a button for the rest. */
function mentionsOf(group, result) {
  const made = (mentions) => mentions.map((mention) => context(mention, group, result));
  const list = element("ol", "mentions", {}, ...made(group.mentions.slice(0, SHOWN_FIRST)));
  if (group.mentions.length <= SHOWN_FIRST) return [list];
  const more = element("button", "link", { type: "button" }, t("more") + number(group.mentions.length));
  more.addEventListener("click", () => {
    list.append(...made(group.mentions.slice(SHOWN_FIRST)));
    more.remove();
  });
  return [list, more];
}

/** Says in words which parts a person's name has, each with its base form. */
export function partsOf({ parts }) {
  const phrases = { first: t("part_first"), middle: t("part_middle"), last: t("part_last") };
  return Object.entries(phrases).flatMap(([part, phrase]) => (parts?.[part] ? [phrase + parts[part]] : []));
}

function context({ start, end }, group, result) {
  const { text } = result.shown;
  const before = text.slice(Math.max(0, start - CONTEXT), start);
  const after = text.slice(end, end + CONTEXT);
  const button = element(
    "button",
    "mention",
    { type: "button" },
    start > CONTEXT ? before.replace(/^\S*\s/u, "…") : before,
    element("mark", `plain ${hue(group.label)}`, {}, text.slice(start, end)),
    end + CONTEXT < text.length ? after.replace(/\s\S*$/u, "…") : after,
  );
  button.addEventListener("click", () => result.go({ start, end }));
  return element("li", "", {}, button);
}

/** Draws the places where the taggers differ, as a table. */
export function drawDifferences(place, result) {
  const { answers, shown } = result;
  const differing = result.places.filter((each) => !each.agreed);
  if (!differing.length) {
    return place.replaceChildren(element("p", "quiet", {}, t("differences_none")));
  }
  const rows = (all(place, result) ? differing : differing.slice(0, SHOWN_FIRST)).map((each) => {
    const button = element("button", "link", { type: "button" }, shown.text.slice(each.start, each.end));
    button.addEventListener("click", () => result.go(each));
    return [button, ...each.entities.map((entities) => answerCell(shown.text, entities, each))];
  });
  place.replaceChildren(table([t("place"), ...answers.map(({ tagger }) => tagger)], rows));
  if (differing.length > rows.length) {
    place.append(showAllButton(place, result, differing.length, drawDifferences));
  }
}

/** Says in how many places the taggers agree. */
export function agreement({ places }) {
  const agreed = places.filter((each) => each.agreed).length;
  return `${t("agreed")}${number(agreed)}${t("of")}${number(places.length)}`;
}

/** Says in words which entities a tagger has in a place. */
export function opinion(text, entities) {
  if (!entities.length) return t("absent");
  return entities.map((e) => `${e.label} ${text.slice(e.start, e.end)}`).join(", ");
}

/** Shows a tagger's labels in a place, and its words where they are not the whole place. */
function answerCell(text, entities, place) {
  const parts = document.createDocumentFragment();
  if (!entities.length) parts.append(t("absent"));
  for (const { start, end, label } of entities) {
    const whole = start === place.start && end === place.end;
    const tag = element("span", `tag ${hue(label)}`, {}, label);
    parts.append(element("span", "said", {}, tag, whole ? "" : ` ${text.slice(start, end)}`));
  }
  return parts;
}
