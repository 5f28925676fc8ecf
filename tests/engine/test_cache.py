"""The cache of features and rows of words gives what computing them anew gives."""

from collections.abc import Sequence
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from numpy.typing import NDArray

from ner_service.engine.cache import WordCache
from ner_service.engine.kernels import Floats

ROWS, WORDS = 4, 6
batches = st.lists(
    st.lists(st.sampled_from("абвгдежзиклм"), max_size=9).filter(lambda b: len(set(b)) <= ROWS)
)


class Codes:
    """Projects a word to its code and to the opposite of that; its feature is the code."""

    width = 2
    row_dtype = np.dtype(np.float32)
    dtype = np.dtype([("code", np.int32)])

    def __init__(self) -> None:
        self.asked: list[str] = []
        self.projected: list[str] = []

    def features(self, words: Sequence[str]) -> NDArray[Any]:
        self.asked.extend(words)
        return np.array([(ord(word),) for word in words], dtype=self.dtype)

    def rows(self, features: NDArray[Any]) -> Floats:
        codes = features["code"]
        self.projected.extend(map(chr, codes))
        return np.stack([codes, -codes], 1).astype(np.float32)


def rows(cache: WordCache, words: str) -> list[list[float]]:
    found: list[list[float]] = cache.table[cache.places(list(words))].tolist()
    return found


@pytest.fixture
def codes() -> Codes:
    return Codes()


@pytest.fixture
def cache(codes: Codes) -> WordCache:
    return WordCache(codes, ROWS, WORDS)


@given(batches)
def test_rows_are_those_of_the_words_however_often_the_tables_fill(
    batches: list[list[str]],
) -> None:
    cache = WordCache(Codes(), ROWS, WORDS)
    for words in batches:
        assert rows(cache, "".join(words)) == [[ord(word), -ord(word)] for word in words]
        assert len(cache.table) == ROWS
    assert cache.hits + cache.misses == sum(map(len, batches))


def test_a_word_is_computed_once_while_there_is_room(codes: Codes, cache: WordCache) -> None:
    for words in ("аб", "аба", "вба"):
        rows(cache, words)
    assert codes.asked == codes.projected == ["а", "б", "в"]
    assert (cache.hits, cache.misses) == (5, 3)


def test_words_asked_for_often_stay_when_others_come_and_go(codes: Codes, cache: WordCache) -> None:
    for other in "бвгдежзиклмно":
        rows(cache, "а" + other)
    assert codes.asked.count("а") == codes.projected.count("а") == 1


def test_features_outlive_the_row(codes: Codes, cache: WordCache) -> None:
    for words in ("абвг", "де", "абвгд"[:4]):
        rows(cache, words)
    assert sorted(codes.asked) == list("абвгде")
    assert len(codes.projected) > len(codes.asked)
