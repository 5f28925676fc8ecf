"""Pymorphy3 with the dictionary of OpenCorpora is the morphology that names are analysed with."""

from collections.abc import Iterator, Mapping, Sequence, Set
from dataclasses import dataclass, field
from functools import lru_cache
from typing import Any, NamedTuple, TypeVar

from ner_service.names.capitals import count_shared
from ner_service.names.morphology import Reading
from ner_service.names.types import Case, Gender, Number

# words whose readings and paradigms are kept: both are asked for at once, and the lexicon keeps
# what it makes of them; more objects would only cost the garbage collector time
WORDS, LAST_WORDS = 500, 16
TAGS, PARADIGMS = 2_000, 2_000  # tags and forms of paradigms that are kept; names have few
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


Affixes = tuple[str, str, Sequence[tuple[str, str, Set[str]]]]
Form = tuple[str, Set[str]]
"""A form of a paradigm: its letters and its grammemes."""


class Features(NamedTuple):
    """Features are what pymorphy3's tag of a form says, in the words of a `Reading`."""

    pos: str
    kind: str
    case: Case | None
    gender: Gender | None
    number: Number | None
    is_animate: bool


@dataclass(frozen=True, slots=True)
class Parses:
    """The parses of a word: its readings, and by their place what pymorphy3 has parsed.

    `paradigms` are the forms that somebody has asked for; parses of one paradigm share them.
    """

    readings: Sequence[Reading]
    parses: Sequence[Any]
    paradigms: dict[tuple[str, str], Sequence[Form]] = field(default_factory=dict)


class Pymorphy:
    """The morphology of pymorphy3; its caches are not meant for several threads at once."""

    def __init__(self) -> None:
        from pymorphy3 import MorphAnalyzer

        # plain tuples: an object for each form of a paradigm takes longer than all else
        self._analyzer: Any = MorphAnalyzer(lang="ru", result_type=None)
        self._affixes = lru_cache(PARADIGMS)(self._list_affixes)
        self._features = lru_cache(TAGS)(_features_of)
        self._parse = lru_cache(LAST_WORDS)(self._read)
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
        wanted = [GRAMMEMES[value] for value in (case, number, gender) if value]
        fitting = self._fitting_forms(reading, frozenset(wanted))
        if len(fitting) < 2:
            return fitting[0][0] if fitting else None
        dropped = CASES.keys() | (NUMBERS.keys() if number else set())
        dropped |= GENDERS.keys() if gender or number == "Plur" else set()
        own: Set[str] = self._parse(reading.word).parses[reading.place].tag.grammemes
        kept = (own - dropped) | {*wanted}
        return max(fitting, key=lambda form: _likeness(form, kept, reading.word))[0]

    def forms(self, reading: Reading) -> Iterator[tuple[str, Case, Number]]:
        """Yield the forms of a reading's paradigm that have a case and a number, with both."""
        for word, grammemes in self._forms(reading):
            case = _value_of(CASES, grammemes)
            number = _value_of(NUMBERS, grammemes)
            if case and number:
                yield word, case, number

    def _read(self, word: str) -> Parses:
        """Parse a word; a parse of no part of speech, such as a number's, is no reading."""
        parses = self._analyzer.parse(word)
        is_known = {own: self._analyzer.word_is_known(own) for own, *_ in parses}
        readings = [
            Reading(word, lemma, *features, is_known[own], score, n)
            for n, (own, tag, lemma, score, _) in enumerate(parses)
            if (features := self._features(tag))
        ]
        return Parses(readings, parses)

    def _fitting_forms(self, reading: Reading, wanted: frozenset[str]) -> Sequence[Form]:
        """Return the forms of a reading's paradigm that have these grammemes.

        pymorphy3 lists a paradigm anew for each word that has it; to join stem and endings takes
        less time. Only words with hyphens or prefixes need its own list.
        """
        parse = self._parse(reading.word).parses[reading.place]
        own, (_, inflected, *paradigm) = parse.word, parse.methods_stack[0]
        if inflected != own or len(paradigm) != 2:  # its number, and the form's place in it
            return [form for form in self._forms(reading) if wanted <= form[1]]
        prefix, suffix, fitting = self._affixes(*paradigm, wanted)
        stem = own[len(prefix) : len(own) - len(suffix)]
        forms = [(f"{before}{stem}{after}", grammemes) for before, after, grammemes in fitting]
        if "ё" in own and "ё" not in reading.word:
            return [(form.replace("ё", "е"), grammemes) for form, grammemes in forms]
        return forms

    def _list_affixes(self, paradigm: int, place: int, wanted: frozenset[str]) -> Affixes:
        """Return the affixes of a form of a paradigm, and of its forms with these grammemes."""
        rows = self._analyzer.dictionary.build_paradigm_info(paradigm)
        prefix, _, suffix = rows[place]
        fitting = [
            (before, after, tag.grammemes) for before, tag, after in rows if wanted <= tag.grammemes
        ]
        return prefix, suffix, fitting

    def _forms(self, reading: Reading) -> Sequence[Form]:
        """Return the forms of a reading's paradigm.

        Where the word is written with е for the dictionary's ё, so are the forms.
        """
        parses = self._parse(reading.word)
        parse = parses.parses[reading.place]
        own, tag, lemma, *_ = parse
        key = lemma, str(tag).partition(" ")[0]
        if key not in parses.paradigms:
            with_yo = "ё" not in own or "ё" in reading.word
            parses.paradigms[key] = [
                (form if with_yo else form.replace("ё", "е"), of.grammemes)
                for form, of, *_ in self._analyzer.get_lexeme(parse)
            ]
        return parses.paradigms[key]


def _likeness(form: Form, grammemes: Set[str], word: str) -> tuple[int, int]:
    """Return how many grammemes a form shares, and how many letters it begins with as the word."""
    letters, own = form
    return len(grammemes & own) - len(own - grammemes), count_shared(word, letters)


def _features_of(tag: Any) -> Features | None:
    """Return the features in a tag of pymorphy3's; `None` where it has no part of speech."""
    grammemes: Set[str] = tag.grammemes
    pos = next(iter(grammemes & PARTS_OF_SPEECH), None)
    if pos is None:
        return None
    return Features(
        pos=pos,
        kind=next((kind for kind in KINDS if kind in grammemes), ""),
        case=_value_of(CASES, grammemes),
        gender=_value_of(GENDERS, grammemes),
        number=_value_of(NUMBERS, grammemes),
        is_animate="anim" in grammemes,
    )


def _value_of(table: Mapping[str, T], grammemes: Set[str]) -> T | None:
    """Return the value of the first grammeme that a table has, in the table's order."""
    return next((value for grammeme, value in table.items() if grammeme in grammemes), None)
