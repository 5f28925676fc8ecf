// The reader's corrections by mouse, by keyboard and by touch, whatever the tagger.

import { Corrections } from "./corrections.js";
import { EditBar } from "./edit_bar.js";
import { t } from "./i18n.js";
import { selectSpan, selectedSpan } from "./selection.js";
import { moveEdge, nextWord, snap, wordAt } from "./words.js";

const PAUSE_MS = 250; // after a selection by touch or by keys has last changed

const $ = (id) => document.getElementById(id);

export class Editor {
  /** `result` draws what is corrected here. */
  constructor(result) {
    this.result = result;
    this.corrections = []; // for each answer
    this.done = []; // the columns of changes, the last one at the end
    this.undone = [];
    this.target = null; // {column, start, end, entity}: what is corrected; without entity a selection
    this.bar = new EditBar(this);
    this.isDown = false; // a pointer that still selects
    $("rows").addEventListener("pointerdown", () => (this.isDown = true));
    addEventListener("pointerup", () => {
      this.isDown = false;
      this.readSelectionSoon(0);
    });
    addEventListener("pointercancel", () => (this.isDown = false)); // the browser selects by touch
    document.addEventListener("selectionchange", () => this.readSelectionSoon());
    document.addEventListener("pointerdown", ({ target }) => {
      if (this.bar.isOpen && !target.closest("#edit, .entity")) this.close(false);
    });
    $("result").addEventListener("keydown", (event) => this.undoKey(event));
    $("undo").addEventListener("click", () => this.undo());
    $("redo").addEventListener("click", () => this.redo());
    $("restore").addEventListener("click", () => this.restoreAll());
    $("select-word").addEventListener("click", () => this.selectWord(0));
  }

  /** Begins with answers that nobody has corrected. */
  begin(answers) {
    this.corrections = answers.map((answer) => new Corrections(answer));
    this.done = [];
    this.undone = [];
    this.close(false);
  }

  get isCorrected() {
    return this.corrections.some((each) => !each.isEmpty);
  }

  /** Returns the answers as they are corrected. */
  answers() {
    return this.corrections.map((each) => each.corrected);
  }

  /** Lists what was changed: [{start, end, column, entities: [gone, new]}]. */
  changes() {
    return this.corrections.flatMap((each, column) => each.changes().map((change) => ({ ...change, column })));
  }

  /** Opens the bar for the entity of a mark. */
  open(mark) {
    const { entity, column } = this.result.marks.get(mark);
    this.aim({ column, start: entity.start, end: entity.end, entity }, () => mark.getClientRects()[0]);
  }

  /** Opens the bar for something; `boxOf` returns where it stands now. */
  aim(target, boxOf) {
    if (document.body.classList.contains("busy")) return; // another answer is on its way
    this.target = target;
    const { start, end, entity } = target;
    const surface = this.result.shown.text.slice(start, end);
    this.bar.show({ surface, label: entity?.label, labels: this.result.labels(), boxOf });
  }

  /** Closes the bar; the focus goes back to where the reader was. */
  close(back) {
    const { target } = this;
    this.bar.hide();
    this.target = null;
    if (!back || !target) return;
    if (target.entity) this.result.focusEntity(target.column, target.entity);
    else $("rows").focus({ preventScroll: true });
  }

  readSelectionSoon(pause = PAUSE_MS) {
    clearTimeout(this.waiting);
    this.waiting = setTimeout(() => this.isDown || this.readSelection(), pause);
  }

  /** Opens the bar for the span that is selected in the text. */
  readSelection() {
    if (!this.result.shown || $("edit").contains(document.activeElement)) return;
    const selected = selectedSpan($("rows"));
    const { text } = this.result.shown;
    const span = selected && snap(text, { ...selected, end: Math.min(selected.end, text.length) });
    if (!span || isSame(span, this.target)) return;
    const entity = this.result.answers[selected.column].entities.find((each) => isSame(each, span));
    const target = { column: selected.column, ...span, entity };
    this.target = target; // before the selection follows it, which is read as well
    const range = hasMouse() ? selectSpan($("rows"), target, false) : getSelection().getRangeAt(0);
    this.aim(target, () => lastBox(range));
  }

  /** Selects a word by itself, for readers without a mouse; arrow keys then lead on. */
  selectWord(column, at = 0) {
    const word = wordAt(this.result.shown.text, at);
    if (word) this.select({ column, ...word });
  }

  select({ column, start, end }) {
    $("rows").focus({ preventScroll: true });
    const range = selectSpan($("rows"), { column, start, end });
    this.aim({ column, start, end, entity: undefined }, () => lastBox(range));
  }

  /** Gives what is aimed at a label. */
  label(label) {
    if (!this.target || !label) return;
    const { column, start, end } = this.target;
    this.change(column, (corrections) => corrections.put(this.result.shown.text, { start, end }, label));
  }

