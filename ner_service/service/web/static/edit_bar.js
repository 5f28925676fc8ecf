// The bar beside an entity or a selection: its labels, its bounds, and how to remove it.

import { t } from "./i18n.js";
import { hue } from "./palette.js";
import { element } from "./render.js";

const MOST_SHOWN = 60; // characters of the span
const GAP = 8; // pixels between the bar and its place, and to the edge of the window
const WIDE = "(min-width: 701px) and (pointer: fine)"; // else the bar stands at the foot

const $ = (id) => document.getElementById(id);

export class EditBar {
  /** `editor` labels, moves and removes what the bar stands beside. */
  constructor(editor) {
    this.boxOf = null; // returns the rectangle beside which the bar stands
    $("edit-labels").addEventListener("click", ({ target }) => {
      const button = target.closest("button");
      if (button) editor.label(button.dataset.label);
    });
    $("edit-own").addEventListener("submit", (event) => {
      event.preventDefault();
      editor.label($("edit-label").value.trim().replace(/\s+/gu, "_")); // CoNLL and brat part words at blanks
    });
    $("edit-bounds").addEventListener("click", ({ target }) => {
      const { edge, step } = target.closest("button")?.dataset ?? {};
      if (edge) editor.move(edge, Number(step));
    });
    $("edit-remove").addEventListener("click", () => editor.remove());
    $("edit-close").addEventListener("click", () => editor.close(true));
    $("edit").addEventListener("keydown", (event) => event.key === "Escape" && editor.close(true));
    $("edit").addEventListener("mousedown", (event) => {
      if (!event.target.closest("input")) event.preventDefault(); // keeps the selection
    });
    addEventListener("scroll", () => this.place(), { passive: true, capture: true });
    addEventListener("resize", () => this.place());
  }

  /** Shows the bar for a span with a label, or none yet; `boxOf` returns where that stands. */
  show({ surface, label, labels, boxOf }) {
    const shown = surface.length > MOST_SHOWN ? `${surface.slice(0, MOST_SHOWN)}…` : surface;
    $("edit-what").textContent = `${t(label ? "edit_entity" : "edit_selection")} «${shown}»`;
    $("edit-labels").replaceChildren(...labels.map((each, n) => labelButton(each, n, each === label)));
    $("edit-label").value = "";
    $("edit-remove").hidden = !label;
    $("edit").hidden = false;
    this.boxOf = boxOf;
    this.place();
    this.bare();
  }

  hide() {
    $("edit").hidden = true;
    this.boxOf = null;
  }

  get isOpen() {
    return !$("edit").hidden;
  }

  focus() {
    $("edit-labels").querySelector("button")?.focus();
  }

  /** Puts the bar below its place, or above where there is no room. */
  place() {
    const box = this.boxOf?.();
    if (!box) return;
    const { offsetWidth, offsetHeight, style } = $("edit");
    const tip = $("tip").hidden ? 0 : $("tip").offsetHeight + GAP;
    const below = box.bottom + GAP;
    const fits = below + offsetHeight < innerHeight;
    style.left = `${Math.max(GAP, Math.min(box.left, document.documentElement.clientWidth - offsetWidth - GAP))}px`;
    style.top = `${fits ? below : Math.max(GAP, box.top - offsetHeight - GAP - tip)}px`;
  }

  /** Scrolls so that the bar at the foot of a small screen does not cover its place. */
  bare() {
    if (matchMedia(WIDE).matches) return;
    const hidden = this.boxOf().bottom - $("edit").getBoundingClientRect().top + GAP;
    if (hidden > 0) scrollBy(0, hidden);
  }
}

function labelButton(label, n, on) {
  const button = element("button", `label ${hue(label)}`, { type: "button", "data-label": label, "aria-pressed": on });
  const key = n < 9 ? [" ", element("kbd", "", {}, String(n + 1))] : [];
  button.append(element("b", "", {}, label), ...key);
  return button;
}
