"""How sure a score is, and whether two differ: resampling over documents.

Entities of one document are not independent, so documents are what is drawn: the bootstrap
gives an interval, approximate randomisation (Noreen 1989; Yeh 2000) tests a difference.
"""

from collections import Counter
from collections.abc import Iterable, Sequence

import numpy as np
from numpy.typing import NDArray

from ner_service.types import Document, Entity

Counts = NDArray[np.int64]  # documents x (right, predicted, gold)


def counts(
    documents: Iterable[Document], predicted: Iterable[Sequence[Entity]], labels: Iterable[str]
) -> Counts:
    """Right, predicted and gold entities of each document, of these labels only."""
    kept = set(labels)
    rows = []
    for document, entities in zip(documents, predicted, strict=True):
        wanted = Counter(e.span for e in document.entities if e.label in kept)
        given = Counter(e.span for e in entities if e.label in kept)
        rows.append(((wanted & given).total(), given.total(), wanted.total()))
    return np.array(rows, np.int64).reshape(-1, 3)


def f1(totals: NDArray[np.int64]) -> NDArray[np.float64]:
    """F1 of totals: ... x (right, predicted, gold) -> ..."""
    right, size = totals[..., 0], totals[..., 1] + totals[..., 2]
    return np.asarray(2 * right / np.maximum(size, 1), np.float64)


def interval(
    documents: Counts, seed: int, rounds: int = 2000, level: float = 0.95
) -> tuple[float, float]:
    """The percentile bootstrap interval of micro F1."""
    n = len(documents)
    drawn = np.random.default_rng(seed).multinomial(n, np.full(n, 1 / n), rounds)  # rounds x n
    low, high = np.quantile(f1(drawn @ documents), [(1 - level) / 2, (1 + level) / 2])
    return float(low), float(high)


def p_value(one: Counts, other: Counts, seed: int, rounds: int = 10_000) -> float:
    """How often chance makes a difference of micro F1 at least as large as the one seen.

    Under the null hypothesis the two answers to a document may be swapped; the test is
    two-sided, and both must be about the same documents in the same order.
    """
    if len(one) != len(other):
        raise ValueError(f"{len(one)} documents against {len(other)}")
    swapped = np.random.default_rng(seed).random((rounds, len(one))) < 0.5
    moved = swapped.astype(np.int64) @ (other - one)  # rounds x 3
    differences = np.abs(f1(one.sum(0) + moved) - f1(other.sum(0) - moved))
    seen = abs(f1(one.sum(0)) - f1(other.sum(0)))
    return float((1 + (differences >= seen - 1e-12).sum()) / (1 + rounds))