  /** Moves a bound of what is aimed at by a word. */
  move(edge, step) {
    const { column, start, end, entity } = this.target;
    const span = moveEdge(this.result.shown.text, { start, end }, edge, step);
    if (isSame(span, { start, end })) return;
    if (!entity) return this.select({ column, ...span });
    this.change(column, (corrections) => corrections.put(this.result.shown.text, span, entity.label), true);
  }

  /** Removes the entity that is aimed at. */
  remove() {
    const { column, entity } = this.target;
    if (entity) this.change(column, (corrections) => void corrections.remove(entity));
  }

  /** Changes a column, draws it, and puts the focus on the entity that `act` returns, or near it. */
  change(column, act, stays = false) {
    const { start } = this.target;
    const corrections = this.corrections[column];
    const before = corrections.entities;
    const entity = act(corrections);
    if (corrections.entities !== before) {
      this.done.push(column);
      this.undone = [];
    }
    this.show(column, entity, start, stays);
  }

  show(column, entity, start, stays) {
    this.close(false);
    getSelection().removeAllRanges();
    this.result.redraw(entity);
    const mark = this.result.focusNear(column, entity?.start ?? start);
    if (stays && mark && entity) this.open(mark);
  }

  undo() {
    this.step(this.done, this.undone, "undo");
  }

  redo() {
    this.step(this.undone, this.done, "redo");
  }

  step(from, to, how) {
    if (!from.length) return;
    const column = from.pop();
    const { removed, added } = this.corrections[column][how]();
    to.push(column);
    this.show(column, undefined, [...added, ...removed][0].start, false);
  }

  /** Has the answer's own entities again in one place, which `changes` has listed. */
  restore(change) {
    this.corrections[change.column].restore(change);
    this.done.push(change.column);
    this.undone = [];
    this.show(change.column, undefined, change.start, false);
  }

  restoreAll() {
    this.corrections.forEach((each, column) => {
      if (each.isEmpty) return;
      each.restoreAll();
      this.done.push(column);
    });
    this.undone = [];
    this.show(0, undefined, 0, false);
  }

  undoKey(event) {
    if (!(event.ctrlKey || event.metaKey) || event.altKey || event.target.matches("textarea, input")) return;
    if (event.code === "KeyZ") event.shiftKey ? this.redo() : this.undo();
    else if (event.code === "KeyY") this.redo();
    else return;
    event.preventDefault();
  }

  /** Does what a key in the text asks for; returns whether it was one of the editor's. */
  key(event) {
    const { key, code, shiftKey, ctrlKey, metaKey, altKey } = event;
    if (metaKey || altKey) return false;
    const mark = event.target.closest(".entity");
    const selects = this.bar.isOpen && !this.target.entity;
    if (mark && !selects) this.aimSilently(mark);
    else if (!this.bar.isOpen) this.target = null;
    const step = { ArrowRight: 1, ArrowLeft: -1 }[key];
    const digit = /^(?:Digit|Numpad)([1-9])$/.exec(code)?.[1];
    if (step && shiftKey && this.target) this.move(ctrlKey ? "start" : "end", step);
    else if (ctrlKey) return false;
    else if (digit && !shiftKey && this.target) this.label(this.result.labels()[digit - 1]);
    else if ((key === "Delete" || key === "Backspace") && this.target?.entity) this.remove();
    else if (code === "KeyN" || key === "Insert") this.beginWord();
    else if (selects) return this.selectionKey(key, step);
    else return false;
    return true;
  }

  /** Aims at the entity with the focus, with or without an open bar. */
  aimSilently(mark) {
    const { entity, column } = this.result.marks.get(mark);
    this.target = { column, start: entity.start, end: entity.end, entity };
  }

  /** Selects the word behind what is aimed at, or the first one of the text. */
  beginWord() {
    const { column, end } = this.target ?? { column: 0, end: 0 };
    this.selectWord(column, end);
  }

  selectionKey(key, step) {
    if (step) {
      const word = nextWord(this.result.shown.text, this.target, step);
      if (word) this.select({ column: this.target.column, ...word });
    } else if (key === "Enter") this.bar.focus();
    else if (key === "Escape") this.leaveSelection();
    else return false;
    return true;
  }

  leaveSelection() {
    const { column, start } = this.target;
    getSelection().removeAllRanges();
    this.close(false);
    if (!this.result.focusNear(column, start)) $("rows").focus({ preventScroll: true });
  }
}

/** Whether the selection may be set: by touch it would pull its handles from under the finger. */
const hasMouse = () => matchMedia("(pointer: fine)").matches;

const isSame = (a, b) => a.start === b?.start && a.end === b?.end;

/** Returns the last rectangle of a range: where a reader has finished to select. */
function lastBox(range) {
  return [...range.getClientRects()].at(-1) ?? range.startContainer.parentElement.getBoundingClientRect();
}
