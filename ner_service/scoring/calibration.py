"""Calibration measures how far the scores of entities are from being probabilities."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from ner_service.scoring.f1 import Predicted
from ner_service.types import Document


@dataclass(frozen=True, slots=True)
class Bin:
    """Predicted entities of similar scores: their mean score, and the share that is right."""

    score: float
    precision: float
    count: int


@dataclass(frozen=True, slots=True)
class Calibration:
    """Expected calibration error (Naeini et al. 2015) over bins of equal width."""

    ece: float
    bins: tuple[Bin, ...]


def calibration_of(
    documents: Iterable[Document], predicted: Predicted, bins: int = 10
) -> Calibration | None:
    """Compares scores with the share of entities that are exact; `None` without scores."""
    scores: list[list[tuple[float, bool]]] = [[] for _ in range(bins)]
    for document, entities in zip(documents, predicted, strict=True):
        gold = {e.span for e in document.entities}
        for e in entities:
            if e.score is not None:
                scores[min(int(e.score * bins), bins - 1)].append((e.score, e.span in gold))
    filled = [_bin(some) for some in scores if some]
    total = sum(b.count for b in filled)
    if not total:
        return None
    ece = sum(abs(b.score - b.precision) * b.count for b in filled) / total
    return Calibration(ece, tuple(filled))


def _bin(scored: Sequence[tuple[float, bool]]) -> Bin:
    n = len(scored)
    return Bin(sum(s for s, _ in scored) / n, sum(right for _, right in scored) / n, n)
