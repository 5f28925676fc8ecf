"""The dictionary is pymorphy3's tables; its own code makes many objects for each word."""

from collections.abc import Sequence, Set
from functools import cache, lru_cache
from typing import Any, NamedTuple

from ner_service.names.capitals import count_shared
from ner_service.names.grammemes import (
    features_of,
    grammemes_of,
    grammemes_to_keep,
    likeness,
)
from ner_service.names.morphology import Features
from ner_service.names.types import Case, Gender, Number

TAGS, ROWS, FORMS = 2_000, 5_000, 5_000  # tags, rows and forms of paradigms; names have few
ENDINGS = 5_000  # of words that the dictionary lacks, whose words alike are kept
CHANCE = 1_000_000  # the probability 1 in pymorphy3's table

Place = tuple[int, int]
"""The number of a paradigm, and of a row in it."""
Affixes = tuple[str, str]
"""A form's letters before its stem, and those behind it."""


class Row(NamedTuple):
    """A row of a paradigm is one of its forms; `tag` is written as pymorphy3 writes it.

    New words are formed by a paradigm that is productive. Rows of equal grammemes have one `key`.
    """

    tag: str
    key: str
    is_productive: bool
    features: Features | None
    affixes: Affixes
    lemma: Affixes  # of the paradigm's first form


class Entry(NamedTuple):
    """An entry is a word as the dictionary writes it, with ё, and a row that it has."""

    own: str
    place: Place
    row: Row


class Alike(NamedTuple):
    """Words alike end as another does: so many do, by an ending with ё, and by a row of theirs."""

    words: int
    ending: str
    place: Place
    row: Row


@cache
def load_analyzer() -> Any:
    """Load pymorphy3's analyzer, once for all that read its tables: they take 18 MB.

    It gives plain tuples, keeps nothing of what it is asked, and may serve several threads.
    """
    from pymorphy3 import MorphAnalyzer

    return MorphAnalyzer(lang="ru", result_type=None)


class Dictionary:
    """The words, paradigms and tags of pymorphy3; its caches are not meant for several threads."""

    def __init__(self, analyzer: Any) -> None:
        tables = analyzer.dictionary
        self._words, self._yo = tables.words, analyzer.char_substitutes
        self._endings = tables.prediction_suffixes_dawgs[0]
        self._paradigms, self._gramtab = tables.paradigms, tables.gramtab
        self._prefixes, self._suffixes = tables.paradigm_prefixes, tables.suffixes
        self._chances: Any = analyzer.prob_estimator.p_t_given_w
        self.features = lru_cache(TAGS)(features_of)
        self.row = lru_cache(ROWS)(self._read_row)
        self.alike = lru_cache(ENDINGS)(self._list_alike)
        self.affixes = lru_cache(FORMS)(self._choose_affixes)
        self._fitting = cache(self._list_tags)

    def find(self, word: str) -> list[Entry]:
        """Return the entries of a lower-case word, perhaps with ё."""
        row = self.row
        return [
            Entry(own, place, row(*place))
            for own, places in self._words.similar_items(word, self._yo)
            for place in places
        ]

    def chances(self, word: str, rows: Sequence[Row]) -> list[float]:
        """Return the probability of each row of a word; none where corpora do not have the word."""
        if not self._chances.has_keys_with_prefix(f"{word}:"):
            return []
        chance = self._chances.get
        return [chance(f"{word}:{row.tag}", 0) / CHANCE for row in rows]

    def _list_alike(self, ending: str) -> tuple[int, Sequence[Alike]]:
        """Return the count of words that share the most letters of an ending, and list their rows.

        The most frequent come first, and none is there twice. The count is one more, as pymorphy3
        smoothes it.
        """
        total = 1
        alike: dict[tuple[str, str, int], Alike] = {}
        for start in range(len(ending)):
            for own, rows in self._endings.similar_items(ending[start:], self._yo):
                for count, *place in rows:
                    row = self.row(*place)
                    if row.is_productive:
                        total += count
                        one = Alike(count, ending[:start] + own, (place[0], place[1]), row)
                        alike.setdefault((one.ending, row.key, place[0]), one)
            if alike:
                break
        return total, sorted(alike.values(), key=lambda one: -one.words)

    def _read_row(self, paradigm: int, row: int) -> Row:
        """Read a row of a paradigm: suffixes of all rows, then their tags, then their prefixes."""
        numbers = self._paradigms[paradigm]
        count = len(numbers) // 3
        first, affixes = (
            (self._prefixes[numbers[2 * count + n]], self._suffixes[numbers[n]]) for n in (0, row)
        )
        tag = self._gramtab[numbers[count + row]]
        key = str(tag).replace(" ", ",")
        return Row(str(tag), key, tag.is_productive(), self.features(tag), affixes, first)

    def _choose_affixes(
        self,
        paradigm: int,
        row: int,
        case: Case,
        number: Number | None,
        gender: Gender | None,
    ) -> Affixes | None:
        """Return the affixes of the form that is most like a row of a paradigm, if it has one."""
        wanted = grammemes_of(case, number, gender)
        numbers = self._paradigms[paradigm]
        tags, fitting = numbers[len(numbers) // 3 :], self._fitting(wanted)
        kept = grammemes_to_keep(self._gramtab[tags[row]].grammemes, wanted, number, gender)
        before, after = self.row(paradigm, row).affixes
        best: tuple[int, bool, int] | None = None
        chosen: Affixes | None = None
        for n in range(len(tags) // 2):
            if tags[n] in fitting:
                affixes = self.row(paradigm, n).affixes
                shared = affixes[0] == before, count_shared(after, affixes[1])
                alike = likeness(self._gramtab[tags[n]].grammemes, kept), *shared
                if best is None or alike > best:
                    best, chosen = alike, affixes
        return chosen

    def _list_tags(self, grammemes: frozenset[str]) -> Set[int]:
        """List the numbers of the tags that have these grammemes."""
        return {n for n, tag in enumerate(self._gramtab) if grammemes <= tag.grammemes}


def stem_of(word: str, affixes: Affixes) -> str:
    """Return the letters of a word between its affixes."""
    return word[len(affixes[0]) : len(word) - len(affixes[1])]


def put_around(stem: str, affixes: Affixes) -> str:
    """Return a stem with affixes around it."""
    return affixes[0] + stem + affixes[1]
