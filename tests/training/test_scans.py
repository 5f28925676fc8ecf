"""Texts as a scanner reads them: what is spoilt, and that entities keep their letters."""

import re
from collections.abc import Callable
from pathlib import Path
from random import Random

import pytest

from ner_service.errors import ConfigError
from ner_service.text.reading import read
from ner_service.text.spelling import HIDDEN
from ner_service.training.config import Augmentation, Source, read_config
from ner_service.training.data.additions import add_documents
from ner_service.training.data.corpus import Corpus
from ner_service.training.data.prepare import prepare
from ner_service.training.data.writing import scans
from ner_service.training.data.writing.page import Page
from ner_service.training.data.writing.scans import FAULTS, LIKE, scan
from ner_service.types import Document, Entity
from tests import tiny

TEXT = (
    "СОВЕТ КОЛХОЗА\nВчера Антонина Сергеевна Перепелицына, заведующая лабораторией «Зари», уехала "
    "в Петропавловск. Её заменит новый агроном Ю. К. Белых (Барнаул), сообщили в управлении."
)
NAMES = "Антонина Сергеевна Перепелицына", "Зари", "Петропавловск", "Ю. К. Белых", "Барнаул"
SOURCE = Document(
    "a", TEXT, tuple(Entity(at := TEXT.index(name), at + len(name), "PER") for name in NAMES)
)
BLANKS = re.compile(r"-\n|\s")


def spoil(fault: Callable[[Page, Random], None], seed: int, text: str = TEXT) -> Document:
    """Return the text as one fault leaves it."""
    page = Page.of(text)
    fault(page, Random(seed))
    return page.document(SOURCE if text == TEXT else Document("a", text, ()))


@pytest.mark.parametrize("fault", FAULTS, ids=lambda fault: fault.__name__)
def test_every_fault_changes_a_text_and_no_edge_of_an_entity_is_a_blank(
    fault: Callable[[Page, Random], None],
) -> None:
    spoilt = [spoil(fault, seed) for seed in range(40)]
    assert any(document.text != TEXT for document in spoilt)
    for document in spoilt:
        names = [document.text[e.start : e.end] for e in document.entities]
        assert names == [name.strip() for name in names]
        assert [e.label for e in document.entities] == ["PER"] * len(NAMES)


@pytest.mark.parametrize(
    "fault",
    [scans.break_lines, scans.break_words, scans.set_marks_apart, scans.close_up, scans.space_out],
    ids=lambda fault: fault.__name__,
)
def test_a_fault_of_blanks_leaves_every_letter_and_each_name_its_own(
    fault: Callable[[Page, Random], None],
) -> None:
    for seed in range(30):
        document = spoil(fault, seed)
        assert BLANKS.sub("", document.text) == BLANKS.sub("", TEXT)
        names = [BLANKS.sub("", document.text[e.start : e.end]) for e in document.entities]
        assert names == [BLANKS.sub("", name) for name in NAMES]


def test_letters_are_taken_for_others_of_like_shape_alone() -> None:
    changed = set()
    for seed in range(60):
        text = spoil(scans.confuse_letters, seed).text
        pairs = {(a, b) for a, b in zip(TEXT, text, strict=True) if a != b}
        assert all(read_as in LIKE[letter] for letter, read_as in pairs)
        changed |= pairs
    assert len(changed) > 15


def test_lines_end_at_the_margin_and_reading_joins_the_words_that_they_break() -> None:
    broken = 0
    for seed in range(30):
        text = spoil(scans.break_lines, seed).text
        assert max(map(len, text.splitlines())) <= max(scans.WIDTHS) + 1  # and a hyphen
        words = read(text).text.translate(dict.fromkeys(map(ord, HIDDEN))).split()
        assert words == TEXT.split()
        broken += text.count("-\n")
    assert broken


def test_capitals_of_a_heading_stand_apart() -> None:
    headings = {spoil(scans.space_out, seed).text.split("\n")[0] for seed in range(20)}
    assert headings == {"СОВЕТ КОЛХОЗА", "С О В Е Т   К О Л Х О З А"}


def test_old_print_has_its_endings_and_hard_signs() -> None:
    text = spoil(scans.set_in_old_print, 0, "Дом Толстого и синего неба, новые ОКНА В САД.").text
    assert text == "Домъ Толстаго и синяго неба, новыя ОКНА В САДЪ."


def test_a_scan_follows_from_the_random_numbers_alone() -> None:
    assert scan(SOURCE, Random(3)) == scan(SOURCE, Random(3))
    assert len({scan(SOURCE, Random(seed)).text for seed in range(20)}) > 15


def test_empty_and_blank_texts_can_be_scanned() -> None:
    for text in ("", " ", "\n\n", "а", "ё."):
        for seed in range(20):
            assert scan(Document("a", text, ()), Random(seed)).entities == ()


def test_scans_are_added_beside_gold_by_their_share_with_any_labels() -> None:
    documents = [Document(str(n), "Взят образец К-7.", (Entity(13, 16, "X"),)) for n in range(200)]
    corpus = Corpus(Source(path="x", convention="c", weight=0.5), "hash", documents)
    added = list(add_documents(Augmentation(scans=0.3), [corpus], Random(0)))
    assert 40 < len(added) < 80
    assert {(a.convention, a.weight) for a in added} == {("c", 0.5)}
    assert all(len(a.document.entities) == 1 for a in added)


def test_scans_need_no_label_of_a_certain_name_and_made_names_do(tmp_path: Path) -> None:
    config = tiny.write(tmp_path)  # its corpora have no ORG
    assert prepare(read_config(config, ["augmentation.scans=0.5"]), None, None, True).added > 5
    with pytest.raises(ConfigError, match=r"no training corpus has ORG: rename labels"):
        prepare(read_config(config, ["augmentation.names=0.5"]), None, None, True)
