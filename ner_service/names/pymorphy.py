"""Pymorphy3 with the dictionary of OpenCorpora is the morphology that names are analysed with."""

from collections.abc import Iterator, Sequence, Set
from functools import lru_cache
from typing import Any

from ner_service.names.capitals import count_shared
from ner_service.names.morphology import Reading
from ner_service.names.types import Case, Gender, Number

WORDS = 20_000  # whose parses are kept, about 2 kB each
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


class Pymorphy:
    """The morphology of pymorphy3; its caches are not meant for several threads at once."""

    def __init__(self) -> None:
        from pymorphy3 import MorphAnalyzer

        analyzer: Any = MorphAnalyzer(lang="ru")
        self._parses = lru_cache(WORDS)(analyzer.parse)
        self._readings = lru_cache(WORDS)(self._read)

    def readings(self, word: str) -> Sequence[Reading]:
        """Return the readings of a lower-case word, likely ones first."""
        return self._readings(word)

    def _read(self, word: str) -> Sequence[Reading]:
        return tuple(_readings_of(word, self._parses(word)))

    def inflect(
        self,
        reading: Reading,
        case: Case,
        number: Number | None = None,
        gender: Gender | None = None,
    ) -> str | None:
        """Return the form of a reading's paradigm that is most like the word."""
        parse = self._parses(reading.word)[reading.index]
        wanted = {GRAMMEMES[value] for value in (case, number, gender) if value}
        dropped = CASES.keys() | (NUMBERS.keys() if number else set())
        dropped |= GENDERS.keys() if gender or number == "Plur" else set()
        kept = (parse.tag.grammemes - dropped) | wanted
        fitting = [form for form in parse.lexeme if wanted <= form.tag.grammemes]
        if not fitting:
            return None
        return str(max(fitting, key=lambda form: _likeness(form, kept, reading.word)).word)


def _likeness(form: Any, grammemes: Set[str], word: str) -> tuple[int, int]:
    """Return how many grammemes a form shares, and how many letters it begins with as the word."""
    own = form.tag.grammemes
    return len(grammemes & own) - len(own - grammemes), count_shared(word, form.word)


def _readings_of(word: str, parses: Sequence[Any]) -> Iterator[Reading]:
    for index, parse in enumerate(parses):
        tag = parse.tag
        if tag.POS is None:
            continue
        yield Reading(
            word=word,
            lemma=parse.normal_form,
            pos=tag.POS,
            kind=next((kind for kind in KINDS if kind in tag.grammemes), ""),
            case=CASES.get(tag.case),
            gender=GENDERS.get(tag.gender),
            number=NUMBERS.get(tag.number),
            is_animate="anim" in tag.grammemes,
            is_known=parse.is_known,
            score=parse.score,
            index=index,
        )
