"""The spacing before each token of a text, and the marks that carry it to a net."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ner_service.engine.tokens import units
from ner_service.text.spacing import (
    CELL,
    LINE,
    NOTHING,
    PARAGRAPH,
    SIGN,
    SPACE,
    SPACINGS,
    mark_words,
    split_marks,
)
from tests.text import units as oracle
from tests.text.test_cuts import texts

GAPS = ["дом", "Лес", ",", "|", "\t", " ", "  ", "\n", "\r\n", "\r", "\x1f", "\u2028", "• ", "😀", "\u200b",
        "\u00a0", "<b>", "<p>", "&nbsp;", "**", "- "]  # fmt: skip


def spacings(text: str) -> list[tuple[str, int]]:
    return [
        pair for unit in units(text, 64) for pair in zip(unit.words, unit.spacings, strict=True)
    ]


@pytest.mark.parametrize(
    ("gap", "kind"),
    [
        (" ", SPACE),
        ("  ", SPACE),
        ("\u00a0", SPACE),
        ("\n", LINE),
        ("\r\n", LINE),
        ("\r", LINE),
        (" \n    ", LINE),
        ("\n\n", PARAGRAPH),
        ("\r\n \r\n", PARAGRAPH),
        ("\t", CELL),
        ("    ", CELL),
        ("\n• ", SIGN),
        (" 😀 ", SIGN),
        ("😀\n", LINE),
        ("\u200b \u200b", SPACE),
    ],
)
def test_each_kind_of_spacing_is_told_from_the_others(gap: str, kind: int) -> None:
    assert spacings(f"дом{gap}лес") == [("дом", PARAGRAPH), ("лес", kind)]


def test_marks_of_punctuation_follow_their_words_at_once() -> None:
    expected = [("«", PARAGRAPH), ("Да", NOTHING), ("»", NOTHING), (",", NOTHING), ("нет", SPACE)]
    assert spacings("«Да», нет") == expected


def test_a_bar_before_a_word_makes_a_cell_of_it() -> None:
    assert spacings("дом | лес") == [("дом", PARAGRAPH), ("|", SPACE), ("лес", CELL)]


def test_a_tag_of_html_within_a_line_is_no_sign() -> None:
    assert spacings("дом <b>лес</b>") == [("дом", PARAGRAPH), ("лес", SPACE)]


@given(st.lists(st.tuples(st.sampled_from(["дом", ",", "x" * 60]), st.integers(0, SPACINGS - 1))))
def test_marks_are_taken_off_as_they_were_put_on(pairs: list[tuple[str, int]]) -> None:
    words, kinds = [word for word, _ in pairs], [kind for _, kind in pairs]
    assert split_marks(mark_words(words, bytes(kinds))) == (words, bytes(kinds))


@given(texts)
def test_no_word_of_any_text_begins_with_a_mark(text: str) -> None:
    for unit in units(text, 64):
        assert split_marks(mark_words(unit.words, unit.spacings)) == (
            unit.words,
            unit.spacings,
        )


@given(st.lists(st.sampled_from(GAPS), max_size=14).map("".join))
def test_the_compiled_kinds_are_those_of_plain_python(text: str) -> None:
    found = [kind for unit in units(text, 64) for kind in unit.spacings]
    assert found == oracle.spacings(text)
