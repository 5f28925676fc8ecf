// What the reader has corrected: how much, each place, and the ways back.

import { count, t } from "./i18n.js";
import { opinion } from "./panels.js";
import { element } from "./render.js";
import { titleOf } from "./taggers.js";

const MOST_SHOWN = 100; // changes

const $ = (id) => document.getElementById(id);

/** Shows which ways back and forth there are, and says how much is corrected. */
export function drawEdits(editor) {
  const { done, undone, isCorrected } = editor;
  $("undo").disabled = !done.length;
  $("redo").disabled = !undone.length;
  $("restore").disabled = !isCorrected;
  $("edits").hidden = !done.length && !undone.length;
  $("corrected").textContent = isCorrected ? `${t("corrected")} ${count(editor.changes().length, "n_places")}` : "";
  $("result").classList.toggle("is-corrected", isCorrected);
}

/** Lists the corrected places; each leads to the text, and can be as it was. */
export function drawChanges(place, result) {
  const changes = result.editor.changes();
  $("changed").hidden = !changes.length;
  const several = result.answers.length > 1;
  place.replaceChildren(...changes.slice(0, MOST_SHOWN).map((change) => line(change, result, several)));
  if (changes.length > MOST_SHOWN) place.append(element("li", "quiet", {}, `… ${count(changes.length, "n_places")}`));
}

function line(change, result, several) {
  const { text } = result.shown;
  const [gone, added] = change.entities.map((entities) => opinion(text, entities));
  const whose = several ? `${titleOf(result.answers[change.column].tagger)}: ` : "";
  const go = element("button", "mention", { type: "button" }, whose, element("del", "", {}, gone), " → ", element("ins", "", {}, added));
  go.addEventListener("click", () => result.go(change));
  const back = element("button", "quiet", { type: "button", title: t("restore_one"), "aria-label": `${t("restore_one")}: ${gone}` }, "↶");
  back.addEventListener("click", () => result.editor.restore(change));
  return element("li", "change", {}, go, back);
}
