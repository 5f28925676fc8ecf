// Shows a tip over a mark, on hover and on focus.

import { number, t } from "./i18n.js";
import { partsOf } from "./panels.js";
import { element } from "./render.js";

const $ = (id) => document.getElementById(id);

export class Tip {
  /** `explain` returns the nodes that the tip over a mark shows. */
  constructor(area, explain) {
    this.explain = explain;
    const at = (event) => event.target.closest?.(".entity, .gap");
    area.addEventListener("pointerover", (event) => this.show(at(event)));
    area.addEventListener("pointerleave", () => this.hide());
    area.addEventListener("focusin", (event) => this.show(at(event)));
    area.addEventListener("focusout", () => this.hide());
    document.addEventListener("scroll", () => this.hide(), { passive: true, capture: true });
    document.addEventListener("keydown", (event) => event.key === "Escape" && this.hide());
  }

  show(mark) {
    if (mark === this.mark) return;
    this.hide();
    if (!mark) return;
    this.mark = mark;
    const tip = $("tip");
    tip.replaceChildren(...this.explain(mark));
    tip.hidden = false;
    mark.setAttribute("aria-describedby", "tip");
    const box = mark.getClientRects()[0];
    const left = Math.min(box.left, innerWidth - tip.offsetWidth - 8);
    const above = box.top - tip.offsetHeight - 6;
    tip.style.left = `${Math.max(8, left)}px`;
    tip.style.top = `${above > 0 ? above : box.bottom + 6}px`;
  }

  hide() {
    $("tip").hidden = true;
    this.mark?.removeAttribute("aria-describedby");
    this.mark = null;
  }
}

/** Returns the lines about an entity; `kind` says what its score is. */
export function entityLines(entity, kind) {
  const meaning = t(entity.label) === entity.label ? "" : `: ${t(entity.label)}`;
  const lines = [element("b", "", {}, `${entity.label}${meaning}`)];
  if (entity.normal !== null) lines.push(`${t("normal")}${entity.normal}`);
  lines.push(...partsOf(entity));
  if (entity.sources) lines.push(`${t("sources")}${entity.sources.join(", ")}`);
  lines.push(entity.corrected ? t("corrected_by_you") : scoreOf(entity, kind));
  lines.push(`${t("offsets")}${number(entity.start)}–${number(entity.end)}`);
  return lines;
}

function scoreOf({ score }, kind) {
  if (score === null) return t("score_none");
  const digits = { minimumFractionDigits: 2, maximumFractionDigits: 4 };
  return t(kind === "calibrated" ? "score_calibrated" : "score_raw") + number(score, digits);
}
