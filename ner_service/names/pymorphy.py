"""Pymorphy3 with the dictionary of OpenCorpora is the morphology that names are analysed with."""

from collections.abc import Iterator, Sequence
from functools import lru_cache
from typing import Any

from ner_service.names.morphology import Reading
from ner_service.names.types import Case, Gender, Number

WORDS = 50_000  # whose readings are kept in memory, about 1 kB each
CASES: dict[str, Case] = {
    "nomn": "Nom", "gent": "Gen", "gen1": "Gen", "gen2": "Gen", "datv": "Dat", "accs": "Acc",
    "acc2": "Acc", "ablt": "Ins", "loct": "Loc", "loc1": "Loc", "loc2": "Loc", "voct": "Nom",
}  # fmt: skip
GENDERS: dict[str, Gender] = {"masc": "Masc", "femn": "Fem", "neut": "Neut"}
NUMBERS: dict[str, Number] = {"sing": "Sing", "plur": "Plur"}
KINDS = ("Name", "Patr", "Surn", "Geox", "Orgn")
GRAMMEMES = {
    "Nom": "nomn", "Gen": "gent", "Dat": "datv", "Acc": "accs", "Ins": "ablt", "Loc": "loct",
    "Masc": "masc", "Fem": "femn", "Neut": "neut", "Sing": "sing", "Plur": "plur",
}  # fmt: skip


class Pymorphy:
    """The morphology of pymorphy3; it is not safe to call from several threads at once."""

    def __init__(self) -> None:
        from pymorphy3 import MorphAnalyzer

        self._analyzer: Any = MorphAnalyzer(lang="ru")
        self.readings = lru_cache(WORDS)(self._readings)
        self.inflect = lru_cache(WORDS)(self._inflect)
        self._parses = lru_cache(WORDS)(self._analyzer.parse)

    def _readings(self, word: str) -> Sequence[Reading]:
        return tuple(_readings_of(self._parses(word)))

    def _inflect(
        self,
        reading: Reading,
        case: Case,
        number: Number | None = None,
        gender: Gender | None = None,
    ) -> str | None:
        parse = self._parses(reading.word)[reading.index]
        wanted = {GRAMMEMES[value] for value in (case, number, gender) if value}
        form = parse.inflect(wanted)
        return None if form is None else str(form.word)


def _readings_of(parses: Sequence[Any]) -> Iterator[Reading]:
    for index, parse in enumerate(parses):
        tag = parse.tag
        if tag.POS is None:
            continue
        grammemes = tag.grammemes
        yield Reading(
            parse.word,
            parse.normal_form,
            tag.POS,
            next((kind for kind in KINDS if kind in grammemes), ""),
            CASES.get(tag.case),
            GENDERS.get(tag.gender),
            NUMBERS.get(tag.number),
            "anim" in grammemes,
            "Fixd" in grammemes,
            parse.is_known,
            parse.score,
            index,
        )
