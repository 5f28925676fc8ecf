// What a reader corrects in one answer: each change can be undone, and all of them listed.

import { places } from "./compare.js";
import { key } from "./names.js";

const byStart = (a, b) => a.start - b.start || a.end - b.end;

/** The entities of an answer under correction; those of the answer itself stay as they are. */
export class Corrections {
  constructor(answer) {
    this.answer = answer;
    this.entities = answer.entities;
    this.done = []; // changes, each {removed, added}
    this.undone = [];
    this.own = new Map(answer.entities.map((entity) => [key(entity), entity])); // an entity has one object
    this.gone = []; // the answer's entities that are not among those under correction
    this.added = []; // and those under correction that are not the answer's
    this.corrected = answer; // with its corrections, which its `corrected` tells
  }

  get isEmpty() {
    return !this.gone.length && !this.added.length;
  }

  /** Labels a span, in the place of every entity that it overlaps; returns the new entity. */
  put(text, { start, end }, label) {
    const own = this.own.get(key({ start, end, label }));
    const added = own ?? { start, end, label, text: text.slice(start, end), score: null, normal: null, corrected: true };
    const removed = this.entities.filter((entity) => entity.start < end && start < entity.end);
    if (removed.length === 1 && key(removed[0]) === key(added)) return removed[0];
    this.change({ removed, added: [added] });
    return added;
  }

  /** Removes an entity. */
  remove(entity) {
    this.change({ removed: [entity], added: [] });
  }

  /** Has the answer's entities again in a place that `changes` lists. */
  restore({ entities: [gone, added] }) {
    this.change({ removed: added, added: gone });
  }

  /** Has all of the answer's entities again; this can be undone as well. */
  restoreAll() {
    this.change({ removed: this.added, added: this.gone });
  }

  change(change) {
    this.apply(change);
    this.done.push(change);
    this.undone = [];
  }

  /** Takes the last change back; returns it, or undefined where there is none. */
  undo() {
    const change = this.done.pop();
    if (!change) return undefined;
    this.apply({ removed: change.added, added: change.removed });
    this.undone.push(change);
    return change;
  }

  /** Makes a change again that was taken back; returns it, or undefined where there is none. */
  redo() {
    const change = this.undone.pop();
    if (!change) return undefined;
    this.apply(change);
    this.done.push(change);
    return change;
  }

  apply({ removed, added }) {
    const lost = new Set(removed);
    this.entities = [...this.entities.filter((entity) => !lost.has(entity)), ...added].sort(byStart);
    const now = new Set(this.entities);
    this.gone = this.answer.entities.filter((entity) => !now.has(entity));
    this.added = this.entities.filter((entity) => entity.corrected);
    const { answer, entities } = this;
    const names = joinNames(entities, answer);
    this.corrected = this.isEmpty ? answer : { ...answer, entities, names, corrected: true, original: answer };
  }

  /** Lists the places that differ from the answer: [{start, end, entities: [gone, added]}]. */
  changes() {
    return places([this.gone, this.added]);
  }
}

/** Joins the mentions of corrected entities to the names of an answer: alike in label and letters. */
function joinNames(entities, answer) {
  const owner = new Map();
  const joined = answer.names.map((name) => ({ ...name, mentions: [] }));
  answer.names.forEach(({ mentions }, n) => {
    for (const mention of mentions) owner.set(answer.entities[mention], joined[n]);
  });
  const alike = new Map();
  const form = ({ label, text }) => `${label} ${text.toLowerCase()}`;
  for (const entity of answer.entities) alike.set(form(entity), owner.get(entity));
  entities.forEach((entity, n) => {
    let name = owner.get(entity) ?? alike.get(form(entity));
    if (!name) {
      name = { label: entity.label, normal: null, parts: null, mentions: [] };
      joined.push(name);
      alike.set(form(entity), name);
    }
    name.mentions.push(n);
  });
  return joined.filter(({ mentions }) => mentions.length);
}
