// The result on the screen: the text, its labels, names and differences, and how they react.

import { places } from "./compare.js";
import { CopyPanel } from "./copy_panel.js";
import { count, number, t } from "./i18n.js";
import { HAS_NET } from "./net_source.js";
import { groups, key, withScores, withoutLabels } from "./names.js";
import { agreement, drawDifferences, drawNames, opinion, partsOf } from "./panels.js";
import { draw, element, hue, setLabels } from "./render.js";
import { titleOf } from "./taggers.js";
import { Tip } from "./tip.js";
import { Why } from "./why.js";

const $ = (id) => document.getElementById(id);

const MAX_EAGER_ROWS = 12; // rows that are drawn at once even where they are out of sight

export class Result {
  /** `local` is the net that runs here. */
  constructor(local) {
    this.local = local;
    this.shown = null; // {text, answers, taggers}
    this.hidden = new Set(); // labels that the reader switched off
    this.least = 0; // the score below which an entity is not shown
    $("least-score").addEventListener("input", ({ target }) => {
      this.least = Number(target.value);
      this.draw();
    });
    this.copyPanel = new CopyPanel(local);
    this.why = new Why(local);
    $("why-open").hidden = !HAS_NET;
    this.tip = new Tip($("rows"), (mark) => this.explain(mark));
    $("rows").addEventListener("click", (event) => this.choose(event.target.closest(".entity")));
    $("rows").addEventListener("keydown", (event) => this.key(event));
    $("rows").addEventListener("copy", copyTextOnly);
    $("only").addEventListener("change", () => $("rows").classList.toggle("only", $("only").checked));
  }

  /** Shows the answers of one tagger or of several to one text. */
  show(text, answers, taggers) {
    this.shown = { text, answers, taggers, came: performance.now() };
    this.hidden.clear();
    $("result").hidden = false;
    this.markStale(text);
    const first = answers.flatMap((answer) => answer.entities)[0];
    this.why.choose(text, first?.start ?? 0);
    this.draw();
    afterPaint(() => this.measure());
  }

  /** Hides the result, since there is none to the text that stands there now. */
  hide() {
    this.shown = null;
    this.tip.hide();
    $("result").hidden = true;
    $("rows").replaceChildren();
  }

  /** Says whether the text above is still the one that was tagged. */
  markStale(text) {
    if (!this.shown) return;
    const stale = text !== this.shown.text;
    $("result").classList.toggle("stale", stale);
    $("stale").textContent = stale ? t("stale") : "";
  }

  /** Scrolls to the result where little of it is in sight. */
  reveal() {
    const { top } = $("result").getBoundingClientRect();
    if (top > 0.8 * innerHeight) $("result").scrollIntoView();
  }

  /** Draws the result again after a change of labels or language. */
  draw() {
    if (!this.shown) return;
    const { text } = this.shown;
    const answers = this.shown.answers.map((answer) => withScores(answer, this.least));
    const scored = this.shown.answers.some(({ entities }) => entities.some(({ score }) => score !== null));
    $("least").hidden = !scored;
    $("least-shown").value = number(this.least, { style: "percent" });
    this.answers = answers.map((answer) => ({ ...answer, text, ...this.withLabelsOn(answer) }));
    setLabels(this.labels());
    const lists = this.answers.map((answer) => answer.entities);
    const names = this.answers.map((answer) => answer.tagger);
    this.places = places(lists);
    const { body, marks } = draw(text, this.places, names);
    this.marks = marks;
    this.order = [...marks.keys()].filter((mark) => marks.get(mark).entity);
    if (this.order.length) this.order[0].tabIndex = 0;
    this.selected = null;
    this.groups = groups(text, this.answers);
    this.tip.hide();
    $("rows").classList.toggle("long", body.childElementCount > MAX_EAGER_ROWS);
    $("rows").replaceChildren(body);
    const several = names.length > 1;
    $("result").classList.toggle("several", several);
    $("rows").style.setProperty("--columns", names.length);
    $("heads").style.setProperty("--columns", names.length);
    $("heads").replaceChildren(...(several ? this.answers.map(head) : []));
    this.drawLabels();
    drawNames($("names"), this);
    $("differing").hidden = !several;
    if (several) {
      drawDifferences($("differences"), this);
      $("agreed").textContent = agreement(this);
    }
    this.copyPanel.show(this.answers);
    if (this.shown.paint) this.drawStatus();
  }

