// A switch for each label, which shows or hides its entities.

import { number, t } from "./i18n.js";
import { hue } from "./palette.js";
import { element } from "./render.js";

/** Draws a switch for each label, with its number of entities in each answer. */
export function drawLabels(place, { labels, answers, hidden, toggle }) {
  const counts = answers.map(({ entities }) => countByLabel(entities));
  const buttons = labels.map((label) => {
    const on = !hidden.has(label);
    const attributes = { type: "button", "aria-pressed": on, "data-label": label };
    const button = element("button", `label ${hue(label)}`, attributes);
    const counted = counts.map((of) => number(of.get(label) ?? 0)).join(" / ");
    const meaning = t(label) === label ? "" : t(label);
    button.append(element("b", "", {}, label), " ", meaning, " ", element("span", "n", {}, counted));
    button.addEventListener("click", () => toggle(label));
    return button;
  });
  place.replaceChildren(...buttons);
}

function countByLabel(entities) {
  const counts = new Map();
  for (const { label } of entities) counts.set(label, (counts.get(label) ?? 0) + 1);
  return counts;
}
