"""Pymorphy3 with the dictionary of OpenCorpora is the morphology that names are analysed with."""

from collections.abc import Iterator, Mapping, Sequence, Set
from functools import cache, lru_cache
from typing import Any, NamedTuple, TypeVar

from ner_service.names.capitals import count_shared
from ner_service.names.morphology import Reading
from ner_service.names.types import Case, Gender, Number

# words whose parses are kept, as several questions about one come at once; the lexicon keeps what
# it makes of them, and more objects would only cost the garbage collector time
WORDS, LAST_WORDS = 500, 16
TAGS, ROWS, FORMS = 2_000, 5_000, 5_000  # tags, rows and forms of paradigms; names have few
CHANCE = 1_000_000  # the probability 1 in pymorphy3's table
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

Form = tuple[str, Set[str]]
"""A form of a paradigm: its letters and its grammemes."""
Affixes = tuple[str, str]
"""A form's letters before its stem, and those behind it."""


class Features(NamedTuple):
    """Features are what pymorphy3's tag of a form says, in the words of a `Reading`."""

    pos: str
    kind: str
    case: Case | None
    gender: Gender | None
    number: Number | None
    is_animate: bool


class Row(NamedTuple):
    """A row of a paradigm is one of its forms; `tag` is written as pymorphy3 writes it."""

    tag: str
    features: Features | None
    affixes: Affixes
    lemma: Affixes  # of the paradigm's first form


class Source(NamedTuple):
    """The source of a reading: the word as the dictionary writes it, its paradigm and row.

    `head` is a prefix that is no part of the paradigm's forms. There is no paradigm where the word
    is more than such a prefix, a stem and affixes, as with hyphens.
    """

    head: str
    own: str
    place: tuple[int, int] | None


class Parses(NamedTuple):
    """The parses of a word: its readings, and the source of each parse."""

    readings: Sequence[Reading]
    sources: Sequence[Source]


