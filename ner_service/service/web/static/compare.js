// Compares several answers to one text: where they agree and where they differ.

const same = (a, b) => a.start === b.start && a.end === b.end && a.label === b.label;

const equal = (one, other) => one.length === other.length && one.every((e, n) => same(e, other[n]));

/**
 * Groups the entities of all answers into places that do not overlap:
 * [{start, end, entities: a list for each answer, agreed}], in the order of the text.
 */
export function places(answers) {
  const all = answers.flatMap((entities, n) => entities.map((entity) => ({ entity, n })));
  all.sort((a, b) => a.entity.start - b.entity.start);
  const grouped = [];
  for (const { entity, n } of all) {
    let place = grouped.at(-1);
    if (!place || entity.start >= place.end) {
      place = { start: entity.start, end: entity.end, entities: answers.map(() => []) };
      grouped.push(place);
    }
    place.end = Math.max(place.end, entity.end);
    place.entities[n].push(entity);
  }
  for (const place of grouped) {
    place.agreed = place.entities.every((entities) => equal(entities, place.entities[0]));
  }
  return grouped;
}
