"""The orders in which a person's name is written: surname first, initials, capitals, Latin."""

from collections.abc import Mapping
from random import Random

from ner_service.training.data.writing.declension import Case
from ner_service.training.data.writing.names import Person
from ner_service.training.data.writing.words import WORDS

CAPITALS = 0.2  # the share of names with a word or all of it in capitals
Shares = Mapping[str, float]  # of each pattern
FULL: Shares = {"{surname} {first} {patronymic}": 4, "{first} {patronymic} {surname}": 1}
INITIALS: Shares = {
    "{surname} {initials}": 5,
    "{initials} {surname}": 4,
    "{initials}{surname}": 1,
}
RENAMED: Shares = {  # names in running text are seldom those of lists
    "{first} {surname}": 55,
    "{surname} {first} {patronymic}": 12,
    "{surname} {first}": 5,
    "{first} {patronymic} {surname}": 8,
    "{surname} {initials}": 6,
    "{initials} {surname}": 9,
    "{surname}": 5,
}
PERSON: Shares = {
    "{first} {surname}": 26,
    "{surname} {first} {patronymic}": 18,
    "{surname} {first}": 14,
    "{first} {patronymic} {surname}": 10,
    "{surname} {initials}": 11,
    "{initials} {surname}": 9,
    "{surname}": 6,
    "{first} {patronymic}": 3,
    "{foreign}": 3,
}
ORDERS: Mapping[str, Shares] = {
    "person": PERSON,
    "renamed": RENAMED,
    "full": FULL,
    "initials": INITIALS,
    "surname_initials": {"{surname} {initials}": 1},
    "first_last": {"{first} {surname}": 1},
    "surname_first": {"{surname} {first}": 1},
    "first_patronymic": {"{first} {patronymic}": 1},
    "surname": {"{surname}": 1},
    "first": {"{first}": 1},
    "patronymic": {"{patronymic}": 1},
    "foreign": {"{foreign}": 1},
    "foreign_last": {"{foreign_last}": 1},
    "foreign_initials": {
        "{foreign_last} {foreign_initial}.": 3,
        "{foreign_initial}. {foreign_last}": 1,
    },
}


def write_name(person: Person, order: str, case: Case, random: Random) -> str:
    """Return a person's name in a case, by a pattern drawn from those of an order."""
    shares = ORDERS[order]
    pattern = random.choices([*shares], [*shares.values()])[0]
    foreign_first = random.choice(WORDS.foreign_firsts)
    foreign_last = random.choice(WORDS.foreign_lasts)
    name = pattern.format(
        first=person.first[case],
        patronymic=person.patronymic[case],
        surname=person.surname[case],
        initials=_initials(person, random),
        foreign=f"{foreign_first} {foreign_last}",
        foreign_last=foreign_last,
        foreign_initial=foreign_first[0],
    )
    return _capitals(name, random) if random.random() < CAPITALS else name


def _initials(person: Person, random: Random) -> str:
    """Return `И.П.`, `И. П.` or `И.`."""
    first, patronymic = person.first["nomn"][0], person.patronymic["nomn"][0]
    forms = f"{first}.{patronymic}.", f"{first}. {patronymic}.", f"{first}."
    return random.choices(forms, (5, 3, 3))[0]


def _capitals(name: str, random: Random) -> str:
    """Return a name in capitals, or its first word alone: `ИВАНОВ Иван Иванович`."""
    if random.random() < 0.5:
        return name.upper()
    head, space, tail = name.partition(" ")
    return head.upper() + space + tail
