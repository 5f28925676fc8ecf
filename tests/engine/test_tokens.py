"""The compiled cut against the one it must equal."""

import re
from pathlib import Path

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from ner_service import corpora
from ner_service.engine import tokens
from ner_service.text import spelling, units
from ner_service.text import tokens as rules
from tests.text.test_cuts import texts

ENDS = [
    "т.",
    "проф.",
    "Домовлад.",
    "дом.",
    "Дом_.",
    "é.",
    "2010.",
    "IV.",
    "а)",
    "!",
    "?..",
    ":))",
    ";)",
    ";",
    "»",
    ".",
]
GAPS = [" ", "\n ", " " * 9, " " * 11, ""]
NEXT = [
    "Он",
    "она",
    "Ёж",
    "В_",
    "мВт",
    "кé",
    "x",
    "Z9",
    "—",
    "— нет",
    "«Да",
    "5",
    ":)",
    "",
    "э" * 12,
]
ODD = [
    "Пу́шкин",
    "Мос\u00adква",
    "Андреи\u0306",
    "Mocквa",
    "Аррlе",
    "Алексáндр",
    "\u00ad",
    "e\u0301té",
    "\ufeffОн",
]
mixed = st.lists(
    st.tuples(*map(st.sampled_from, (ENDS, GAPS, NEXT, GAPS))).map("".join), max_size=9
).map("".join)


def check(given: str) -> None:
    """Tokens and units are those of `text` and `nets.units`."""
    expected = rules.tokenize(given)
    assert list(zip(*tokens.tokenize(given), strict=True)) == [tuple(t) for t in expected]
    for size in (3, 64):
        read = [list(zip(*unit, strict=True)) for unit in tokens.units(given, size)]
        assert read == [[tuple(t) for t in unit] for unit in units.units(given, size)]


@settings(max_examples=400, deadline=None)
@given(texts)
@example("")
@example("yahoo! и Yahoo!x")
@example("😀 é😀а \U0010ffff")
def test_any_text_is_cut_the_same(given: str) -> None:
    check(given)


@settings(max_examples=400, deadline=None)
@given(mixed)
def test_sentences_end_at_the_same_places(given: str) -> None:
    check(given)


@settings(max_examples=200, deadline=None)
@given(
    st.lists(
        st.sampled_from([*ODD, *spelling.HIDDEN, "x", "я", " ", ". ", "\u0301"]), max_size=9
    ).map("".join)
)
def test_words_are_spelled_the_same(given: str) -> None:
    check(given)


def test_a_long_sentence_is_cut_at_the_same_places() -> None:
    check("слово " * 1500 + "конец. " + "Ещё слово " * 300)


def test_characters_beyond_the_table_belong_to_no_class() -> None:
    beyond = "".join(map(chr, range(tokens.KNOWN, 0x110000)))
    for atom in (r"\s", *(rules.ATOMS[kind] for kind in "RLIP")):
        assert not re.search(atom, beyond, re.IGNORECASE)


def test_every_shortening_fits_into_a_key() -> None:
    pairs = tokens.PAIR_SOKRS | tokens.HEAD_PAIR_SOKRS
    words = tokens.SOKRS | tokens.HEAD_SOKRS | tokens.INITIALS | {a for pair in pairs for a in pair}
    assert max(map(len, words)) <= tokens.PACKED


@pytest.mark.slow
def test_every_text_at_hand_is_cut_the_same(corpora_root: Path) -> None:
    for path in sorted((corpora_root / "unlabelled").glob("*.jsonl.gz")):
        for document in corpora.read(path):
            check(document.text)
