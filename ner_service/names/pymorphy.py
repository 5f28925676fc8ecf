"""Pymorphy3 with the dictionary of OpenCorpora is the morphology that names are analysed with."""

from collections.abc import Iterator, Mapping, Sequence, Set
from dataclasses import dataclass
from functools import lru_cache
from typing import Any, TypeVar

from ner_service.names.capitals import count_shared
from ner_service.names.morphology import Reading
from ner_service.names.types import Case, Gender, Number

# words whose readings and paradigms are kept: both are asked for at once, and the lexicon keeps
# what it makes of them; more objects would only cost the garbage collector time
WORDS, LAST_WORDS = 500, 16
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


@dataclass(frozen=True, slots=True)
class Form:
    """A form of a paradigm: its letters and its grammemes."""

    word: str
    grammemes: Set[str]


@dataclass(frozen=True, slots=True)
class Parses:
    """The parses of a word: readings, and for each its grammemes and the forms of its paradigm.

    Where the word is written with е for the dictionary's ё, so are the forms.
    """

    readings: Sequence[Reading]
    grammemes: Mapping[int, Set[str]]
    forms: Mapping[int, Sequence[Form]]


class Pymorphy:
    """The morphology of pymorphy3; its caches are not meant for several threads at once."""

    def __init__(self) -> None:
        from pymorphy3 import MorphAnalyzer

        analyzer: Any = MorphAnalyzer(lang="ru")
        self._parse = lru_cache(LAST_WORDS)(lambda word: _parses_of(word, analyzer.parse(word)))
        self._readings = lru_cache(WORDS)(lambda word: self._parse(word).readings)

    def readings(self, word: str) -> Sequence[Reading]:
        """Return the readings of a lower-case word, likely ones first."""
        return self._readings(word)

    def inflect(
        self,
        reading: Reading,
        case: Case,
        number: Number | None = None,
        gender: Gender | None = None,
    ) -> str | None:
        """Return the form of a reading's paradigm that is most like the word."""
        parses = self._parse(reading.word)
        wanted = {GRAMMEMES[value] for value in (case, number, gender) if value}
        dropped = CASES.keys() | (NUMBERS.keys() if number else set())
        dropped |= GENDERS.keys() if gender or number == "Plur" else set()
        kept = (parses.grammemes[reading.index] - dropped) | wanted
        fitting = [form for form in parses.forms[reading.index] if wanted <= form.grammemes]
        if len(fitting) < 2:
            return fitting[0].word if fitting else None
        return max(fitting, key=lambda form: _likeness(form, kept, reading.word)).word

    def forms(self, reading: Reading) -> Iterator[tuple[str, Case, Number]]:
        """Yield the forms of a reading's paradigm that have a case and a number, with both."""
        for form in self._parse(reading.word).forms[reading.index]:
            case = _value_of(CASES, form.grammemes)
            number = _value_of(NUMBERS, form.grammemes)
            if case and number:
                yield form.word, case, number


def _likeness(form: Form, grammemes: Set[str], word: str) -> tuple[int, int]:
    """Return how many grammemes a form shares, and how many letters it begins with as the word."""
    own = form.grammemes
    return len(grammemes & own) - len(own - grammemes), count_shared(word, form.word)


def _parses_of(word: str, parses: Sequence[Any]) -> Parses:
    """Return what is read of a word's parses; those of one paradigm share its forms."""
    paradigms: dict[tuple[str, str], Sequence[Form]] = {}
    readings, grammemes, forms = [], {}, {}
    for index, parse in enumerate(parses):
        own = parse.tag.grammemes
        pos = next(iter(own & PARTS_OF_SPEECH), None)
        if pos is None:
            continue
        key = parse.normal_form, str(parse.tag).partition(" ")[0]
        if key not in paradigms:
            with_yo = "ё" not in parse.word or "ё" in word
            paradigms[key] = [
                Form(form.word if with_yo else form.word.replace("ё", "е"), form.tag.grammemes)
                for form in parse.lexeme
            ]
        readings.append(_reading_of(word, index, pos, own, parse))
        grammemes[index], forms[index] = own, paradigms[key]
    return Parses(readings, grammemes, forms)


def _reading_of(word: str, index: int, pos: str, grammemes: Set[str], parse: Any) -> Reading:
    return Reading(
        word=word,
        lemma=parse.normal_form,
        pos=pos,
        kind=next((kind for kind in KINDS if kind in grammemes), ""),
        case=_value_of(CASES, grammemes),
        gender=_value_of(GENDERS, grammemes),
        number=_value_of(NUMBERS, grammemes),
        is_animate="anim" in grammemes,
        is_known=parse.is_known,
        score=parse.score,
        index=index,
    )


def _value_of(table: Mapping[str, T], grammemes: Set[str]) -> T | None:
    """Return the value of the first grammeme that a table has, in the table's order."""
    return next((value for grammeme, value in table.items() if grammeme in grammemes), None)
