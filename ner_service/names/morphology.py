"""Morphology gives the readings of a Russian word, and its other forms, by a dictionary."""

from collections.abc import Sequence
from typing import NamedTuple, Protocol

from ner_service.names.types import Case, Gender, Number


class Features(NamedTuple):
    """Features are what a dictionary says of a form.

    `pos` is OpenCorpora's part of speech. `kind` is its grammeme for names: `Name` (first name),
    `Patr`, `Surn`, `Geox` (place), `Orgn`, or nothing.
    """

    pos: str
    kind: str
    case: Case | None
    gender: Gender | None
    number: Number | None
    is_animate: bool
    is_transitive: bool = False


class Reading(NamedTuple):
    """A reading is one way to understand a word form: lemma and grammatical features.

    A word that the dictionary lacks is read by its ending; then `is_known` is false. `score` is the
    probability among the word's readings, and `place` its number among them.
    """

    word: str
    lemma: str
    features: Features
    is_known: bool
    score: float
    place: int


class Morphology(Protocol):
    """Morphology knows lower-case words; an answer depends on the word alone."""

    def readings(self, word: str) -> Sequence[Reading]:
        """Return the readings of a word, likely ones first; none for what is no Russian word."""

    def known_readings(self, word: str) -> Sequence[Reading]:
        """Return the readings of a word that the dictionary has, and none of any other word."""

    def inflect(
        self,
        reading: Reading,
        case: Case,
        number: Number | None = None,
        gender: Gender | None = None,
    ) -> str | None:
        """Return the form of a reading's paradigm; number and gender stay if none is given.

        Returns `None` where the paradigm has no such form.
        """
