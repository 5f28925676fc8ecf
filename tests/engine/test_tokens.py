"""The compiled cut equals the one by razdel's own rules."""

import re
from pathlib import Path

import numpy as np
import pytest
from hypothesis import example, given
from hypothesis import strategies as st
from razdel.segmenters.sokr import HEAD_PAIR_SOKRS, HEAD_SOKRS, INITIALS, PAIR_SOKRS, SOKRS
from razdel.segmenters.tokenize import ATOM

from ner_service import corpora
from ner_service.engine import tokens
from ner_service.text import reading, spelling
from ner_service.text import tokens as rules
from ner_service.text.layout import LAYOUT_CHARS
from ner_service.text.signs import MARKS, SIGN_CHARS
from tests.text import units
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
    "BBC.",
    "«Да».",
    "(да).",
    "А.",
    "5%.",
    "да_.",
    "да.)",
    "да»",
    '"',
    "да.»",
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
    "— Нет",
    "-Да",
    "- 5",
    "— «да",
    "–" + " " * 9 + "Да",
    "_да",
    "(Да",
    "[да",
    '"да',
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
    "Сас0во",
    "0ка",
    "10км",
    "Бродскiй",
    "Ѳома",
    "трестъ",
    "съ",
    "Т А Л О Н",
    "м о с т ы",
    "Nо",
    "-",
    "\n",
    "\r\n",
    ">",
]
mixed = st.lists(
    st.tuples(*map(st.sampled_from, (ENDS, GAPS, NEXT, GAPS))).map("".join), max_size=9
).map("".join)


def check(given: str) -> None:
    """Assert that tokens and units equal those of `text`."""
    expected = rules.tokenize(given)
    assert tokens.read_signs(given) == reading.read(given).text
    assert tokens.tokenize(given).rows() == [rules.Token(*t) for t in expected]
    for size in (3, 64):
        read = list(tokens.units(given, size))
        assert [unit.rows() for unit in read] == list(units.units(given, size))
        assert [kind for unit in read for kind in unit.spacings] == units.spacings(given)


@given(texts)
@example("")
@example("yahoo! и Yahoo!x")
@example("😀 é😀а \U0010ffff")
def test_any_text_is_cut_the_same(given: str) -> None:
    check(given)


@given(mixed)
@example("Nо_С. И Nо С")
def test_sentences_end_at_the_same_places(given: str) -> None:
    check(given)


@given(
    st.lists(
        st.sampled_from([*ODD, *spelling.HIDDEN, "x", "я", " ", ". ", "\u0301"]), max_size=9
    ).map("".join)
)
@example("Аррlетрестъx")
def test_words_are_spelled_the_same(given: str) -> None:
    check(given)


def test_a_long_sentence_is_cut_at_the_same_places() -> None:
    check("слово " * 1500 + "конец. " + "Ещё слово " * 300)


@pytest.mark.slow
def test_every_character_has_the_class_that_razdel_gives_it() -> None:
    kinds = {"RU": tokens.RUSSIAN, "LAT": tokens.LATIN, "INT": tokens.NUMBER, "PUNCT": tokens.MARK}
    every = "".join(map(chr, range(0x110000)))
    classes = np.full(len(every), tokens.BLANK, dtype=np.uint8)
    for match in ATOM.finditer(every):
        classes[match.start() : match.end()] = kinds.get(str(match.lastgroup), tokens.OTHER)
    np.testing.assert_array_equal(tokens.CLASSES & tokens.KIND, classes[: tokens.KNOWN])
    assert (classes[tokens.KNOWN :] == tokens.OTHER).all()


@pytest.mark.parametrize("chars", [*tokens.ALPHABETS, MARKS, SIGN_CHARS, LAYOUT_CHARS])
def test_a_set_of_characters_is_what_a_pattern_means_by_it(chars: str) -> None:
    expected = re.findall(f"[{chars}]", tokens.EVERY)
    assert sorted(set(map(chr, tokens.expand(chars)))) == expected


def test_every_abbreviation_fits_into_a_key() -> None:
    pairs = PAIR_SOKRS | HEAD_PAIR_SOKRS
    words = SOKRS | HEAD_SOKRS | INITIALS | {word for pair in pairs for word in pair}
    assert max(map(len, words)) <= tokens.PACKED


@pytest.mark.slow
@pytest.mark.timeout(1200)
def test_every_text_at_hand_is_cut_the_same(corpora_root: Path) -> None:
    for path in sorted((corpora_root / "unlabelled").glob("*.jsonl.gz")):
        for document in corpora.read(path):
            check(document.text)