  /** Returns an answer's entities and names with labels that are on, and the request for those. */
  withLabelsOn(answer) {
    if (!this.hidden.size) return {};
    const { request } = answer;
    const labels = this.labels().filter((label) => !this.hidden.has(label));
    return {
      ...withoutLabels(answer, this.hidden),
      request: { ...request, labels: labels.filter((label) => this.labelsOf(request).has(label)) },
    };
  }

  labelsOf({ tagger }) {
    return new Set(this.shown.taggers.find((each) => each.name === tagger)?.labels);
  }

  labels() {
    const occurring = this.shown.answers.flatMap((answer) => answer.entities.map((e) => e.label));
    const possible = this.shown.answers.flatMap(({ request }) => [...this.labelsOf(request)]);
    return [...new Set([...possible, ...occurring])];
  }

  /** Draws a switch for each label, with its number of entities in each column. */
  drawLabels() {
    const counts = this.shown.answers.map((answer) => Map.groupBy(answer.entities, (e) => e.label));
    const buttons = this.labels().map((label) => {
      const on = !this.hidden.has(label);
      const button = element("button", `label ${hue(label)}`, {
        type: "button",
        "aria-pressed": on,
        "data-label": label,
      });
      const counted = counts.map((count) => number(count.get(label)?.length ?? 0)).join(" / ");
      const meaning = t(label) === label ? "" : t(label);
      button.append(element("b", "", {}, label), " ", meaning, " ", element("span", "n", {}, counted));
      button.addEventListener("click", () => this.toggle(label));
      return button;
    });
    $("labels").replaceChildren(...buttons);
  }

  toggle(label) {
    if (!this.hidden.delete(label)) this.hidden.add(label);
    this.draw();
    $("labels").querySelector(`[data-label="${CSS.escape(label)}"]`).focus();
  }

  /** Shows how many entities there are and how long they took. */
  measure() {
    const { came } = this.shown;
    performance.measure("drawing", { start: came, end: performance.now() });
    this.shown.paint = performance.now() - came;
    this.drawStatus();
  }

  drawStatus() {
    const { answers, paint } = this.shown;
    const warning = answers.some((answer) => answer.warning) ? [t("language_warning")] : [];
    const drawing = `${t("drawing")} ${number(Math.round(paint))} ${t("ms")}`;
    if (answers.length > 1) {
      $("status").textContent = [...warning, drawing].join(" · "); // the rest heads the columns
      return;
    }
    const entities = count(answers[0].entities.length, "n_entities");
    if (answers[0].local) {
      const { tokens, taggingMs, ms } = answers[0];
      const speed = number((1000 * tokens) / taggingMs, { maximumSignificantDigits: 2 });
      const took = `${t("answer")} ${number(Math.round(ms))} ${t("ms")}`;
      $("status").textContent = [entities, took, `${speed} ${t("here_speed")}`, t("nothing_sent")].join(" · ");
      return;
    }
    $("status").textContent = [...warning, entities, timeOf(answers[0]), drawing].join(" · ");
  }

  /** Returns the lines of the tip over a mark or a gap. */
  explain(mark) {
    const { entity, place } = this.marks.get(mark);
    const lines = [];
    if (entity) {
      const meaning = t(entity.label) === entity.label ? "" : `: ${t(entity.label)}`;
      lines.push(element("b", "", {}, `${entity.label}${meaning}`));
      if (entity.normal !== null) lines.push(`${t("normal")}${entity.normal}`);
      lines.push(...partsOf(entity));
      if (entity.sources) lines.push(`${t("sources")}${entity.sources.join(", ")}`);
      const tagger = this.shown.taggers.find((each) => each.name === this.taggerOf(mark));
      lines.push(scoreOf(entity, tagger?.score_kind));
      lines.push(`${t("offsets")}${number(entity.start)}–${number(entity.end)}`);
    }
    if (!place.agreed) {
      this.answers.forEach(({ tagger }, n) => {
        lines.push(`${tagger}: ${opinion(this.shown.text, place.entities[n])}`);
      });
    }
    return lines.map((line) => element("span", "line", {}, line));
  }

