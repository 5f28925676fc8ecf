"""The cache of rows against computing them anew."""

from collections.abc import Sequence

import numpy as np
from hypothesis import given, settings
from hypothesis import strategies as st

from ner_service.engine.cache import Floats, RowCache

CAPACITY = 4
batches = st.lists(
    st.lists(st.sampled_from("абвгдежз"), max_size=9).filter(lambda b: len(set(b)) <= CAPACITY)
)


def code(words: Sequence[str]) -> Floats:
    return np.array([[ord(word), -ord(word)] for word in words], dtype=np.float32)


@settings(deadline=None)
@given(batches)
def test_rows_are_those_of_the_words_however_often_the_table_fills(
    batches: list[list[str]],
) -> None:
    cache = RowCache(code, 2, CAPACITY)
    for words in batches:
        np.testing.assert_array_equal(cache.rows(words), code(words).reshape(-1, 2))
        assert len(cache.table) == CAPACITY


def test_a_word_is_computed_once_while_there_is_room() -> None:
    asked: list[str] = []

    def compute(words: Sequence[str]) -> Floats:
        asked.extend(words)
        return code(words)

    cache = RowCache(compute, 2, CAPACITY)
    for words in ("аб", "аба", "вба"):
        cache.rows(list(words))
    assert asked == ["а", "б", "в"]


def test_words_asked_for_often_stay_when_others_come_and_go() -> None:
    asked: list[str] = []

    def compute(words: Sequence[str]) -> Floats:
        asked.extend(words)
        return code(words)

    cache = RowCache(compute, 2, CAPACITY)
    for other in "бвгдежзиклмно":
        cache.places(["а", other])
    assert asked.count("а") == 1
