"""Errors of a tagger by kind, and the labels that it confuses."""

from bisect import bisect_left, bisect_right
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass

from ner_service.labels import OUTSIDE
from ner_service.scoring.f1 import Predicted
from ner_service.types import Document, Entity


@dataclass(frozen=True, slots=True)
class Errors:
    """Counts of gold entities by their fate, which add up to all, and of spurious entities."""

    right: int = 0
    boundary: int = 0  # its label, with other bounds
    label: int = 0  # its bounds, with another label
    both: int = 0  # overlapped only by entities of another label and other bounds
    missed: int = 0  # overlapped by none
    spurious: int = 0  # predicted where no gold entity is


def count_errors(documents: Iterable[Document], predicted: Predicted) -> dict[str, Errors]:
    """Counts errors under the label of the gold entity, or of the spurious one."""
    counts: dict[str, Counter[str]] = {}
    for document, entities in zip(documents, predicted, strict=True):
        for entity, rivals in _overlaps(document.entities, entities):
            counts.setdefault(entity.label, Counter())[_kind(entity, rivals)] += 1
        for entity, gold in _overlaps(entities, document.entities):
            if not gold:
                counts.setdefault(entity.label, Counter())["spurious"] += 1
    return {label: Errors(**count) for label, count in sorted(counts.items())}


def confusion(documents: Iterable[Document], predicted: Predicted) -> Counter[tuple[str, str]]:
    """Counts pairs of a gold and a predicted label that overlap; `O` stands for no entity.

    A gold entity counts once, with the entity that overlaps it most; so does a spurious one.
    """
    counts: Counter[tuple[str, str]] = Counter()
    for document, entities in zip(documents, predicted, strict=True):
        for entity, rivals in _overlaps(document.entities, entities):
            best = max(rivals, key=lambda e: _shared_length(e, entity), default=None)
            counts[entity.label, best.label if best else OUTSIDE] += 1
        for entity, gold in _overlaps(entities, document.entities):
            counts[OUTSIDE, entity.label] += not gold
    return +counts


def _shared_length(one: Entity, other: Entity) -> int:
    return min(one.end, other.end) - max(one.start, other.start)


def _overlaps(
    entities: Iterable[Entity], others: Iterable[Entity]
) -> Iterator[tuple[Entity, list[Entity]]]:
    """Yields each entity with the others that it overlaps; neither list overlaps itself."""
    rivals = sorted(others)
    starts, ends = [e.start for e in rivals], [e.end for e in rivals]
    for entity in sorted(entities):
        yield entity, rivals[bisect_right(ends, entity.start) : bisect_left(starts, entity.end)]


def _kind(gold: Entity, rivals: Sequence[Entity]) -> str:
    if not rivals:
        return "missed"
    same_bounds = (rivals[0].start, rivals[0].end) == (gold.start, gold.end)
    if any(e.label == gold.label for e in rivals):
        return "right" if same_bounds else "boundary"
    return "label" if same_bounds else "both"