  taggerOf(mark) {
    return mark.closest(".cell").dataset.tagger ?? this.answers[0].tagger;
  }

  /** Shows all mentions of the name under a mark. */
  choose(mark) {
    if (!mark) return;
    const { entity } = this.marks.get(mark);
    this.why.choose(this.shown.text, entity.start);
    const group = this.groups.find((each) => each.mentions.some((other) => isSame(other, entity)));
    this.select(group === this.selected ? null : group);
    mark.focus({ preventScroll: true });
  }

  /** Highlights the mentions of a group in the text, and opens it in the list. */
  select(group) {
    this.selected = group;
    const chosen = new Set(group?.mentions.map(key));
    for (const mark of this.order) {
      const on = chosen.has(key(this.marks.get(mark).entity));
      mark.classList.toggle("same", on);
      if (on) mark.setAttribute("aria-pressed", "true");
      else mark.removeAttribute("aria-pressed");
    }
    drawNames($("names"), this);
  }

  /** Scrolls to a span and moves the keyboard's focus to its first mark. */
  go({ start, end }) {
    const [first] = [...this.marks].find(([, piece]) => piece.start < end && start < piece.end);
    first.scrollIntoView({ block: "center" });
    const mark = this.order.find((each) => {
      const piece = this.marks.get(each);
      return piece.start < end && start < piece.end;
    });
    this.focus(mark, { preventScroll: true });
  }

  focus(mark, options) {
    for (const other of this.order) if (other.tabIndex === 0) other.tabIndex = -1;
    mark.tabIndex = 0;
    mark.focus(options);
  }

  key(event) {
    const at = this.order.indexOf(event.target);
    if (at < 0) return;
    const step = { ArrowRight: 1, ArrowDown: 1, ArrowLeft: -1, ArrowUp: -1 }[event.key];
    const ends = { Home: 0, End: this.order.length - 1 }[event.key];
    const next = this.order[ends ?? at + (step ?? 0)];
    if (event.key === "Enter" || event.key === " ") this.choose(event.target);
    else if (event.key === "Escape") this.select(null);
    else if ((step || ends !== undefined) && next) this.focus(next);
    else return;
    event.preventDefault();
  }
}

const isSame = (a, b) => key(a) === key(b);

function scoreOf({ score }, kind) {
  if (score === null) return t("score_none");
  const digits = { minimumFractionDigits: 2, maximumFractionDigits: 4 };
  return t(kind === "calibrated" ? "score_calibrated" : "score_raw") + number(score, digits);
}

/** Says how long an answer took, and how much of it the tagger, where the service says that. */
function timeOf({ ms, taggingMs }) {
  const of = taggingMs === null ? "" : ` (${t("of_it")} ${number(Math.round(taggingMs))})`;
  return `${t("answer")} ${number(Math.round(ms))} ${t("ms")}${of}`;
}

function head(answer) {
  const name = element("b", "", {}, titleOf(answer.tagger));
  const time = element("span", "time", {}, timeOf(answer));
  return element("div", "head", {}, name, ` ${count(answer.entities.length, "n_entities")} `, time);
}

/** Copies the text alone, for the browser would add a line end after each row. */
function copyTextOnly(event) {
  const selection = getSelection();
  if (selection.isCollapsed) return;
  event.clipboardData.setData("text/plain", selection.getRangeAt(0).cloneContents().textContent);
  event.preventDefault();
}

function afterPaint(then) {
  requestAnimationFrame(() => {
    const { port1, port2 } = new MessageChannel();
    port1.onmessage = then;
    port2.postMessage(null);
  });
}
