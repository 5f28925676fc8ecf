"""Scores, against sets of spans, seqeval's published meaning, and one another."""

from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ner_service.scoring.calibration import calibration_of
from ner_service.scoring.errors import Errors, count_errors
from ner_service.scoring.f1 import Score, exact, strict, token_io
from ner_service.types import Document, Entity

TEXT = "Анна Каренина уехала в Санкт-Петербург, а «Газпром» остался."
LABELS = ("PER", "LOC", "ORG")


@st.composite
def entities(draw: st.DrawFn) -> tuple[Entity, ...]:
    cuts = draw(st.lists(st.integers(0, len(TEXT)), max_size=12, unique=True).map(sorted))
    kept = [Entity(a, b, draw(st.sampled_from(LABELS))) for a, b in pairwise(cuts)]
    return tuple(e for e in kept if draw(st.booleans()))


documents = st.lists(st.tuples(entities(), entities()), min_size=1, max_size=4)


@given(documents)
def test_seqeval_over_the_boundary_grid_is_exact_span_f1(
    pairs: list[tuple[tuple[Entity, ...], tuple[Entity, ...]]],
) -> None:
    gold = [Document(str(n), TEXT, wanted) for n, (wanted, _) in enumerate(pairs)]
    found = [given for _, given in pairs]
    report = strict(gold, found)
    score = exact(gold, found)
    assert report.micro.f1 == pytest.approx(score.f1)
    assert report.micro.precision == pytest.approx(score.precision)
    assert report.micro.recall == pytest.approx(score.recall)


@pytest.mark.parametrize("label", ["X", "X-", "-X", "macro avg", "O"])
def test_a_label_is_scored_whatever_its_name(label: str) -> None:
    gold = [Document("a", TEXT, (Entity(0, 4, "X"), Entity(5, 13, label)))]
    report = strict(gold, [[Entity(0, 4, "X"), Entity(5, 13, label), Entity(14, 20, "Y")]])
    assert {*report.labels} == {"X", label, "Y"}
    assert report.labels[label].f1 == 1.0
    assert report.micro.precision == pytest.approx(2 / 3)


@given(documents)
def test_every_gold_entity_has_one_fate(
    pairs: list[tuple[tuple[Entity, ...], tuple[Entity, ...]]],
) -> None:
    gold = [Document(str(n), TEXT, wanted) for n, (wanted, _) in enumerate(pairs)]
    found = [given for _, given in pairs]
    kinds = count_errors(gold, found).values()
    fates = sum(e.right + e.boundary + e.label + e.both + e.missed for e in kinds)
    assert fates == sum(len(d.entities) for d in gold)
    assert sum(e.right for e in kinds) == exact(gold, found).right
    lonely = [
        e
        for wanted, given in pairs
        for e in given
        if all(e.end <= w.start or w.end <= e.start for w in wanted)
    ]
    assert sum(e.spurious for e in kinds) == len(lonely)


@pytest.mark.parametrize(
    ("found", "kind"),
    [
        (Entity(0, 13, "PER"), "right"),
        (Entity(0, 4, "PER"), "boundary"),
        (Entity(0, 13, "ORG"), "label"),
        (Entity(5, 13, "LOC"), "both"),
    ],
)
def test_an_error_has_its_kind(found: Entity, kind: str) -> None:
    gold = Document("", TEXT, (Entity(0, 13, "PER"),))
    assert count_errors([gold], [[found]]) == {"PER": Errors(**{kind: 1})}


def test_missed_and_spurious_are_counted_under_their_own_labels() -> None:
    gold = Document("", TEXT, (Entity(0, 13, "PER"),))
    assert count_errors([gold], [[Entity(43, 50, "ORG")]]) == {
        "ORG": Errors(spurious=1),
        "PER": Errors(missed=1),
    }


def test_scores_that_tell_the_truth_are_calibrated() -> None:
    gold = [Document(str(n), TEXT, (Entity(0, 4, "PER"),) if n < 3 else ()) for n in range(4)]
    found = [[Entity(0, 4, "PER", 0.75)] for _ in gold]
    judged = calibration_of(gold, found)
    assert judged is not None
    assert judged.ece == pytest.approx(0.0)
    assert [b.count for b in judged.bins] == [4]


def test_calibration_error_is_the_weighted_gap() -> None:
    gold = [Document("", TEXT, (Entity(0, 4, "PER"),))]
    found = [[Entity(0, 4, "PER", 1.0), Entity(5, 13, "PER", 0.5)]]
    judged = calibration_of(gold, found)
    assert judged is not None
    assert judged.ece == pytest.approx((0.0 + 0.5) / 2)


def test_a_tagger_without_scores_has_no_calibration() -> None:
    gold = [Document("", TEXT, (Entity(0, 4, "PER"),))]
    assert calibration_of(gold, [[Entity(0, 4, "PER")]]) is None


def test_token_scores_do_not_see_bounds_within_a_label() -> None:
    gold = Document("", "Анна Мария", (Entity(0, 4, "PER"), Entity(5, 10, "PER")))
    joined = [Entity(0, 10, "PER")]
    assert token_io([gold], [joined]) == {"PER": Score(2, 2, 2)}
    assert exact([gold], [joined]).right == 0
