"""Resampling over documents gives the interval of a score and tests the difference of two.

Entities of one document are not independent, so whole documents are drawn: by the percentile
bootstrap (Efron and Tibshirani 1993) for an interval, and by approximate randomisation (Noreen
1989; Yeh 2000) for a test.
"""

from collections import Counter
from collections.abc import Container, Iterable, Iterator, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from ner_service.types import Document, Entity

Counts = NDArray[np.int64]  # documents x (right, predicted, gold)
MAX_DRAWN = 1 << 22  # numbers that are drawn at once: 32 MiB of them


def counts(
    documents: Iterable[Document],
    predicted: Iterable[Sequence[Entity]],
    labels: Container[str] | None = None,
) -> Counts:
    """Counts right, predicted and gold entities of each document, of all labels or of these."""
    rows = []
    for document, entities in zip(documents, predicted, strict=True):
        wanted, given = (
            Counter(e.span for e in some if labels is None or e.label in labels)
            for some in (document.entities, entities)
        )
        rows.append(((wanted & given).total(), given.total(), wanted.total()))
    return np.array(rows, np.int64).reshape(-1, 3)


def f1_of(totals: NDArray[Any]) -> NDArray[np.float64]:
    """Returns F1 of counts: ... x (right, predicted, gold) -> ..."""
    right, size = totals[..., 0], totals[..., 1] + totals[..., 2]
    return np.asarray(2 * right / np.maximum(size, 1), np.float64)


@dataclass(frozen=True, slots=True)
class SparseCounts:
    """Counts of the documents at `places`, as of a rare label; those of all others are 0."""

    places: NDArray[np.int64]  # of documents
    counts: Counts  # places x (right, predicted, gold)

    @classmethod
    def of(cls, documents: Counts) -> "SparseCounts":
        """Returns the counts of every document."""
        return cls(np.arange(len(documents)), documents)


def counts_by_label(
    documents: Iterable[Document],
    predicted: Iterable[Sequence[Entity]],
    labels: Iterable[str],
) -> dict[str, SparseCounts]:
    """Counts as `counts` does, for each of the labels, in one pass over the documents."""
    rows: dict[str, dict[int, list[int]]] = {label: {} for label in labels}
    for at, (document, entities) in enumerate(zip(documents, predicted, strict=True)):
        wanted, given = (Counter(e.span for e in some) for some in (document.entities, entities))
        for column, spans in enumerate((wanted & given, given, wanted)):
            for (_, _, label), number in spans.items():
                if label in rows:
                    rows[label].setdefault(at, [0, 0, 0])[column] += number
    return {
        label: SparseCounts(
            np.array([*row], np.int64), np.array([*row.values()], np.int64).reshape(-1, 3)
        )
        for label, row in rows.items()
    }


def interval(
    documents: Counts, seed: int, rounds: int = 2000, level: float = 0.95
) -> tuple[float, float]:
    """Returns the bootstrap interval of micro F1 at this confidence level.

    The interval of fewer than two documents is 0 to 1: they do not say how documents differ.
    """
    return intervals([SparseCounts.of(documents)], len(documents), seed, rounds, level)[0]


def intervals(
    tables: Sequence[SparseCounts], documents: int, seed: int, rounds: int = 2000,
    level: float = 0.95,
) -> list[tuple[float, float]]:  # fmt: skip
    """Returns what `interval` does, of several counts of the same documents, drawn only once."""
    if documents < 2:
        return [(0.0, 1.0) for _ in tables]
    rng, even = np.random.default_rng(seed), np.full(documents, 1 / documents)
    scores = np.empty((len(tables), rounds))
    done = 0
    for size in _portions(rounds, documents):
        drawn = rng.multinomial(documents, even, size).astype(np.float64)  # size x documents
        for row, table in zip(scores, tables, strict=True):
            row[done : done + size] = f1_of(
                drawn[:, table.places] @ table.counts.astype(np.float64)
            )
        done += size
    bounds = np.quantile(scores, [(1 - level) / 2, (1 + level) / 2], axis=1)  # bounds x tables
    return [(float(low), float(high)) for low, high in bounds.T]


def _portions(rounds: int, documents: int) -> Iterator[int]:
    """Yields the rounds in portions that draw at most `MAX_DRAWN` numbers each."""
    most = max(1, MAX_DRAWN // documents)
    for at in range(0, rounds, most):
        yield min(most, rounds - at)


def _product(drawn: NDArray[Any], documents: Counts) -> NDArray[np.float64]:
    """Multiplies matrices of whole numbers as floats, which is exact here and much faster."""
    return drawn.astype(np.float64) @ documents.astype(np.float64)


def p_value(one: Counts, other: Counts, seed: int, rounds: int = 10_000) -> float:
    """Returns how often chance makes a difference of micro F1 as large as the observed one.

    Under the null hypothesis the two answers to a document may be swapped; the test is
    two-sided, and both must be about the same documents in the same order.
    """
    rng, n = np.random.default_rng(seed), len(one)
    observed = abs(f1_of(one.sum(0)) - f1_of(other.sum(0)))
    as_large = 0
    for size in _portions(rounds, n):
        moved = _product(rng.random((size, n)) < 0.5, other - one)  # size x 3
        differences = np.abs(f1_of(one.sum(0) + moved) - f1_of(other.sum(0) - moved))
        as_large += int((differences >= observed - 1e-12).sum())
    return (1 + as_large) / (1 + rounds)
