"""A slot is a case with a gender in the singular, or with the plural: what agreeing words share."""

from collections.abc import Iterable
from functools import cache
from typing import NamedTuple, get_args

from ner_service.names.morphology import Features, Reading
from ner_service.names.types import Case, Gender, Number

CASES: tuple[Case, ...] = get_args(Case)
GENDERS: tuple[Gender | None, ...] = ("Masc", "Fem", "Neut", None)  # None is the plural


class Slot(NamedTuple):
    """A case and a gender; the gender is `None` in the plural, which has none in Russian."""

    case: Case
    gender: Gender | None

    @property
    def number(self) -> Number:
        """Return the number, which follows from the gender."""
        return "Sing" if self.gender else "Plur"


SLOTS = tuple(Slot(case, gender) for case in CASES for gender in GENDERS)
NOMINATIVE = slice(len(GENDERS))  # of `SLOTS`


@cache
def slots_of(
    cases: tuple[Case, ...], genders: tuple[Gender, ...], number: Number | None
) -> tuple[int, ...]:
    """Return the places in `SLOTS` of words with these features; no gender means any."""
    places: list[Gender | None] = [None] if number == "Plur" else list(genders or GENDERS[:3])
    if number is None:
        places.append(None)
    return tuple(SLOTS.index(Slot(case, place)) for case in cases for place in places)


@cache
def slots_of_features(features: Features) -> tuple[int, ...]:
    """Return the places in `SLOTS` of a form with these features; none where it has no case."""
    if features.case is None:
        return ()
    genders = (features.gender,) if features.gender else ()
    return slots_of((features.case,), genders, features.number)


def slots_of_readings(readings: Iterable[Reading]) -> frozenset[int]:
    """Return the slots that readings have together."""
    return frozenset(n for reading in readings for n in slots_of_features(reading.features))