class Pymorphy:
    """The morphology of pymorphy3; its caches are not meant for several threads at once.

    Words of the dictionary are read from pymorphy3's tables here, and so are the forms of a word:
    its own code makes many objects for each, and lists a paradigm anew for each word that has it.
    """

    def __init__(self) -> None:
        from pymorphy3 import MorphAnalyzer, units

        self._simple = (
            units.KnownPrefixAnalyzer, units.UnknownPrefixAnalyzer, units.KnownSuffixAnalyzer,
        )  # fmt: skip
        self._analyzer: Any = MorphAnalyzer(lang="ru", result_type=None)  # gives plain tuples
        self._dictionary: Any = self._analyzer.dictionary
        self._chances: Any = self._analyzer.prob_estimator.p_t_given_w
        self._features = lru_cache(TAGS)(_features_of)
        self._row = lru_cache(ROWS)(self._read_row)
        self._affixes = lru_cache(FORMS)(self._choose_affixes)
        self._tags = cache(self._list_tags)
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
        affixes = self._affixes(*place, case, number, gender)
        if affixes is None:
            return None
        form = head + _put(affixes, _stem(own, self._row(*place).affixes))
        return form if "ё" in reading.word or "ё" not in head + own else form.replace("ё", "е")

    def forms(self, reading: Reading) -> Iterator[tuple[str, Case, Number]]:
        """Yield the forms of a reading's paradigm that have a case and a number, with both."""
        for word, grammemes in self._forms(reading):
            case = _value_of(CASES, grammemes)
            number = _value_of(NUMBERS, grammemes)
            if case and number:
                yield word, case, number

    def _read(self, word: str) -> Parses:
        """Parse a word; a parse of no part of speech, such as a number's, is no reading."""
        known = self._parse_known(word)
        return known if known.sources else self._read_unknown(word)

    def _read_known(self, word: str) -> Parses:
        """Parse a word that the dictionary has, perhaps with ё; others have no parses."""
        words = self._dictionary.words.similar_items(word, self._analyzer.char_substitutes)
        found = [(own, place, self._row(*place)) for own, places in words for place in places]
        scores = [self._chances.get(f"{word}:{row.tag}", 0) / CHANCE for *_, row in found]
        if not any(scores):
            scores = [1 / len(found) for _ in found]
        order = sorted(range(len(found)), key=scores.__getitem__, reverse=True)
        readings: list[Reading] = []
        sources: list[Source] = []
        for n in order:
            own, place, row = found[n]
            if row.features:
                lemma = _put(row.lemma, _stem(own, row.affixes))
                fields = word, lemma, *row.features, True, scores[n], len(sources)
                readings.append(Reading(*fields))
            sources.append(Source("", own, place))
        return Parses(readings, sources)

    def _read_unknown(self, word: str) -> Parses:
        """Parse a word that the dictionary lacks as pymorphy3 does, by its parts and its ending."""
        parses = self._parses(word)
        readings = [
            Reading(word, lemma, *features, False, score, n)
            for n, (_, tag, lemma, score, _) in enumerate(parses)
            if (features := self._features(tag))
        ]
        return Parses(readings, [self._source(own, how) for own, *_, how in parses])

    def _source(self, word: str, methods: Sequence[tuple[Any, ...]]) -> Source:
        """Return the source of a word from the methods by which pymorphy3 has read it."""
        (_, own, *place), *further = methods
        head = word[: len(word) - len(own)]
        is_simple = len(place) == 2 and all(isinstance(m[0], self._simple) for m in further)
        return Source(head, own, (place[0], place[1]) if is_simple and head + own == word else None)

    def _read_row(self, paradigm: int, row: int) -> Row:
        """Read a row of a paradigm: suffixes of all rows, then their tags, then their prefixes."""
        numbers = self._dictionary.paradigms[paradigm]
        count = len(numbers) // 3
        first, affixes = (
            (
                self._dictionary.paradigm_prefixes[numbers[2 * count + n]],
                self._dictionary.suffixes[numbers[n]],
            )
            for n in (0, row)
        )
        tag = self._dictionary.gramtab[numbers[count + row]]
        return Row(str(tag), self._features(tag), affixes, first)

    def _choose_affixes(
        self,
        paradigm: int,
        row: int,
        case: Case,
        number: Number | None,
        gender: Gender | None,
    ) -> Affixes | None:
        """Return the affixes of the form that is most like a row of a paradigm, if it has one."""
        wanted = _grammemes(case, number, gender)
        numbers = self._dictionary.paradigms[paradigm]
        tags, fitting = numbers[len(numbers) // 3 :], self._tags(wanted)
        gramtab = self._dictionary.gramtab
        kept = _grammemes_to_keep(gramtab[tags[row]].grammemes, wanted, number, gender)
        before, after = self._row(paradigm, row).affixes
        best: tuple[int, bool, int] | None = None
        chosen: Affixes | None = None
        for n in range(len(tags) // 2):
            if tags[n] in fitting:
                affixes = self._row(paradigm, n).affixes
                shared = affixes[0] == before, count_shared(after, affixes[1])
                likeness = _likeness(gramtab[tags[n]].grammemes, kept), *shared
                if best is None or likeness > best:
                    best, chosen = likeness, affixes
        return chosen

    def _list_tags(self, grammemes: frozenset[str]) -> Set[int]:
        """List the numbers of the tags that have these grammemes."""
        tags = enumerate(self._dictionary.gramtab)
        return {n for n, tag in tags if grammemes <= tag.grammemes}

    def _inflect_by_list(
        self, reading: Reading, case: Case, number: Number | None, gender: Gender | None
    ) -> str | None:
        """Return the form most like the word, of those that pymorphy3 lists."""
        wanted = _grammemes(case, number, gender)
        fitting = [form for form in self._forms(reading) if wanted <= form[1]]
        own: Set[str] = self._parses(reading.word)[reading.place][1].grammemes
        kept = _grammemes_to_keep(own, wanted, number, gender)

        def likeness(form: Form) -> tuple[int, int]:
            return _likeness(form[1], kept), count_shared(reading.word, form[0])

        return max(fitting, key=likeness)[0] if fitting else None

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


def _stem(word: str, affixes: Affixes) -> str:
    return word[len(affixes[0]) : len(word) - len(affixes[1])]


def _put(affixes: Affixes, stem: str) -> str:
    """Put affixes around a stem."""
    return affixes[0] + stem + affixes[1]


def _grammemes(case: Case, number: Number | None, gender: Gender | None) -> frozenset[str]:
    """Return the grammemes of a form that is wanted."""
    return frozenset(GRAMMEMES[value] for value in (case, number, gender) if value)


def _grammemes_to_keep(
    own: Set[str], wanted: Set[str], number: Number | None, gender: Gender | None
) -> Set[str]:
    """Return the grammemes of a word that its other form should have, too."""
    dropped = CASES.keys() | (NUMBERS.keys() if number else set())
    dropped |= GENDERS.keys() if gender or number == "Plur" else set()
    return (own - dropped) | wanted


def _likeness(own: Set[str], grammemes: Set[str]) -> int:
    """Return how many of the grammemes a form has, less those that it has besides."""
    return len(grammemes & own) - len(own - grammemes)


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
