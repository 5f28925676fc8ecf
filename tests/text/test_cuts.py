"""Tokens and sentences as razdel cuts them, and long texts in pieces."""

from collections.abc import Callable
from itertools import pairwise
from pathlib import Path
from typing import Any

import pytest
import razdel
from hypothesis import example, given
from hypothesis import strategies as st

from ner_service import corpora
from ner_service.text.chunks import chunks
from ner_service.text.sentences import sentenize
from ner_service.text.tokens import tokenize

PARTS = [
    "Москва", "г.", "ул", "т.", "е.", "А.", "С.", "Пушкин", "yahoo", "!", "Yahoo!", "1", "1990-х", "3,5", "1/2",
    "10.5.", ":)", ":-(", "=)", "...", "?!", "…", "«", "»", '"', "(", ")", "[", "—", "-", "--", "**", "_", "№",
    "C++", "н.э.", "д. 5", "§", "а)", "IV.", "руб.", "и", "т.д.", "Ё", "é", "😀", "\u0301", "\n", " ", "\u00a0",
    "\r\n", ";", ",", "/", "\\", "%", "&", "it's", "О'Генри", "100%", "@x", "#y", "http://ya.ru/а?b=1",
]  # fmt: skip
texts = st.one_of(
    st.lists(st.sampled_from(PARTS), max_size=25).map("".join),
    st.lists(st.sampled_from(PARTS), max_size=25).map(" ".join),
    st.text(max_size=40),
)


def check_tokens(text: str) -> None:
    expected = [(token.start, token.stop, token.text) for token in razdel.tokenize(text)]
    assert [tuple(token) for token in tokenize(text)] == expected


def check_sentences(text: str) -> None:
    expected = [
        (sentence.start, sentence.stop) for sentence in razdel.sentenize(text) if sentence.text
    ]
    assert [tuple(sentence) for sentence in sentenize(text)] == expected


@given(texts)
@example("yahoo! и Yahoo!")
@example("в т.ч. А.С. Пушкин")
def test_tokens_are_razdels(text: str) -> None:
    check_tokens(text)


@given(texts)
@example("Он пришел. (Поздно.) «Да!» — сказал А. С. Пушкин.")
def test_sentences_are_razdels(text: str) -> None:
    check_sentences(text)


def test_real_news_is_cut_as_razdel_cuts_it(corpora_root: Path) -> None:
    for document in corpora.read(corpora.locate("factru_devset", corpora_root)):
        check_tokens(document.text)
        check_sentences(document.text)


@pytest.mark.slow
def test_every_text_at_hand_is_cut_as_razdel_cuts_it(corpora_root: Path) -> None:
    for path in sorted((corpora_root / "unlabelled").glob("*.jsonl.gz")):
        for document in corpora.read(path):
            check_tokens(document.text)
            check_sentences(document.text)


HOSTILE = [
    ".",
    "?! ",
    "Δ",
    "а-",
    "1,",
    ":)))",
    "а) ",
    "г. ",
    "А. ",
    '" ',
    "я",
    "_",
    "**",
    "1.а",
    "; ",
]


@pytest.mark.slow
@pytest.mark.parametrize("form", HOSTILE)
@pytest.mark.parametrize("cut", [(tokenize, razdel.tokenize), (sentenize, razdel.sentenize)])
def test_razdels_rules_read_ten_times_as_much_of_a_text_ten_times_as_long(
    form: str, cut: tuple[Callable[[str], Any], Any], monkeypatch: pytest.MonkeyPatch
) -> None:
    ours, library = cut
    join, read = library.join, 0

    def counted(split: Any) -> Any:
        nonlocal read
        read += len(split.left) + len(split.right) + len(split.buffer)
        return join(split)

    monkeypatch.setattr(library, "join", counted)
    reads = []
    for size in (1_000, 10_000):
        read = 0
        ours((form * size)[:size])
        reads.append(read)
    assert reads[1] <= 11 * reads[0]


@given(texts, st.integers(1, 30))
@example("\n Yahoo!", 7)
def test_pieces_cover_a_text_but_for_white_space(text: str, size: int) -> None:
    pieces = list(chunks(text, size))
    assert all(0 < end - start <= size for start, end in pieces)
    covered = "".join(text[start:end] for start, end in pieces)
    assert "".join(covered.split()) == "".join(text.split())
    assert all(a.end <= b.start for a, b in pairwise(pieces))
