"""Pymorphy3 with the dictionary of OpenCorpora is the morphology that names are analysed with."""

from collections.abc import Iterator, Sequence, Set
from functools import lru_cache
from typing import Any, NamedTuple

from ner_service.names.capitals import count_shared
from ner_service.names.dictionary import Dictionary, Place, load_analyzer, put_around, stem_of
from ner_service.names.grammemes import (
    CASES,
    NUMBERS,
    grammemes_of,
    grammemes_to_keep,
    likeness,
    value_of,
)
from ner_service.names.morphology import Reading
from ner_service.names.types import Case, Gender, Number
from ner_service.names.unknown_words import UnknownWords

# words whose parses are kept, as several questions about one come at once; the lexicon keeps what
# it makes of them, and more objects would only cost the garbage collector time
WORDS, LAST_WORDS = 500, 16

Form = tuple[str, Set[str]]
"""A form of a paradigm: its letters and its grammemes."""


class Source(NamedTuple):
    """The source of a reading: the word as the dictionary writes it, its paradigm and row.

    `head` is a prefix that is no part of the paradigm's forms. There is no paradigm where the word
    is more than such a prefix, a stem and affixes, as with hyphens.
    """

    head: str
    own: str
    place: Place | None


class Parses(NamedTuple):
    """The parses of a word: its readings, and the source of each parse."""

    readings: Sequence[Reading]
    sources: Sequence[Source]


NONE = Parses((), ())


class Pymorphy:
    """The morphology of pymorphy3; its caches are not meant for several threads at once.

    Words of Russian letters are read from pymorphy3's tables, and so are the forms of a word; the
    others are read by pymorphy3 itself.
    """

    def __init__(self) -> None:
        from pymorphy3 import units
        from pymorphy3.lang.ru.config import KNOWN_PREFIXES

        self._simple = (
            units.KnownPrefixAnalyzer, units.UnknownPrefixAnalyzer, units.KnownSuffixAnalyzer,
        )  # fmt: skip
        self._analyzer = load_analyzer()
        self._dictionary = Dictionary(self._analyzer)
        self._unknown = UnknownWords(self._dictionary, KNOWN_PREFIXES)
        self._parse = lru_cache(WORDS)(self._read)
        self._parse_known = lru_cache(WORDS)(self._read_known)
        self._parses = lru_cache(LAST_WORDS)(self._analyzer.parse)
        self._forms = lru_cache(LAST_WORDS)(self._list_forms)

    def readings(self, word: str) -> Sequence[Reading]:
        """Return the readings of a lower-case word, likely ones first."""
        return self._parse(word).readings

    def known_readings(self, word: str) -> Sequence[Reading]:
        """Return the readings of a lower-case word that the dictionary has; others have none."""
        return self._parse_known(word).readings

    def inflect(
        self,
        reading: Reading,
        case: Case,
        number: Number | None = None,
        gender: Gender | None = None,
    ) -> str | None:
        """Return the form of a reading's paradigm that is most like the word."""
        head, own, place = self._parse(reading.word).sources[reading.place]
        if place is None:
            return self._inflect_by_list(reading, case, number, gender)
        affixes = self._dictionary.affixes(*place, case, number, gender)
        if affixes is None:
            return None
        form = head + put_around(stem_of(own, self._dictionary.row(*place).affixes), affixes)
        return form if "ё" in reading.word or "ё" not in head + own else form.replace("ё", "е")

    def forms(self, reading: Reading) -> Iterator[tuple[str, Case, Number]]:
        """Yield the forms of a reading's paradigm that have a case and a number, with both."""
        for word, grammemes in self._forms(reading):
            case = value_of(CASES, grammemes)
            number = value_of(NUMBERS, grammemes)
            if case and number:
                yield word, case, number

    def _read(self, word: str) -> Parses:
        """Parse a word; a parse of no part of speech, such as a number's, is no reading."""
        known = self._parse_known(word)
        return known if known.sources else self._read_unknown(word)

    def _read_known(self, word: str) -> Parses:
        """Parse a word that the dictionary has, perhaps with ё; others have no parses."""
        entries = self._dictionary.find(word)
        if not entries:
            return NONE
        scores = self._dictionary.chances(word, [entry.row for entry in entries])
        if not any(scores):
            scores = [1 / len(entries)] * len(entries)
        order = sorted(range(len(entries)), key=scores.__getitem__, reverse=True)
        readings: list[Reading] = []
        sources: list[Source] = []
        for n in order:
            own, place, row = entries[n]
            if row.features:
                lemma = put_around(stem_of(own, row.affixes), row.lemma)
                score = scores[n]
                readings.append(Reading(word, lemma, row.features, True, score, len(sources)))
            sources.append(Source("", own, place))
        return Parses(readings, sources)

    def _read_unknown(self, word: str) -> Parses:
        """Parse a word that the dictionary lacks, by its parts and its ending."""
        guesses = self._unknown.read(word)
        if guesses is None:
            return self._read_strange(word)
        readings = [
            Reading(word, guess.lemma, guess.row.features, False, guess.score, n)
            for n, guess in enumerate(guesses)
            if guess.row.features
        ]
        return Parses(readings, [Source(*guess[:3]) for guess in guesses])

    def _read_strange(self, word: str) -> Parses:
        """Parse a word by pymorphy3 itself."""
        parses = self._parses(word)
        readings = [
            Reading(word, lemma, features, False, score, n)
            for n, (_, tag, lemma, score, _) in enumerate(parses)
            if (features := self._dictionary.features(tag))
        ]
        return Parses(readings, [self._source(own, how) for own, *_, how in parses])

    def _source(self, word: str, methods: Sequence[tuple[Any, ...]]) -> Source:
        """Return the source of a word from the methods by which pymorphy3 has read it."""
        (_, own, *place), *further = methods
        head = word[: len(word) - len(own)]
        is_simple = len(place) == 2 and all(isinstance(m[0], self._simple) for m in further)
        return Source(head, own, (place[0], place[1]) if is_simple and head + own == word else None)

    def _inflect_by_list(
        self, reading: Reading, case: Case, number: Number | None, gender: Gender | None
    ) -> str | None:
        """Return the form most like the word, of those that pymorphy3 lists."""
        wanted = grammemes_of(case, number, gender)
        fitting = [form for form in self._forms(reading) if wanted <= form[1]]
        own: Set[str] = self._parses(reading.word)[reading.place][1].grammemes
        kept = grammemes_to_keep(own, wanted, number, gender)

        def closeness(form: Form) -> tuple[int, int]:
            return likeness(form[1], kept), count_shared(reading.word, form[0])

        return max(fitting, key=closeness)[0] if fitting else None

    def _list_forms(self, reading: Reading) -> Sequence[Form]:
        """List the forms of a reading's paradigm.

        Where the word is written with е for the dictionary's ё, so are the forms.
        """
        parse = self._parses(reading.word)[reading.place]
        with_yo = "ё" not in parse.word or "ё" in reading.word
        return [
            (form if with_yo else form.replace("ё", "е"), of.grammemes)
            for form, of, *_ in self._analyzer.get_lexeme(parse)
        ]
