// The result on the screen: the text, its labels, names and differences, and how they react.

import { drawChanges, drawEdits } from "./changes.js";
import { places } from "./compare.js";
import { CopyPanel } from "./copy_panel.js";
import { Editor } from "./editor.js";
import { number, t } from "./i18n.js";
import { drawLabels } from "./labels.js";
import { MaskView } from "./mask_view.js";
import { HAS_NET } from "./net_source.js";
import { groups, key, withScores, withoutLabels } from "./names.js";
import { agreement, drawDifferences, drawNames, opinion } from "./panels.js";
import { setLabels } from "./palette.js";
import { draw, element, fill } from "./render.js";
import { selectedSpan } from "./selection.js";
import { head, statusOf } from "./status.js";
import { Tip, entityLines } from "./tip.js";
import { Why } from "./why.js";

const $ = (id) => document.getElementById(id);

const USUAL = ["PER", "LOC", "ORG"]; // first, in whatever order a tagger has them
const MAX_EAGER_ROWS = 12; // rows that are drawn at once even where they are out of sight

export class Result {
  /** `local` is the net that runs here. */
  constructor(local) {
    this.shown = null; // {text, answers, taggers}, the answers as they came
    this.rows = []; // that are drawn
    this.highlighted = []; // marks of the selected name
    this.tabbed = null; // the mark that the Tab key leads to
    this.hidden = new Set(); // labels that the reader switched off
    this.least = 0; // the score below which an entity is not shown
    $("least-score").addEventListener("input", ({ target }) => {
      this.least = Number(target.value);
      this.draw();
    });
    this.copyPanel = new CopyPanel(local);
    this.maskView = new MaskView(() => this.noteSent());
    this.copyPanel.onChoice = (answer) => this.maskView.choose(answer);
    this.why = new Why(local);
    $("why-open").hidden = !HAS_NET;
    this.tip = new Tip($("rows"), (mark) => this.explain(mark));
    this.editor = new Editor(this);
    $("rows").addEventListener("click", (event) => {
      if (!selectedSpan($("rows"))) this.choose(event.target.closest(".entity"));
    });
    $("rows").addEventListener("keydown", (event) => this.key(event));
    $("rows").addEventListener("copy", copyTextOnly);
    $("only").addEventListener("change", () => $("rows").classList.toggle("only", $("only").checked));
  }

  get isCorrected() {
    return this.shown !== null && this.editor.isCorrected;
  }

  /** Shows the answers of one tagger or of several to one text. */
  show(text, answers, taggers) {
    this.shown = { text, answers, taggers, came: performance.now() };
    this.hidden.clear();
    this.rows = [];
    this.editor.begin(answers);
    $("result").hidden = false;
    this.markStale(text);
    const first = answers.flatMap((answer) => answer.entities)[0];
    this.why.choose(text, first?.start ?? 0);
    setLabels(this.labels());
    this.draw();
    afterPaint(() => this.measure());
  }

