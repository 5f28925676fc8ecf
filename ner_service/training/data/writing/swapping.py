"""Gold texts with other names: each replaced by one of its kind in the same case and gender."""

import re
from collections.abc import Iterator, Sequence
from random import Random

from ner_service.training.data.writing.declension import CASES, analyser, find_form
from ner_service.training.data.writing.names import Names
from ner_service.training.data.writing.orders import write_name
from ner_service.training.data.writing.pieces import Piece, assemble
from ner_service.types import Document, Entity

WORD = re.compile(r"[А-ЯЁа-яё]+(?:-[А-ЯЁа-яё]+)*")
KEPT = 0.25  # the share of names that stay, so that texts keep names that occur
ALONE = 0.8  # the share of single words that stay single
LATIN_SHARE = 0.05  # of people's names in any case, since Latin ones have none


def swap_names(document: Document, names: Names, random: Random) -> Document:
    """Return the document with most of its people, places and quoted companies renamed.

    A name whose case is not clear stays.
    """
    return assemble(f"{document.id}~", _pieces(document, names, random))


def _pieces(document: Document, names: Names, random: Random) -> Iterator[Piece]:
    text, at = document.text, 0
    for entity in sorted(document.entities):
        yield Piece(text[at : entity.start])
        yield Piece(_rename(text, entity, names, random), entity.label)
        at = entity.end
    yield Piece(text[at:])


def _rename(text: str, entity: Entity, names: Names, random: Random) -> str:
    """Return another name for an entity, or its own."""
    name = text[entity.start : entity.end]
    if random.random() < KEPT:
        return name
    if entity.label == "PER":
        return _rename_person(name, names, random)
    if entity.label == "LOC":
        return _rename_place(name, names, random)
    is_quoted = text[entity.start - 1 : entity.start] in ("«", '"', "“", "„")
    if entity.label == "ORG" and is_quoted and len(name.split()) < 3:
        return names.company(random)
    return name


def _rename_person(name: str, names: Names, random: Random) -> str:
    words: Sequence[str] = [word for word in WORD.findall(name) if len(word) > 1]
    form = find_form(words) if words else None
    if form is None:
        return name
    if random.random() < LATIN_SHARE:
        return write_name(names.person(random, form.gender), "foreign", form.case, random)
    person = names.person(random, form.gender)
    if len(words) == 1 and "." not in name and random.random() < ALONE:
        return write_name(person, "surname", form.case, random)
    return write_name(person, "renamed", form.case, random)


def _rename_place(name: str, names: Names, random: Random) -> str:
    """Return another town for one whose case is clear."""
    if not WORD.fullmatch(name):
        return name
    cases = [case for case in CASES if _has_case(name, case)]
    return names.place(random, cases[0]) if len(cases) == 1 else name


def _has_case(place: str, case: str) -> bool:
    return any(
        "Geox" in parse.tag and parse.tag.case == case and parse.tag.number == "sing"
        for parse in analyser().parse(place)
    )
