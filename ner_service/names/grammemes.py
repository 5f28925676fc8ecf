"""Grammemes are OpenCorpora's marks of grammar; here are they in the words of `names.types`."""

from collections.abc import Mapping, Set
from typing import Any, TypeVar

from ner_service.names.morphology import Features
from ner_service.names.types import Case, Gender, Number

CASES: dict[str, Case] = {
    "nomn": "Nom", "voct": "Nom", "gent": "Gen", "gen1": "Gen", "gen2": "Gen", "datv": "Dat",
    "accs": "Acc", "acc2": "Acc", "ablt": "Ins", "loct": "Loc", "loc1": "Loc", "loc2": "Loc",
}  # fmt: skip
GENDERS: dict[str, Gender] = {"masc": "Masc", "femn": "Fem", "neut": "Neut"}
NUMBERS: dict[str, Number] = {"sing": "Sing", "plur": "Plur"}
KINDS = ("Name", "Patr", "Surn", "Geox", "Orgn")
GRAMMEMES = {
    "Nom": "nomn", "Gen": "gent", "Dat": "datv", "Acc": "accs", "Ins": "ablt", "Loc": "loct",
    "Masc": "masc", "Fem": "femn", "Neut": "neut", "Sing": "sing", "Plur": "plur",
}  # fmt: skip
PARTS_OF_SPEECH = frozenset(
    {"NOUN", "ADJF", "ADJS", "COMP", "VERB", "INFN", "PRTF", "PRTS", "GRND", "NUMR", "ADVB",
     "NPRO", "PRED", "PREP", "CONJ", "PRCL", "INTJ"}
)  # fmt: skip
T = TypeVar("T")


def grammemes_of(case: Case, number: Number | None, gender: Gender | None) -> frozenset[str]:
    """Return the grammemes of a form that is wanted."""
    return frozenset(GRAMMEMES[value] for value in (case, number, gender) if value)


def grammemes_to_keep(
    own: Set[str], wanted: Set[str], number: Number | None, gender: Gender | None
) -> Set[str]:
    """Return the grammemes of a word that its other form should have, too."""
    dropped = CASES.keys() | (NUMBERS.keys() if number else set())
    dropped |= GENDERS.keys() if gender or number == "Plur" else set()
    return (own - dropped) | wanted


def likeness(own: Set[str], grammemes: Set[str]) -> int:
    """Return how many of the grammemes a form has, less those that it has besides."""
    return len(grammemes & own) - len(own - grammemes)


def features_of(tag: Any) -> Features | None:
    """Return the features in a tag of pymorphy3's; `None` where it has no part of speech."""
    grammemes: Set[str] = tag.grammemes
    pos = next(iter(grammemes & PARTS_OF_SPEECH), None)
    if pos is None:
        return None
    return Features(
        pos=pos,
        kind=next((kind for kind in KINDS if kind in grammemes), ""),
        case=value_of(CASES, grammemes),
        gender=value_of(GENDERS, grammemes),
        number=value_of(NUMBERS, grammemes),
        is_animate="anim" in grammemes,
        is_transitive="tran" in grammemes,
    )


def value_of(table: Mapping[str, T], grammemes: Set[str]) -> T | None:
    """Return the value of the first grammeme that a table has, in the table's order."""
    return next((value for grammeme, value in table.items() if grammeme in grammemes), None)
