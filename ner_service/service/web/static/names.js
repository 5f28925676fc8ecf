// Groups mentions of one name: Russian declines names, so forms are compared and not strings.

const ENDINGS = new Set(
  (" а я о е ё у ю ы и ь й ой ей ёй ою ею ом ем ём ам ям ах ях ами ями ью ью " +
    "ого его ому ему ым им ых их ыми ими ую юю ая яя ое ее ые ие ый ий").split(" "),
);
const MIN_SHARED = 3; // letters that two forms of a word must share

function sameWord(a, b) {
  if (a === b) return true;
  let shared = 0;
  while (shared < a.length && a[shared] === b[shared]) shared++;
  return shared >= MIN_SHARED && ENDINGS.has(a.slice(shared)) && ENDINGS.has(b.slice(shared));
}

function words(surface) {
  return surface.toLowerCase().replaceAll("ё", "е").match(/[\p{L}\p{M}\p{N}]+/gu) ?? [surface];
}

function sameName(a, b) {
  return a.length === b.length && a.every((word, n) => sameWord(word, b[n]));
}

/**
 * Groups entities by name and label: [{label, name, mentions}], the most frequent first.
 * Two entities are of one group if their words differ by case endings only.
 */
export function groups(text, entities) {
  const buckets = new Map();
  const all = [];
  for (const entity of entities) {
    const surface = text.slice(entity.start, entity.end);
    const split = words(surface);
    const key = `${entity.label} ${split.length} ${split[0].slice(0, MIN_SHARED)}`;
    if (!buckets.has(key)) buckets.set(key, []);
    const bucket = buckets.get(key);
    let group = bucket.find((g) => sameName(g.words, split));
    if (!group) {
      group = { label: entity.label, words: split, forms: new Map(), mentions: [] };
      bucket.push(group);
      all.push(group);
    }
    group.mentions.push(entity);
    group.forms.set(surface, (group.forms.get(surface) ?? 0) + 1);
  }
  for (const group of all) {
    group.name = [...group.forms].reduce((best, form) => (form[1] > best[1] ? form : best))[0];
  }
  return all.sort((a, b) => b.mentions.length - a.mentions.length);
}
