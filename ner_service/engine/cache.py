"""A bounded cache of words: the small features of many, the large projected rows of some."""

from collections.abc import Sequence
from typing import Any, Protocol

import numpy as np
from numpy.typing import NDArray

from ner_service.engine.jit import compiled_with_gil
from ner_service.engine.kernels import Ints, aligned_array
from ner_service.engine.word_index import WordIndex
from ner_service.engine.words import Words

Features = NDArray[Any]  # one record a word
Rows = NDArray[Any]  # fp32 or short numbers: words x width
WORDS = 50_000  # words whose features are kept, at most
WORDS_A_ROW = 3  # a cache of few rows keeps few features, too
BLOCK = 256  # rows computed together; bounds the memory that this takes
OFTEN = 3  # uses of a place beyond this count no more
HELD = 128  # flag of a place that the current call uses


class WordProjector(Protocol):
    """Computes a word's features, which are small, and its row from them, which is large."""

    width: int  # columns of a row
    row_dtype: np.dtype[Any]  # of a row's numbers
    dtype: np.dtype[Any]  # a record: the features of a word

    def features(self, words: Sequence[str]) -> Features:
        """Return a record of features for each word: words."""

    def rows(self, features: Features) -> Rows:
        """Return a row for each record, computed from it alone: words x width."""


class WordCache:
    """Keeps the features of many words, and the rows of those that are asked for most often.

    In a full table, seldom used words make room. Tables take memory only as they fill.
    """

    def __init__(self, projector: WordProjector, rows: int, words: int | None = None) -> None:
        """Make room for `rows` rows and for the features of `words` words, which are no fewer.

        A call may ask for at most `rows` distinct words.
        """
        words = min(WORDS, WORDS_A_ROW * rows) if words is None else words
        self._projector = projector
        size = projector.width * projector.row_dtype.itemsize
        table = aligned_array((rows, -(-size // 4))).view(projector.row_dtype)
        self.table: Rows = table[:, : projector.width]
        self._word_at = np.full(rows, -1, dtype=np.int64)
        self._rows = Clock(rows)
        self._features = np.empty(words, dtype=projector.dtype)
        self._row_of = np.full(words, -1, dtype=np.int64)
        self._words = Clock(words)
        self._index = WordIndex(words)
        self.hits = 0  # words asked for whose features were in the cache
        self.misses = 0

    def places(self, words: Sequence[str]) -> Ints:
        """Return the rows of `table` that hold these words until the next call: words."""
        records = self._records(Words.of(words))
        rows: Ints
        rows, bare = look_up(self._row_of, records)
        bare = np.unique(bare) if len(bare) else bare
        places = self._rows.take(len(bare), rows)
        if len(bare):
            self._project(bare, places)
            rows = self._row_of[records]
        return rows

    def distinct_features(self, words: Sequence[str]) -> tuple[Features, Ints]:
        """Return the features of all distinct words, and the record of each word among them."""
        distinct, records = np.unique(self._records(Words.of(words)), return_inverse=True)
        return self._features[distinct], records

    def _records(self, words: Words) -> Ints:
        """Return the places of these words' features, computing those that are missing: words."""
        records = self._index.find(words)
        missing = np.flatnonzero(records < 0)
        self.misses += len(missing)
        self.hits += len(words) - len(missing)
        new = words.take(missing).strings()
        at = dict(zip(new, missing.tolist(), strict=True))  # of each distinct word, where it stands
        places = self._words.take(len(at), records)
        if new:
            self._learn([*at], words.take(np.array([*at.values()])), places)
            found = dict(zip(at, places.tolist(), strict=True))
            records[missing] = [found[word] for word in new]
        return records

    def _learn(self, new: list[str], words: Words, places: Ints) -> None:
        """Compute the features of new words, given in two forms, and put them at these places."""
        features = self._projector.features(new)
        rows = self._row_of[places]
        self._word_at[rows[rows >= 0]] = -1
        self._row_of[places] = -1
        self._features[places] = features
        self._index.replace(places, words)

    def _project(self, bare: Ints, places: Ints) -> None:
        """Compute the rows of the records `bare`, which have none, and put them at these places."""
        before = self._word_at[places]
        self._row_of[before[before >= 0]] = -1
        self._word_at[places] = bare
        for start in range(0, len(bare), BLOCK):
            some = slice(start, start + BLOCK)
            self.table[places[some]] = self._projector.rows(self._features[bare[some]])
        self._row_of[bare] = places


class Clock:
    """The clock that chooses which places of a table to reuse: seldom used ones (Corbató 1968)."""

    def __init__(self, size: int) -> None:
        self._used = np.zeros(size, dtype=np.uint8)
        self._hand = 0

    def take(self, count: int, used: Ints) -> Ints:
        """Count the places in `used` as used once more, and return `count` others; -1 is none."""
        places = np.empty(count, dtype=np.int64)
        self._hand = take_places(self._used, self._hand, used, places)
        return places


@compiled_with_gil
def look_up(row_of, records):  # type: ignore[no-untyped-def]
    """Return the row of each record, and the records that have none.

    NumPy's own indexing gives Python's lock away for some microseconds. Under overload the event
    loop took it meanwhile, and the thread that tags stood still for 3% of the time.
    """
    rows = np.empty(len(records), dtype=np.int64)
    bare = np.empty(len(records), dtype=np.int64)
    count = 0
    for n in range(len(records)):
        rows[n] = row_of[records[n]]
        if rows[n] < 0:
            bare[count] = records[n]
            count += 1
    return rows, bare[:count]


@compiled_with_gil
def take_places(counts, hand, used, places):  # type: ignore[no-untyped-def]
    """Fill `places` with the least used ones, going round from `hand` on; return the new hand.

    A place that is passed over loses one of its counts. Places in `used` gain one each, and are
    not taken.
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
