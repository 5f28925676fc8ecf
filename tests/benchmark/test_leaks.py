"""Letters that masking leaves are counted, and a union hides what one of its members finds."""

from collections.abc import Sequence

import pytest

pytest.importorskip("matplotlib")
pytest.importorskip("psutil")

from ner_service.benchmark.parts.leaks import measure, unions, unite
from ner_service.benchmark.texts import Corpus
from ner_service.types import Entity, TaggerInfo
from tests.marked import marked

CORPUS = Corpus("small", [marked("[PER Анна О-в] и [PER Яна] в [LOC Уфе], 5 рек")], "hash")
FOUND = {
    "none": [],
    "first": [Entity(0, 4, "PER")],
    "as a place": [Entity(0, 8, "LOC")],
    "too far": [Entity(5, 8, "PER"), Entity(11, 14, "PER")],
    "too much": [Entity(0, 14, "PER"), Entity(17, 26, "PER")],
}


class Fixed:
    """A tagger that answers every text with the same entities."""

    info = TaggerInfo("fixed", "1", ("ru",), ("PER", "LOC"), "none")

    def __init__(self, entities: list[Entity]) -> None:
        self._entities = entities

    def tag(self, texts: Sequence[str]) -> list[list[Entity]]:
        return [self._entities for _ in texts]


def count(*members: str) -> tuple[int, int, int, int]:
    tagger = unite(members, [Fixed(FOUND[member]) for member in members])
    leaks = measure(
        CORPUS, members, lambda corpus, _: tagger.tag([d.text for d in corpus.documents])
    )
    return leaks.letters, leaks.left, leaks.left_by_label, leaks.in_vain


def test_letters_are_counted_and_neither_digits_nor_signs() -> None:
    assert count("none") == (9, 9, 9, 0)
    assert count("first") == (9, 5, 5, 0)
    assert count("as a place") == (9, 3, 9, 0)
    assert count("too much") == (9, 0, 0, 6)


def test_a_union_leaves_what_no_member_finds() -> None:
    assert count("first", "too far") == (9, 0, 0, 0)
    assert count("first", "as a place") == (9, 3, 9, 0)  # of two that overlap the longer stays
    assert list(unions("ab")) == [("a",), ("b",), ("a", "b")]
    assert list(unions("abc"))[-1] == ("a", "b", "c")
