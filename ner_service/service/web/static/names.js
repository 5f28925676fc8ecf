// The names in a text, as the answers of one tagger or of several have them.

const byPlace = (a, b) => a.start - b.start || a.end - b.end;

export const key = ({ start, end, label }) => `${start} ${end} ${label}`;

/** Returns an answer without the entities whose score is below the least; those without one stay. */
export function withScores(answer, least) {
  return least ? { ...answer, ...keep(answer, ({ score }) => score === null || score >= least) } : answer;
}

/** Returns the entities and names of an answer without those of hidden labels. */
export const withoutLabels = (answer, hidden) => keep(answer, (entity) => !hidden.has(entity.label));

/** Returns the beginning of an answer, as one to a text of so many characters. */
export function beginning(answer, chars) {
  const text = answer.text.slice(0, chars);
  const kept = keep(answer, ({ end }) => end <= chars);
  const original = answer.original && beginning(answer.original, chars);
  return { ...answer, ...kept, text, request: { ...answer.request, text }, ...(original && { original }) };
}

/** Returns some entities of an answer, and the names that have mentions among them. */
function keep({ entities, names }, wanted) {
  const kept = entities.filter(wanted);
  const place = new Map(kept.map((entity, n) => [entity, n]));
  return {
    entities: kept,
    names: names
      .map((name) => ({ ...name, mentions: name.mentions.flatMap((n) => place.get(entities[n]) ?? []) }))
      .filter((name) => name.mentions.length),
  };
}

/**
 * Groups the mentions of each name: [{label, name, parts, mentions}], the most frequent first.
 * Names of several answers are one group if they share a mention or the base form; the group has
 * the longest of their base forms.
 */
export function groups(text, answers) {
  const byMention = new Map();
  const byForm = new Map();
  for (const { entities, names } of answers) {
    for (const { label, normal, parts, mentions } of names) {
      const spans = mentions.map((n) => entities[n]);
      const name = normal ?? text.slice(spans[0].start, spans[0].end);
      const shared = spans.find((span) => byMention.has(key(span)));
      const form = `${label} ${name}`;
      const group = (shared && byMention.get(key(shared))) ??
        byForm.get(form) ?? { label, name: "", mentions: [] };
      if (name.length > group.name.length) Object.assign(group, { name, parts });
      byForm.set(form, group);
      for (const span of spans) {
        if (!byMention.has(key(span))) group.mentions.push(span);
        byMention.set(key(span), group);
      }
    }
  }
  const all = [...new Set(byMention.values())].filter((group) => group.mentions.length);
  for (const group of all) group.mentions.sort(byPlace);
  all.sort((a, b) => byPlace(a.mentions[0], b.mentions[0]));
  return all.sort((a, b) => b.mentions.length - a.mentions.length);
}
