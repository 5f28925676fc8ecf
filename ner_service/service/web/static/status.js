// The lines that say how many entities there are, and how long they took.

import { count, number, t } from "./i18n.js";
import { element } from "./render.js";
import { titleOf } from "./taggers.js";

/** Says of the answers on the screen what the columns' heads do not; `paint` is in ms. */
export function statusOf({ answers, paint, isSent }) {
  const warning = answers.some((answer) => answer.warning) ? [t("language_warning")] : [];
  const drawing = `${t("drawing")} ${number(Math.round(paint))} ${t("ms")}`;
  if (answers.length > 1) return [...warning, drawing].join(" · "); // the rest heads the columns
  const [answer] = answers;
  const entities = count(answer.entities.length, "n_entities");
  if (!answer.local) return [...warning, entities, timeOf(answer), drawing].join(" · ");
  const speed = number((1000 * answer.tokens) / answer.taggingMs, { maximumSignificantDigits: 2 });
  const took = `${t("answer")} ${number(Math.round(answer.ms))} ${t("ms")}`;
  const line = [entities, took, `${speed} ${t("here_speed")}`, ...(isSent ? [] : [t("nothing_sent")])];
  return line.join(" · ");
}

/** Says how long an answer took, and how much of it the tagger, where the service says that. */
function timeOf({ ms, taggingMs }) {
  const of = taggingMs === null ? "" : ` (${t("of_it")} ${number(Math.round(taggingMs))})`;
  return `${t("answer")} ${number(Math.round(ms))} ${t("ms")}${of}`;
}

/** Makes the head of an answer's column. */
export function head(answer) {
  const name = element("b", "", {}, titleOf(answer.tagger));
  const time = element("span", "time", {}, timeOf(answer));
  return element("div", "head", {}, name, ` ${count(answer.entities.length, "n_entities")} `, time);
}
