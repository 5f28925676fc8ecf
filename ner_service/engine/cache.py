"""A bounded store of what is dear to compute of a word: features of many, rows of some."""

from collections.abc import Sequence
from itertools import repeat
from typing import Any, Protocol

import numpy as np
from numpy.typing import NDArray

from ner_service.engine.jit import compiled_with_gil
from ner_service.engine.kernels import aligned

Floats = NDArray[np.float32]
Ints = NDArray[np.int64]
Features = NDArray[Any]  # one record a word
WORDS = 50_000  # whose features are kept
BLOCK = 256  # rows computed together; bounds what is held meanwhile
OFTEN = 3  # more calls than that count no more
HELD = 128  # asked for in this very call


class Source(Protocol):
    """Computes a word's features, which are small, and out of them its row, which is not."""

    width: int  # of a row
    dtype: np.dtype[Any]  # of a word's features

    def features(self, words: Sequence[str]) -> Features: ...

    def rows(self, features: Features) -> Floats:
        """Words x width; each row by its own features alone."""


class WordCache:
    """Keeps the features of many words, and the rows of those that are asked for most often.

    In a full table, what is seldom asked for makes room. Tables take memory only as they fill.
    """

    def __init__(self, source: Source, rows: int, words: int = WORDS) -> None:
        """There may be at most `rows` distinct words in a call, and `words` are no fewer."""
        self._source = source
        self.table: Floats = aligned((rows, source.width))
        self._word_at = np.full(rows, -1, dtype=np.int64)
        self._rows = Clock(rows)
        self._features = np.empty(words, dtype=source.dtype)
        self._row_of = np.full(words, -1, dtype=np.int64)
        self._words = Clock(words)
        self._places: dict[str | None, int] = {}
        self._names: list[str | None] = [None] * words
        self.hits = 0  # words asked for whose features were there
        self.misses = 0

    def places(self, words: Sequence[str]) -> Ints:
        """Where in `table` the rows of these words stand until the next call."""
        known = self._known(words)
        rows: Ints
        rows, bare = looked_up(self._row_of, known)
        if len(bare):
            bare = np.unique(bare)
        places = self._rows.take(len(bare), rows)
        if len(bare):
            self._project(bare, places)
            rows = self._row_of[known]
        return rows

    def _known(self, words: Sequence[str]) -> Ints:
        """Where the features of these words stand."""
        known = np.fromiter(map(self._places.get, words, repeat(-1)), np.int64, len(words))
        missing = absent(known)
        self.misses += len(missing)
        self.hits += len(words) - len(missing)
        new = [words[n] for n in missing.tolist()]
        distinct = list(dict.fromkeys(new))
        places = self._words.take(len(distinct), known)
        if new:
            self._learn(distinct, places)
            known[missing] = [*map(self._places.__getitem__, new)]
        return known

    def _learn(self, new: list[str], places: Ints) -> None:
        """Gives features to words."""
        features = self._source.features(new)
        rows = self._row_of[places]
        self._word_at[rows[rows >= 0]] = -1
        self._row_of[places] = -1
        self._features[places] = features
        for word, place in zip(new, places.tolist(), strict=True):
            self._places.pop(self._names[place], None)
            self._names[place] = word
            self._places[word] = place

    def _project(self, bare: Ints, places: Ints) -> None:
        """Gives rows to words that have features."""
        before = self._word_at[places]
        self._row_of[before[before >= 0]] = -1
        self._word_at[places] = bare
        for start in range(0, len(bare), BLOCK):
            some = slice(start, start + BLOCK)
            self.table[places[some]] = self._source.rows(self._features[bare[some]])
        self._row_of[bare] = places


class Clock:
    """Places of a table; those seldom used are taken first (Corbató 1968)."""

    def __init__(self, size: int) -> None:
        self._used = np.zeros(size, dtype=np.uint8)
        self._hand = 0

    def take(self, count: int, used: Ints) -> Ints:
        """Counts places as used once more, and takes so many others; -1 is no place."""
        places = np.empty(count, dtype=np.int64)
        self._hand = take(self._used, self._hand, used, places)
        return places


@compiled_with_gil
def absent(places):  # type: ignore[no-untyped-def]
    """Which of these places are none."""
    found = np.empty(len(places), dtype=np.int64)
    count = 0
    for n in range(len(places)):
        if places[n] < 0:
            found[count] = n
            count += 1
    return found[:count]


@compiled_with_gil
def looked_up(row_of, known):  # type: ignore[no-untyped-def]
    """The row of each known word, and those of the known words that have none."""
    rows = np.empty(len(known), dtype=np.int64)
    bare = np.empty(len(known), dtype=np.int64)
    count = 0
    for n in range(len(known)):
        rows[n] = row_of[known[n]]
        if rows[n] < 0:
            bare[count] = known[n]
            count += 1
    return rows, bare[:count]


@compiled_with_gil
def take(counts, hand, used, places):  # type: ignore[no-untyped-def]
    """Fills `places` with those least used, round from `hand` on; returns where it stops.

    Each place that is passed over counts as less used from then on; those in `used`, each
    counted once, are not taken.
    """
    for place in used:
        if place >= 0 and counts[place] < HELD:
            counts[place] = min(counts[place] + 1, OFTEN) + HELD
    for n in range(len(places)):
        while counts[hand]:
            if counts[hand] < HELD:
                counts[hand] -= 1
            hand = (hand + 1) % len(counts)
        places[n] = hand
        counts[hand] = 1 + HELD
    for place in used:
        if place >= 0 and counts[place] >= HELD:
            counts[place] -= HELD
    for place in places:
        counts[place] -= HELD
    return hand
