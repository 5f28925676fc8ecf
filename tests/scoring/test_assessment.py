"""An assessment holds the very figures that the modules of scoring compute."""

from ner_service.scoring import assess
from ner_service.scoring.errors import confusion, count_errors
from ner_service.scoring.f1 import strict, token_io
from ner_service.types import Entity
from tests.marked import marked

GOLD = [marked("[PER Анна Каренина] уехала в [LOC Москву]."), marked("[ORG МИД] молчит.", "2")]
FOUND = [[Entity(0, 13, "PER"), Entity(23, 29, "ORG")], [Entity(0, 3, "ORG", 0.5)]]


def test_the_figures_are_those_of_the_modules() -> None:
    assessed = assess(GOLD, FOUND)
    report = strict(GOLD, FOUND)
    assert assessed.micro.f1 == report.micro.f1
    assert {k: r.f1 for k, r in assessed.labels.items()} == {
        k: r.f1 for k, r in report.labels.items()
    }
    assert assessed.errors == count_errors(GOLD, FOUND)
    assert assessed.confusion == confusion(GOLD, FOUND)
    assert assessed.token_io == token_io(GOLD, FOUND)
    assert assessed.micro.low <= assessed.micro.f1 <= assessed.micro.high


def test_other_labels_count_neither_as_gold_nor_as_found() -> None:
    assessed = assess(GOLD, FOUND, ["PER"])
    assert (assessed.micro.f1, assessed.micro.gold) == (1.0, 1)
    assert list(assessed.labels) == ["PER"]
    assert assessed.by_document.tolist() == [[1, 1, 1], [0, 0, 0]]


def test_a_label_that_never_occurs_has_no_score() -> None:
    assert assess(GOLD, FOUND, ["PER", "NONE"]).labels["NONE"].gold == 0
