"""Places of made texts: streets, addresses and villages, as pieces with their labels."""

from collections.abc import Iterator
from random import Random

from ner_service.training.data.writing.declension import (
    Case,
    Form,
    decline_adjective,
    decline_surname,
    decline_thing,
)
from ner_service.training.data.writing.names import Names
from ner_service.training.data.writing.pieces import Piece
from ner_service.training.data.writing.words import WORDS

AGREES = 0.25  # the share of streets in addresses that agree with their word
NAME_FIRST = 0.2  # the share of the others that stand before their word: `Гагарина ул.`
AGREEING = {  # words for streets, and the endings of adjectives behind ск and behind others
    "nomn": (
        ("улица", ("ая",)),
        ("ул.", ("ая",)),
        ("проспект", ("ий", "ый")),
        ("пр-т", ("ий", "ый")),
        ("переулок", ("ий", "ый")),
        ("пер.", ("ий", "ый")),
        ("шоссе", ("ое",)),
        ("бульвар", ("ий", "ый")),
        ("площадь", ("ая",)),
        ("пл.", ("ая",)),
        ("наб.", ("ая",)),
    ),
    "on": (
        ("улице", ("ой",)),
        ("проспекте", ("ом",)),
        ("шоссе", ("ом",)),
        ("бульваре", ("ом",)),
        ("площади", ("ой",)),
        ("набережной", ("ой",)),
    ),
}
VILLAGE_ENDS = ("ка", "ка", "ск", "ово", "ино")
VILLAGE_ADJECTIVES = ("Новый", "Старый", "Большой", "Малый", "Красный", "Белый", "Чёрный")


def write_street(names: Names, form: str, random: Random) -> Iterator[Piece]:
    """Yield a word for a street in a form, and the street's name."""
    word = random.choice(WORDS.streets[form])
    gap = "" if word.endswith(".") and random.random() < 0.15 else " "
    yield Piece(word + gap)
    yield Piece(name_street(names, random), "LOC")


def write_wide_street(form: str, random: Random) -> Iterator[Piece]:
    """Yield a street whose name agrees with the word for it, which then is part of it."""
    stem = random.choice(WORDS.street_stems)
    word, endings = random.choice(AGREEING["on" if form == "on" else "nomn"])
    yield Piece("на " if form == "on" else "")
    yield Piece(f"{stem}{endings[0 if stem.endswith('ск') else -1]} {word}", "LOC")


def _write_name_first(names: Names, random: Random) -> Iterator[Piece]:
    """Yield a street's name and the word for it, which is part of the name where both agree."""
    name, word = name_street(names, random), random.choice(WORDS.streets["short"])
    if name.endswith(("ая", "ий", "ый", "ое", "-я", "-й")):
        yield Piece(f"{name} {word}", "LOC")
    else:
        yield Piece(name, "LOC")
        yield Piece(f" {word}")


def name_street(names: Names, random: Random) -> str:
    """Return the name of a street, which most often a person gave it."""
    chance = random.random()
    if chance < 0.2:
        return random.choice(names.streets or WORDS.other_streets)
    person = names.person(random, "masc" if random.random() < 0.8 else "femn")
    surname = person.surname["gent"]
    if chance < 0.55:
        return surname
    if chance < 0.75:
        return f"{person.first['gent']} {surname}"
    if chance < 0.85:
        return f"{person.first['nomn'][0]}. {surname}"
    title = random.choice(WORDS.titles)
    return f"{title if random.random() < 0.6 else title.lower()} {surname}"


def write_address(names: Names, random: Random) -> Iterator[Piece]:
    """Yield an address: perhaps an index and a town, a street, a house and perhaps a flat."""
    if random.random() < 0.3:
        yield Piece(f"{random.randint(101000, 690999)}, ")
    if random.random() < 0.8:
        yield Piece(random.choice(("г. ", "г. ", "г.", "", "город ")))
        yield Piece(names.place(random, "nomn"), "LOC")
        yield Piece(", ")
    if random.random() < AGREES:
        yield from write_wide_street("nomn", random)
    elif random.random() < NAME_FIRST:
        yield from _write_name_first(names, random)
    else:
        yield from write_street(names, "short" if random.random() < 0.75 else "nomn", random)
    house = random.choice((", д. {}", ", {}", " {}", ", дом {}", ", д.{}"))
    yield Piece(house.format(random.randint(1, 180)))
    if random.random() < 0.5:
        flat = random.choice((", кв. {}", ", кв.{}", ", офис {}", "-{}", ", корп. {}"))
        yield Piece(flat.format(random.randint(1, 300)))


def name_village(case: Case, random: Random) -> str:
    """Return the made name of a village or river in a case, such as `Новая Сосновка`."""
    stem, end = random.choice(WORDS.village_stems), random.choice(VILLAGE_ENDS)
    if end != "ка":
        return decline_thing(stem + end, case) if end == "ск" else stem + end
    name = decline_surname(stem + end, Form(case, "femn"))
    if random.random() < 0.7:
        return name
    return f"{decline_adjective(random.choice(VILLAGE_ADJECTIVES), case, 'femn')} {name}"
