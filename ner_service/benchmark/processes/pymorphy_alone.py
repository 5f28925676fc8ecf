"""Pymorphy3 alone, without a sentence, is the simplest way to base forms, written in an hour.

The words that agree are put into the nominative from the case, gender and number that
they most likely share: all words of a person's name; of others, adjectives and the first noun.
"""

import re
from collections.abc import Iterator, Sequence
from functools import lru_cache
from itertools import product
from typing import Any

from ner_service.types import Entity

WORD = re.compile(r"(\w+(?:-\w+)*)")
CASES = ("nomn", "gent", "datv", "accs", "ablt", "loct")
WAYS = tuple(product(CASES, ("masc", "femn", "neut", None)))  # None is the plural
Way = tuple[str, str | None]
DECLINED = ("NOUN", "ADJF", "PRTF")


class PymorphyAlone:
    """Base forms by pymorphy3's own probabilities of readings."""

    def __init__(self) -> None:
        from pymorphy3 import MorphAnalyzer

        self._parses = lru_cache(10_000)(MorphAnalyzer(lang="ru").parse)

    def normals(self, text: str, entities: Sequence[Entity]) -> list[str]:
        """Returns the base form of each span."""
        return [self._normal(text[e.start : e.end], e.label == "PER") for e in entities]

    def _normal(self, surface: str, is_person: bool) -> str:
        pieces = WORD.split(surface)  # words at odd places
        group = list(self._agreeing(pieces, is_person))
        way = max(WAYS, key=lambda way: sum(self._chance(pieces[n], way) for n in group))
        for n in group:
            pieces[n] = self._nominative(pieces[n], way)
        return "".join(pieces)

    def _agreeing(self, pieces: Sequence[str], is_person: bool) -> Iterator[int]:
        """Yields the places of the words that agree."""
        for n in range(1, len(pieces), 2):
            kinds = {parse.tag.POS for parse in self._parses(pieces[n])}
            if not kinds & {*DECLINED}:
                if not is_person:
                    return
                continue
            yield n
            if not is_person and "NOUN" in kinds:
                return

    def _chance(self, word: str, way: Way) -> float:
        return sum(float(parse.score) for parse in self._fitting(word, way))

    def _fitting(self, word: str, way: Way) -> list[Any]:
        """Returns the readings of a word in a case, and in a gender or else the plural."""
        case, gender = way
        parses = (parse for parse in self._parses(word) if parse.tag.POS in DECLINED)
        return [p for p in parses if p.tag.case == case and _is_of(p.tag, gender)]

    def _nominative(self, word: str, way: Way) -> str:
        number = "sing" if way[1] else "plur"
        for parse in self._fitting(word, way):
            if form := parse.inflect({"nomn", number}):
                lower: str = form.word
                return lower.upper() if word.isupper() else _capitalise(word, lower)
        return word


def _is_of(tag: Any, gender: str | None) -> bool:
    if gender is None:
        return bool(tag.number == "plur")
    return tag.number == "sing" and (tag.gender is None or tag.gender == gender)


def _capitalise(word: str, form: str) -> str:
    return form.capitalize() if word[0].isupper() else form
