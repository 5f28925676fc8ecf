"""Words without strings are found as a dict finds them, and are the words of their texts."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from numpy.typing import NDArray

from ner_service.engine import word_index
from ner_service.engine.word_index import WordIndex
from ner_service.engine.words import Words

SIZE = 5
words = st.one_of(st.sampled_from(["", "а", "б", "аб", "ба", "Анна", "😀", "\ud800"]), st.text())
changes = st.lists(st.dictionaries(st.integers(0, SIZE - 1), words, max_size=SIZE), max_size=9)


@given(changes, st.lists(words))
def test_words_are_found_as_a_dict_finds_them_whatever_made_room(
    changes: list[dict[int, str]], asked: list[str]
) -> None:
    index, expected = WordIndex(SIZE), dict[int, str]()
    for change in changes:
        others = {word for number, word in expected.items() if number not in change}
        new = {word: number for number, word in change.items() if word not in others}
        index.replace(np.array([*new.values()], dtype=np.int64), Words.of([*new]))
        expected |= {number: word for word, number in new.items()}
        numbers = {word: number for number, word in expected.items()}
        every = [*asked, *numbers]
        assert index.find(Words.of(every)).tolist() == [numbers.get(word, -1) for word in every]


def test_words_whose_first_slots_are_the_same_stay_apart_when_one_of_them_goes(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    without_difference: NDArray[np.uint64] = np.zeros(4, dtype=np.uint64)
    without_difference[1], without_difference[3] = 1, 3  # the first hash of every word is 0
    monkeypatch.setattr(word_index, "SEEDS", without_difference)
    for gone in range(4):
        index, known = WordIndex(4), ["а", "б", "в", "г"]
        index.replace(np.arange(4), Words.of(known))
        index.replace(np.array([gone]), Words.of(["д"]))
        expected = [-1 if n == gone else n for n in range(4)]
        assert index.find(Words.of([*known, "д"])).tolist() == [*expected, gone]


@given(st.lists(st.lists(words), min_size=1))
def test_words_are_those_that_they_were_made_of(units: list[list[str]]) -> None:
    parts = [Words.of(unit) for unit in units]
    joined, expected = Words.join(parts), [word for unit in units for word in unit]
    assert [*joined] == expected == [joined[n] for n in range(len(joined))]
    assert joined.longest == max(map(len, expected), default=0)
    some = np.arange(len(expected))[::-2]
    assert [*joined.take(some)] == joined.take(some).strings() == expected[::-2]
    assert [*Words.join([joined[1:3], joined[:1]])] == expected[1:3] + expected[:1]
    assert Words.of(joined) is joined
