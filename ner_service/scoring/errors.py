"""What a tagger gets wrong: errors by kind, and labels that are confused."""

from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass

from ner_service.labels import OUTSIDE
from ner_service.scoring.f1 import Predicted
from ner_service.types import Document, Entity


@dataclass(frozen=True, slots=True)
class Errors:
    """Gold entities by what became of them, and the predicted ones that met none.

    `boundary`: found under its label with other bounds; `label`: its bounds, another label;
    `both`: only overlapped by another label; `missed`: nothing there. These four and `right`
    add up to the gold entities; `spurious` are predicted where no gold entity is.
    """

    right: int = 0
    boundary: int = 0
    label: int = 0
    both: int = 0
    missed: int = 0
    spurious: int = 0


def count_errors(documents: Iterable[Document], predicted: Predicted) -> dict[str, Errors]:
    """Errors by label: that of the gold entity, or of the spurious one."""
    counts: dict[str, Counter[str]] = {}
    for document, entities in zip(documents, predicted, strict=True):
        for entity, found in _overlaps(document.entities, entities):
            counts.setdefault(entity.label, Counter())[_kind(entity, found)] += 1
        for entity, wanted in _overlaps(entities, document.entities):
            if not wanted:
                counts.setdefault(entity.label, Counter())["spurious"] += 1
    return {label: Errors(**count) for label, count in sorted(counts.items())}


def confusion(documents: Iterable[Document], predicted: Predicted) -> Counter[tuple[str, str]]:
    """Counts of (gold label, predicted label) of entities that overlap, `O` where nothing does.

    A gold entity counts once, with the first that overlaps it best; so do spurious ones.
    """
    counts: Counter[tuple[str, str]] = Counter()
    for document, entities in zip(documents, predicted, strict=True):
        for entity, found in _overlaps(document.entities, entities):
            best = max(found, key=lambda e: _shared(e, entity), default=None)
            counts[entity.label, best.label if best else OUTSIDE] += 1
        for entity, wanted in _overlaps(entities, document.entities):
            counts[OUTSIDE, entity.label] += not wanted
    return +counts


def _shared(one: Entity, other: Entity) -> int:
    return min(one.end, other.end) - max(one.start, other.start)


def _overlaps(
    entities: Iterable[Entity], others: Iterable[Entity]
) -> Iterator[tuple[Entity, list[Entity]]]:
    """Each entity with the others that it overlaps; both sorted, neither overlapping itself."""
    waiting = sorted(others)
    at = 0
    for entity in sorted(entities):
        while at < len(waiting) and waiting[at].end <= entity.start:
            at += 1
        last = at
        while last < len(waiting) and waiting[last].start < entity.end:
            last += 1
        yield entity, waiting[at:last]


def _kind(gold: Entity, found: Sequence[Entity]) -> str:
    if not found:
        return "missed"
    same_bounds = (found[0].start, found[0].end) == (gold.start, gold.end)
    if any(e.label == gold.label for e in found):
        return "right" if same_bounds else "boundary"
    return "label" if same_bounds else "both"
