"""The phrase list is names of persons, streets and companies, made of natasha's lists of names."""

import random

SEED = 7


def make_phrases(size: int) -> list[str]:
    """Return so many different phrases, the same each time; a shorter list begins a longer one."""
    from natasha.data import FIRST, LAST, load_dict

    draw = random.Random(SEED)
    firsts, lasts = ([name.title() for name in load_dict(source)] for source in (FIRST, LAST))
    alone = [*dict.fromkeys([*firsts, *lasts])]
    draw.shuffle(alone)
    phrases: dict[str, None] = {}
    while len(phrases) < size:
        first, last = draw.choice(firsts), draw.choice(lasts)
        kind = draw.random()
        if kind < 0.19 and alone:
            phrases[alone.pop()] = None
        elif kind < 0.8:
            phrases[f"{first} {last}"] = None
        else:
            phrases[f"улица {last}" if kind < 0.9 else f"ООО «{last}»"] = None
    return [*phrases]
