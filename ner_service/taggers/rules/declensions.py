"""Declensions say which cases of a word have a form, by the tables of pymorphy3's dictionary.

A table of endings stands for all words of a paradigm, so no form of any word is ever built.
"""

from collections.abc import Iterator, Mapping, Sequence
from functools import lru_cache
from typing import Any, NamedTuple, TypeVar

from ner_service.names.dictionary import load_analyzer
from ner_service.names.grammemes import CASES, NUMBERS, PARTS_OF_SPEECH
from ner_service.names.types import Case, Number
from ner_service.taggers.rules.changes import Changes
from ner_service.taggers.rules.stems import fold

WORDS = 50_000  # whose declensions are kept: some 30 MB
ADJECTIVES = frozenset({"ADJF", "PRTF"})

Slot = tuple[Case, Number]
Endings = Mapping[str, frozenset[Slot]]
T = TypeVar("T")


class Declensions(NamedTuple):
    """The declensions of a folded word, one for each reading in the nominative or without case.

    `known` says whether the dictionary has the word, `oblique` whether some reading is in a case
    other than nominative and accusative, `noun` whether it may be a noun in the nominative.
    """

    tables: Sequence[tuple[str, Endings]]  # the stem, and the endings behind it
    known: bool
    oblique: bool
    noun: bool

    def slots(self, form: str) -> frozenset[Slot]:
        """Return the cases and numbers in which a folded form is the word's."""
        slots: frozenset[Slot] = frozenset()
        for stem, endings in self.tables:
            if form.startswith(stem) and (more := endings.get(form[len(stem) :])):
                slots = slots | more if slots else more
        return slots


class Grammemes(NamedTuple):
    """The grammemes of a tag that declensions need."""

    pos: str | None
    case: Case | None
    number: Number | None


class Place(NamedTuple):
    """A place of a paradigm: how long its ending is, and what the paradigm says of it."""

    length: int
    pos: str | None
    case: Case | None
    endings: Endings  # of the whole paradigm, where the place is a nominative


class Dictionary:
    """The dictionary reads declensions of known words, and of others by their endings."""

    def __init__(self) -> None:
        self._analyzer = load_analyzer()
        self.changes = Changes(self._analyzer.dictionary)
        self._look_up = self._analyzer.dictionary.words.similar_items
        self._places: dict[tuple[int, int], Place] = {}
        self._endings: dict[tuple[int, int], Endings] = {}
        self._tags: dict[Any, Grammemes] = {}
        self.declensions = lru_cache(WORDS)(self._declensions)

    def has(self, word: str) -> bool:
        """Return whether the dictionary has a folded word."""
        return bool(self._look_up(word, self._analyzer.char_substitutes))

    def _declensions(self, word: str) -> Declensions:
        tables: dict[tuple[str, int], tuple[str, Endings]] = {}
        oblique, noun, read = False, False, False
        entries = self._look_up(word, self._analyzer.char_substitutes)
        for form, paradigm, n in _readings(entries) if entries else self._unknown(word):
            place = self._places.get((paradigm, n)) or self._read(paradigm, n)
            if place.pos is None:
                continue
            read = True
            oblique |= place.case not in ("Nom", "Acc")
            noun |= place.case == "Nom" and place.pos not in ADJECTIVES
            if place.case in ("Nom", None):
                stem = fold(form[: len(form) - place.length])
                tables[stem, paradigm] = stem, place.endings
        return Declensions([*tables.values()], bool(entries), oblique, noun or not read)

    def _unknown(self, word: str) -> Iterator[tuple[str, int, int]]:
        """Yield how a word that the dictionary has not is read by its ending or without a prefix.

        Yields the word, the number of its paradigm and its place there.
        """
        for form, _, _, _, methods in self._analyzer.parse(word):
            if len(methods[0]) == 4:  # else neither tells a paradigm
                yield form, *methods[0][2:]

    def _read(self, paradigm: int, n: int) -> Place:
        """Return a place of a paradigm, which is read once."""
        dictionary = self._analyzer.dictionary
        rows: Sequence[int] = dictionary.paradigms[paradigm]
        count = len(rows) // 3  # suffixes of all rows, then their tags, then their prefixes
        grammemes = self._grammemes_of(dictionary.gramtab[rows[count + n]])
        endings: Endings = {}
        if grammemes.case in ("Nom", None):
            key = paradigm, rows[2 * count + n]
            if key not in self._endings:
                self._endings[key] = self._endings_of(rows, key[1])
            endings = self._endings[key]
        length = len(dictionary.suffixes[rows[n]])
        place = Place(length, grammemes.pos, grammemes.case, endings)
        self._places[paradigm, n] = place
        return place

    def _endings_of(self, rows: Sequence[int], prefix: int) -> Endings:
        dictionary = self._analyzer.dictionary
        count = len(rows) // 3
        endings: dict[str, set[Slot]] = {}
        for suffix, tag, own in zip(
            rows[:count], rows[count : 2 * count], rows[2 * count :], strict=True
        ):
            _, case, number = self._grammemes_of(dictionary.gramtab[tag])
            if own == prefix and case and number:
                endings.setdefault(fold(dictionary.suffixes[suffix]), set()).add((case, number))
        return {letters: frozenset(slots) for letters, slots in endings.items()}

    def _grammemes_of(self, tag: Any) -> Grammemes:
        """Return what counts of a tag; the dictionary has a few thousand tags."""
        if tag not in self._tags:
            pos = next(iter(tag.grammemes & PARTS_OF_SPEECH), None)
            self._tags[tag] = Grammemes(pos, _first_of(CASES, tag), _first_of(NUMBERS, tag))
        return self._tags[tag]


def _readings(
    entries: Sequence[tuple[str, Sequence[tuple[int, int]]]],
) -> Iterator[tuple[str, int, int]]:
    """Yield the word, the number of its paradigm and its place there for each entry."""
    for form, places in entries:
        for paradigm, n in places:
            yield form, paradigm, n


def _first_of(table: Mapping[str, T], tag: Any) -> T | None:
    """Return the value of the first grammeme of a table that a tag has."""
    return next((table[each] for each in table if each in tag.grammemes), None)
