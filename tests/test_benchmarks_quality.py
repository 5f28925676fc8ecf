"""What the benchmark says of taggers whose faults are known."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

import pytest

from benchmarks import quality
from benchmarks.library import load as load_library
from benchmarks.material import Corpus, load_corpus
from ner_service.types import Document, Entity, Tagger, TaggerInfo

OWN = load_corpus("own_news", None, {})
TEXT = "Анна видела Орёл и «Гудок»."
ANNA, ORYOL, GUDOK = Entity(0, 4, "PER"), Entity(12, 16, "LOC"), Entity(20, 25, "ORG")


@dataclass
class Fixed:
    """Answers every text alike."""

    found: Sequence[Entity]
    labels: tuple[str, ...] = ("PER", "LOC", "ORG")

    @property
    def info(self) -> TaggerInfo:
        return TaggerInfo("fixed", "1", ("ru",), self.labels, "none")

    def tag(self, texts: Sequence[str]) -> list[list[Entity]]:
        return [list(self.found) for _ in texts]


@dataclass
class OffByOne:
    """A tagger whose adapter moves every offset."""

    tagger: Tagger
    by: int

    @property
    def info(self) -> TaggerInfo:
        return self.tagger.info

    def tag(self, texts: Sequence[str]) -> list[list[Entity]]:
        moved = [[e.shift(self.by) for e in found] for found in self.tagger.tag(texts)]
        return [
            [e for e in found if e.start >= 0 and e.end <= len(text)]
            for found, text in zip(moved, texts, strict=True)
        ]


def corpus(*entities: Entity, copies: int = 3) -> Corpus:
    documents = [Document(str(n), TEXT, entities) for n in range(copies)]
    return Corpus("small", documents, "hash")


def measured(
    gold: Sequence[Entity], tagger: Tagger, mapping: dict[str, str] | None = None
) -> quality.Quality:
    return quality.measure(corpus(*gold), "fixed", tagger, mapping or {}, seed=0)


def test_a_tagger_without_fault_has_full_marks() -> None:
    gold = (ANNA, ORYOL, GUDOK)
    found = measured(gold, Fixed(gold))
    assert (found.micro.f1, found.micro.low, found.micro.high) == (1, 1, 1)
    assert found.token_io == {"LOC": 1, "ORG": 1, "PER": 1}
    assert found.by_document == [(3, 3, 3)] * 3


def test_labels_that_it_cannot_produce_are_told_apart_from_errors() -> None:
    found = measured((ANNA, replace(GUDOK, label="MEDIA")), Fixed([ANNA]))
    assert found.micro.f1 == 1
    assert found.unknown == {"MEDIA": 3}
    assert found.micro_all == pytest.approx(2 * 3 / (3 + 6))
    assert list(found.labels) == ["PER"]


def test_labels_that_the_corpus_has_not_are_told_apart_too() -> None:
    found = measured((ANNA,), Fixed([ANNA, ORYOL]))
    assert found.micro.f1 == 1
    assert found.foreign == {"LOC": 3}


def test_a_mapping_maps_what_is_predicted_as_well() -> None:
    tagger = Fixed([replace(ORYOL, label="GPE")], labels=("GPE",))
    assert measured((ORYOL,), tagger, {"GPE": "LOC"}).micro.f1 == 1


def test_errors_are_counted_by_kind() -> None:
    found = measured((ANNA, ORYOL), Fixed([replace(ANNA, end=3), replace(ORYOL, label="ORG")]))
    kinds = found.errors
    assert (kinds["PER"].boundary, kinds["LOC"].missed) == (3, 3)


@pytest.fixture(scope="module")
def natasha(shipped: Callable[[str], Tagger]) -> Tagger:
    return shipped("natasha")


@pytest.fixture(scope="module")
def library() -> Tagger:
    return load_library()


def test_the_harness_is_sound_here(natasha: Tagger, library: Tagger) -> None:
    found = quality.check(natasha, library, OWN, None)
    assert (found.reproduced, found.broken) == (None, False)


@pytest.mark.parametrize("by", [1, -1])
def test_an_adapter_that_moves_offsets_is_caught(natasha: Tagger, library: Tagger, by: int) -> None:
    assert quality.check(OffByOne(natasha, by), library, OWN, None).broken


@pytest.mark.slow
def test_published_figures_are_reproduced_and_catch_moved_offsets(
    natasha: Tagger, library: Tagger, corpora_root: Path
) -> None:
    assert quality.check(natasha, library, OWN, corpora_root).reproduced is True
    for by in (1, -1):
        found = quality.check(OffByOne(natasha, by), library, OWN, corpora_root)
        assert found.reproduced is False
