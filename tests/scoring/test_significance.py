"""Intervals and tests, against theory and against enumeration."""

import tracemalloc
from itertools import product

import numpy as np
import pytest

from ner_service.scoring import significance
from ner_service.scoring.significance import (
    counts,
    counts_by_label,
    f1_of,
    interval,
    intervals,
    p_value,
)
from ner_service.types import Document, Entity


def test_counts_are_by_document_and_of_the_named_labels_only() -> None:
    one = Document("1", "аб", (Entity(0, 1, "PER"), Entity(1, 2, "EVT")))
    found = counts(
        [one, Document("2", "в")], [[Entity(0, 1, "PER")], [Entity(0, 1, "PER")]], ["PER"]
    )
    assert found.tolist() == [[1, 1, 1], [0, 1, 0]]


def test_labels_are_counted_and_bounded_together_as_each_is_alone() -> None:
    gold = [Document(str(n), "абвг", (Entity(n % 4, n % 4 + 1, f"L{n % 3}"),)) for n in range(9)]
    answers = [[Entity(0, 1, f"L{n % 2}"), Entity(1, 2, "L2")] for n in range(9)]
    alone = [counts(gold, answers, [label]) for label in ("L0", "L1", "L2", "L3")]
    tables = counts_by_label(gold, answers, ["L0", "L1", "L2", "L3"])
    for table, dense in zip(tables.values(), alone, strict=True):
        whole = np.zeros_like(dense)
        whole[table.places] = table.counts
        assert whole.tolist() == dense.tolist()
    assert intervals([*tables.values()], 9, seed=1) == [interval(some, seed=1) for some in alone]


def test_equal_documents_leave_no_doubt() -> None:
    same = np.tile(np.array([[3, 4, 5]]), (50, 1))
    assert interval(same, seed=0) == pytest.approx((6 / 9, 6 / 9))


def test_one_document_says_nothing_of_others() -> None:
    assert interval(np.array([[3, 4, 5]]), seed=0) == (0, 1)


def test_figures_are_the_same_when_drawn_in_portions(monkeypatch: pytest.MonkeyPatch) -> None:
    one, other = np.random.default_rng(2).integers(0, 5, (2, 60, 3))
    whole = interval(one, seed=3), p_value(one, other, seed=3)
    monkeypatch.setattr(significance, "MAX_DRAWN", 1_000)
    assert (interval(one, seed=3), p_value(one, other, seed=3)) == whole


@pytest.mark.slow
def test_tens_of_thousands_of_documents_need_little_memory() -> None:
    many = np.tile(np.array([[3, 4, 5]]), (40_000, 1))
    tracemalloc.start()
    p_value(many, many, seed=0, rounds=500)
    interval(many, seed=0, rounds=200)
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    assert peak < 120 * 2**20


def test_the_interval_narrows_with_the_root_of_the_documents() -> None:
    draws = np.random.default_rng(1).random(1600) < 0.8
    many = np.stack([draws, np.ones(1600), np.ones(1600)], 1).astype(np.int64)
    wide = np.diff(interval(many[:100], seed=0)).item()
    narrow = np.diff(interval(many, seed=0)).item()
    assert wide / narrow == pytest.approx(4, rel=0.25)


def test_the_p_value_is_the_share_of_all_swaps() -> None:
    one = np.array([[3, 4, 4], [2, 3, 4], [4, 4, 4], [1, 1, 2], [3, 3, 5]])
    other = np.array([[2, 4, 4], [2, 2, 4], [3, 4, 4], [1, 2, 2], [1, 3, 5]])
    seen = abs(f1_of(one.sum(0)) - f1_of(other.sum(0)))
    hits = []
    for swap in product([0, 1], repeat=5):
        mask = np.array(swap)[:, None]
        a = np.where(mask, other, one).sum(0)
        b = np.where(mask, one, other).sum(0)
        hits.append(abs(f1_of(a) - f1_of(b)) >= seen - 1e-12)
    assert p_value(one, other, seed=0) == pytest.approx(np.mean(hits), abs=0.02)


def test_equal_answers_do_not_differ() -> None:
    same = np.tile(np.array([[3, 4, 5]]), (20, 1))
    assert p_value(same, same, seed=0) == 1.0


def test_a_clear_difference_is_significant() -> None:
    good = np.tile(np.array([[5, 5, 5]]), (60, 1))
    poor = np.tile(np.array([[3, 5, 5]]), (60, 1))
    assert p_value(good, poor, seed=0) < 0.001
