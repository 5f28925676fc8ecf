"""How sure a score is, and whether two differ: resampling over documents.

Entities of one document are not independent, so documents are what is drawn: the bootstrap
gives an interval, approximate randomisation (Noreen 1989; Yeh 2000) tests a difference.
"""

from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

from ner_service.types import Document, Entity

Counts = NDArray[np.int64]  # documents x (right, predicted, gold)
DRAWN = 1 << 22  # numbers that are drawn at once


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


def f1_of(totals: NDArray[Any]) -> NDArray[np.float64]:
    """F1 of totals: ... x (right, predicted, gold) -> ..."""
    right, size = totals[..., 0], totals[..., 1] + totals[..., 2]
    return np.asarray(2 * right / np.maximum(size, 1), np.float64)


def interval(
    documents: Counts, seed: int, rounds: int = 2000, level: float = 0.95
) -> tuple[float, float]:
    """The percentile bootstrap interval of micro F1; all of 0 to 1 where one document is all.

    One document says nothing of how documents differ.
    """
    n = len(documents)
    if n < 2:
        return 0.0, 1.0
    chance, even = np.random.default_rng(seed), np.full(n, 1 / n)
    drawn = (chance.multinomial(n, even, size) for size in _portions(rounds, n))
    found = np.concatenate([f1_of(_product(d, documents)) for d in drawn])
    low, high = np.quantile(found, [(1 - level) / 2, (1 + level) / 2])
    return float(low), float(high)


def _portions(rounds: int, documents: int) -> Iterator[int]:
    """Rounds in portions whose numbers fit in little memory."""
    most = max(1, DRAWN // documents)
    for at in range(0, rounds, most):
        yield min(most, rounds - at)


def _product(drawn: NDArray[Any], documents: Counts) -> NDArray[np.float64]:
    """A product of whole numbers, exact in floats, for which there are fast ones."""
    return drawn.astype(np.float64) @ documents.astype(np.float64)


def p_value(one: Counts, other: Counts, seed: int, rounds: int = 10_000) -> float:
    """How often chance makes a difference of micro F1 at least as large as the one seen.

    Under the null hypothesis the two answers to a document may be swapped; the test is
    two-sided, and both must be about the same documents in the same order.
    """
    chance, n = np.random.default_rng(seed), len(one)
    seen = abs(f1_of(one.sum(0)) - f1_of(other.sum(0)))
    as_large = 0
    for size in _portions(rounds, n):
        moved = _product(chance.random((size, n)) < 0.5, other - one)  # size x 3
        differences = np.abs(f1_of(one.sum(0) + moved) - f1_of(other.sum(0) - moved))
        as_large += int((differences >= seen - 1e-12).sum())
    return (1 + as_large) / (1 + rounds)
