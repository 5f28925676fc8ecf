"""What a net sees of a word."""

from itertools import groupby

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ner_service.nets.vocab import EDGE, characters, shape


@pytest.mark.parametrize(
    ("word", "outline"),
    [("Нью-Йорк", "Xx-Xx"), ("1990-х", "d-x"), ("мир", "x+"), ("и", "x"), ("Анна", "Xx"),
     ("Я", "X"), ("МИД", "X+"), ("iPhone", "xXx"), ("ǅо", "x+"), ("中", "x"), ("...", ".+")],
)  # fmt: skip
def test_a_shape_is_the_outline_of_a_word(word: str, outline: str) -> None:
    assert shape(word) == outline


@given(st.one_of(st.text(min_size=1), st.text("абАБǅªß1-", min_size=1, max_size=60)))
def test_runs_of_one_kind_are_collapsed(word: str) -> None:
    kinds = ["X" if c.isupper() else "x" if c.isalpha() else "d" if c.isdigit() else c
             for c in characters(word)]  # fmt: skip
    outline = "".join(kind for kind, _ in groupby(kinds))
    assert shape(word) == outline + "+" * (len(outline) == 1 < len(word))


def test_of_a_very_long_word_only_the_edges_are_seen() -> None:
    assert characters("а" * EDGE + "б" * 5 + "в" * EDGE) == "а" * EDGE + "в" * EDGE
