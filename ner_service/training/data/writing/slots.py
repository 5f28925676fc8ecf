"""Slots of templates, and what is written into them.

A slot is `{kind}` or `{kind:case}`. Kinds are the orders of a person's name (`orders.py`), `friend`
for a short first name, `city`, `village`, `imprint` for a town in a reference, `spot`, `firm`,
`brand`, `org`, `branch` of the state, `band` in Latin letters, `memorial`, which has a person's
name, `street`, `street_name`, `wide_street`, `address`, and what is no name: `cited`, a person in
the title of a work, `role`, `Role` with a capital, `date`, `number`, `money`, `phone`, `email`. A
street's name is a LOC, also where a person gave it.
"""

import re
from collections.abc import Iterator
from pathlib import Path
from random import Random

from ner_service.training.data.writing.declension import CASES, GENDERS, Case, Gender
from ner_service.training.data.writing.names import Names
from ner_service.training.data.writing.orders import ORDERS, write_name
from ner_service.training.data.writing.organisations import write_branch, write_organisation
from ner_service.training.data.writing.pieces import Piece
from ner_service.training.data.writing.places import (
    name_street,
    name_village,
    write_address,
    write_street,
    write_wide_street,
)
from ner_service.training.data.writing.words import WORDS

SLOT = re.compile(r"\{(\w+)(?::(\w+))?\}")
IMPRINTS = ("М.", "М.", "СПб.", "СПб.", "Л.", "Киев", "Минск", "Рига", "Казань", "Пермь")
QUOTES = ("«»", "«»", "«»", '""', "“”")


class Writer:
    """Writes random names and facts into templates."""

    def __init__(self, names: Names, random: Random) -> None:
        self._names, self._random = names, random

    def fill(self, template: str) -> Iterator[Piece]:
        """Yield the pieces of a template, its slots filled."""
        at = 0
        for slot in SLOT.finditer(template):
            yield Piece(template[at : slot.start()])
            yield from self.slot(slot[1], slot[2] or "nomn")
            at = slot.end()
        yield Piece(template[at:])

    def slot(self, kind: str, form: str) -> Iterator[Piece]:
        """Yield what is written into one slot."""
        if kind == "street":
            yield from write_street(self._names, form, self._random)
        elif kind == "street_name":
            yield Piece(name_street(self._names, self._random), "LOC")
        elif kind == "address":
            yield from write_address(self._names, self._random)
        elif kind == "firm":
            yield from self._firm(form)
        elif kind in ORDERS:
            yield Piece(self.person(kind, _case(form)), "PER")
        elif kind == "memorial":
            yield Piece(self._memorial(form), "ORG")
        elif kind == "friend":
            friend = self._names.friend(self._random, self._gender())
            yield Piece(write_name(friend, "first", _case(form), self._random), "PER")
        elif kind == "city":
            yield Piece(self._names.place(self._random, _case(form)), "LOC")
        elif kind == "village":
            yield Piece(name_village(_case(form), self._random), "LOC")
        elif kind == "imprint":
            yield Piece(self._random.choice(IMPRINTS), "LOC")
        elif kind == "org":
            yield Piece(write_organisation(self._names, _case(form), self._random), "ORG")
        elif kind == "branch":
            yield Piece(write_branch(self._names, self._random), "ORG")
        elif kind == "band":
            yield Piece(self._band(), "ORG")
        elif kind == "spot":
            yield Piece(self._random.choice(WORDS.spots), "LOC")
        elif kind == "wide_street":
            yield from write_wide_street(form, self._random)
        elif kind == "brand":
            yield Piece(self._names.company(self._random), "ORG")
        else:
            yield Piece(self._fact(kind, form))

    def person(self, kind: str, case: Case) -> str:
        """Return a person's name in the order that `kind` names."""
        person = self._names.person(self._random, self._gender())
        return write_name(person, kind, case, self._random)

    def _memorial(self, form: str) -> str:
        """Return an institution that is named after a person."""
        order = self._random.choice(("surname", "first_last", "initials"))
        word = self._random.choice(WORDS.memorials[form])
        return f"{word} {self._random.choice(('имени', 'им.'))} {self.person(order, 'gent')}"

    def _band(self) -> str:
        """Return the name of a group of musicians."""
        random = self._random
        if random.random() < 0.3:
            return random.choice(WORDS.band_words)
        article = random.choice(("", "", "The "))
        return f"{article}{random.choice(WORDS.band_firsts)} {random.choice(WORDS.band_lasts)}"

    def _firm(self, form: str) -> Iterator[Piece]:
        quotes = self._random.choice(QUOTES)
        yield Piece(f"{self._random.choice(WORDS.firms[form])} {quotes[0]}")
        yield Piece(self._names.company(self._random), "ORG")
        yield Piece(quotes[1])

    def _fact(self, kind: str, form: str) -> str:
        random = self._random
        match kind:
            case "cited":
                return self.person(random.choice(("first_last", "surname")), _case(form))
            case "role":
                return random.choice(WORDS.roles[form])
            case "Role":
                return random.choice(WORDS.roles[form]).capitalize()
            case "date":
                day, month, year = random.randint(1, 28), random.randint(1, 12), self._year()
                if random.random() < 0.6:
                    return f"{day:02}.{month:02}.{year}"
                return f"{day} {WORDS.months[month - 1]} {year} {random.choice(('года', 'г.'))}"
            case "number":
                return str(
                    random.choice((self._year(), random.randint(1, 99), random.randint(1, 99999)))
                )
            case "money":
                unit = random.choice(("000 руб.", "тыс. рублей", "000 ₽"))
                return f"{random.randint(2, 900)} {unit}"
            case "phone":
                first, second = random.randint(100, 999), random.randint(10, 99)
                return f"8 (9{second}) {first}-{second}-{random.randint(10, 99)}"
            case "email":
                return f"{random.choice(('info', 'mail', 'sales'))}@{random.randint(1, 99)}.ru"
        raise ValueError(f"{{{kind}}}: no such slot")

    def _gender(self) -> Gender:
        return self._random.choice(GENDERS)

    def _year(self) -> int:
        return self._random.randint(1850, 2026)


def _case(form: str) -> Case:
    for case in CASES:
        if case == form:
            return case
    raise ValueError(f"{form}: no such case")


def read_templates() -> list[str]:
    """Return the templates that come with the package."""
    lines = Path(__file__).with_name("templates.txt").read_text(encoding="utf-8").splitlines()
    return [
        line.replace("\\n", "\n").replace("\\t", "\t")
        for line in lines
        if line and not line.startswith("#")
    ]
