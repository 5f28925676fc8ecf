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


@dataclass(frozen=True, slots=True)
class Match:
    """A match is a gold entity with the predicted one that overlaps it most, or one of the two."""

    document: Document
    gold: Entity | None
    predicted: Entity | None

    @property
    def cell(self) -> tuple[str, str]:
        """Return the gold and the predicted label; `O` stands for no entity."""
        gold, predicted = (e.label if e else OUTSIDE for e in (self.gold, self.predicted))
        return gold, predicted


def match_entities(documents: Iterable[Document], predicted: Predicted) -> Iterator[Match]:
    """Yields a match for each gold entity, and one for each spurious entity."""
    for document, entities in zip(documents, predicted, strict=True):
        for entity, rivals in _overlaps(document.entities, entities):
            best = max(rivals, key=lambda e: _shared_length(e, entity), default=None)
            yield Match(document, entity, best)
        for entity, gold in _overlaps(entities, document.entities):
            if not gold:
                yield Match(document, None, entity)


def confusion(documents: Iterable[Document], predicted: Predicted) -> Counter[tuple[str, str]]:
    """Counts pairs of a gold and a predicted label that overlap; `O` stands for no entity."""
    return Counter(match.cell for match in match_entities(documents, predicted))


def kinds_of(entities: Iterable[Entity], others: Iterable[Entity]) -> dict[Entity, str]:
    """Returns the kind of error of each gold entity beside the predicted ones, or the reverse.

    The kinds are the fields of `Errors`; an entity that nothing overlaps is `missed`.
    """
    return {entity: _kind(entity, rivals) for entity, rivals in _overlaps(entities, others)}


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