  /** Hides the result, since there is none to the text that stands there now. */
  hide() {
    this.shown = null;
    this.rows = [];
    this.editor.begin([]);
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

  /** Draws the result again after a correction; the label of an entity is shown then. */
  redraw(entity) {
    if (entity) this.hidden.delete(entity.label);
    this.draw();
  }

  /** Draws the result again after a change of labels, of entities or of the language. */
  draw() {
    if (!this.shown) return;
    const { text } = this.shown;
    const corrected = this.editor.answers();
    const scored = corrected.some(({ entities }) => entities.some(({ score }) => score !== null));
    $("least").hidden = !scored;
    $("least-shown").value = number(this.least, { style: "percent" });
    this.answers = corrected.map((answer) => this.filtered(answer));
    const lists = this.answers.map((answer) => answer.entities);
    const names = this.answers.map((answer) => answer.tagger);
    this.places = places(lists);
    this.selected = null;
    this.groups = groups(text, this.answers);
    this.tip.hide();
    this.drawRows(text, names);
    const several = names.length > 1;
    $("result").classList.toggle("several", several);
    $("rows").style.setProperty("--columns", names.length);
    $("heads").style.setProperty("--columns", names.length);
    $("heads").replaceChildren(...(several ? this.answers.map(head) : []));
    const { hidden } = this;
    drawLabels($("labels"), { labels: this.labels(), answers: corrected, hidden, toggle: (label) => this.toggle(label) });
    drawNames($("names"), this);
    $("differing").hidden = !several;
    if (several) {
      drawDifferences($("differences"), this);
      $("agreed").textContent = agreement(this);
    }
    drawEdits(this.editor);
    drawChanges($("changes"), this);
    this.copyPanel.show(this.answers);
    if (this.shown.paint) this.drawStatus();
  }

  /** Draws the rows of the text that look different from those that stand there. */
  drawRows(text, names) {
    this.rows = draw(text, this.places, names, this.rows);
    this.highlight([]);
    this.marks = new Map(this.rows.flatMap((row) => row.marks));
    this.order = [...this.marks.keys()].filter((mark) => this.marks.get(mark).entity);
    if (!this.marks.has(this.tabbed)) this.tabbed = this.order[0] ?? null;
    if (this.tabbed) this.tabbed.tabIndex = 0;
    $("rows").tabIndex = this.order.length ? -1 : 0;
    const isLong = this.rows.length > MAX_EAGER_ROWS;
    for (const place of [$("rows"), $("marked")]) place.classList.toggle("long", isLong);
    fill($("rows"), this.rows.map((row) => row.element));
  }

  /** Returns an answer with those of its entities that are likely enough and whose labels are on. */
  filtered(answer) {
    const { text } = this.shown;
    const shown = withScores(answer, this.least);
    const original = answer.original && this.filtered(answer.original);
    return { ...shown, text, ...(original && { original }), ...this.withLabelsOn(shown) };
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

  /** Returns the labels that a request asks for, or all that its tagger has. */
  labelsOf({ tagger, labels }) {
    return new Set(labels ?? this.shown.taggers.find((each) => each.name === tagger)?.labels);
  }

  /** Lists the labels: the usual ones, the others that the taggers have, and those that occur. */
  labels() {
    const { answers } = this.shown;
    const possible = new Set(answers.flatMap(({ request }) => [...this.labelsOf(request)]));
    const occurring = new Set();
    for (const { entities } of [...answers, ...this.editor.answers()]) for (const { label } of entities) occurring.add(label);
    const usual = USUAL.filter((label) => possible.has(label) || occurring.has(label));
    const others = [...occurring].filter((label) => !possible.has(label)).sort(byNumber);
    return [...new Set([...usual, ...possible, ...others])];
  }

  toggle(label) {
    if (!this.hidden.delete(label)) this.hidden.add(label);
    this.draw();
    $("labels").querySelector(`[data-label="${CSS.escape(label)}"]`).focus();
  }

  /** Notes that the text was sent after all, though the net in the browser tagged it. */
  noteSent() {
    this.shown.isSent = true;
    this.drawStatus();
  }

  /** Shows how many entities there are and how long they took. */
  measure() {
    if (!this.shown) return;
    const { came } = this.shown;
    performance.measure("drawing", { start: came, end: performance.now() });
    this.shown.paint = performance.now() - came;
    this.drawStatus();
  }

  drawStatus() {
    $("status").textContent = statusOf({ ...this.shown, answers: this.editor.answers() });
  }

  /** Returns the lines of the tip over a mark or a gap. */
  explain(mark) {
    const { entity, place } = this.marks.get(mark);
    const tagger = this.shown.taggers.find((each) => each.name === this.taggerOf(mark));
    const lines = entity ? entityLines(entity, tagger?.score_kind) : [];
    if (!place.agreed) {
      this.answers.forEach(({ tagger }, n) => {
        lines.push(`${tagger}: ${opinion(this.shown.text, place.entities[n])}`);
      });
    }
    return lines.map((line) => element("span", "line", {}, line));
  }

  taggerOf(mark) {
    return this.answers[this.marks.get(mark).column].tagger;
  }

  /** Shows all mentions of the name under a mark, and what can be corrected of it. */
  choose(mark) {
    if (!mark) return;
    const { entity } = this.marks.get(mark);
    this.why.choose(this.shown.text, entity.start);
    const group = this.groups.find((each) => each.mentions.some((other) => isSame(other, entity)));
    const closes = group === this.selected;
    this.select(closes ? null : group);
    mark.focus({ preventScroll: true });
    if (closes) this.editor.close(false);
    else this.editor.open(mark);
  }

  /** Highlights the mentions of a group in the text, and opens it in the list. */
  select(group) {
    this.selected = group;
    const chosen = new Set(group?.mentions.map(key));
    this.highlight(group ? this.order.filter((mark) => chosen.has(key(this.marks.get(mark).entity))) : []);
    drawNames($("names"), this);
  }

  highlight(marks) {
    for (const mark of this.highlighted) {
      mark.classList.remove("same");
      mark.removeAttribute("aria-pressed");
    }
    this.highlighted = marks;
    for (const mark of marks) {
      mark.classList.add("same");
      mark.setAttribute("aria-pressed", "true");
    }
  }

  /** Scrolls to a span and moves the keyboard's focus to its first mark. */
  go({ start, end }) {
    const inside = ([, piece]) => piece.start < end && start < piece.end;
    const [first] = [...this.marks].find(inside) ?? [];
    if (!first) return void this.editor.select({ column: 0, start, end }); // nothing is marked there
    first.scrollIntoView({ block: "center" });
    const mark = this.order.find((each) => inside([each, this.marks.get(each)]));
    if (mark) this.focus(mark, { preventScroll: true });
  }

  /** Puts the focus on an entity's mark. */
  focusEntity(column, entity) {
    this.focusNear(column, entity.start);
  }

  /** Puts the focus on the first mark of a column at a place or behind it, else the last; returns it. */
  focusNear(column, at) {
    const isOwn = (mark) => this.marks.get(mark).column === column;
    const mark =
      this.order.find((each) => this.marks.get(each).start >= at && isOwn(each)) ?? this.order.findLast(isOwn);
    if (mark) this.focus(mark, { preventScroll: true });
    return mark;
  }

  focus(mark, options) {
    if (this.tabbed) this.tabbed.tabIndex = -1;
    this.tabbed = mark;
    mark.tabIndex = 0;
    mark.focus(options);
  }

  key(event) {
    if (this.editor.key(event)) return event.preventDefault();
    const at = this.order.indexOf(event.target);
    if (at < 0 || event.ctrlKey || event.metaKey || event.altKey) return;
    const step = { ArrowRight: 1, ArrowDown: 1, ArrowLeft: -1, ArrowUp: -1 }[event.key];
    const ends = { Home: 0, End: this.order.length - 1 }[event.key];
    const next = this.order[ends ?? at + (step ?? 0)];
    if (event.key === "Enter" || event.key === " ") this.choose(event.target);
    else if (event.key === "Escape") this.leave();
    else if ((step || ends !== undefined) && next) this.step(next);
    else return;
    event.preventDefault();
  }

  step(mark) {
    this.editor.close(false);
    this.focus(mark);
  }

  leave() {
    this.editor.close(false);
    this.select(null);
  }
}

const byNumber = new Intl.Collator("ru", { numeric: true }).compare; // A2 before A10

const isSame = (a, b) => a.start === b.start && a.end === b.end && a.label === b.label;

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
