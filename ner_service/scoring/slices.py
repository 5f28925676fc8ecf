"""Slices are kinds of entities that are scored apart: by length, or by what training has seen."""

from collections import Counter
from collections.abc import Callable, Sequence

from ner_service.scoring.f1 import Predicted, Score
from ner_service.types import Document, Entity

SliceOf = Callable[[Document, Entity], str]


def score_slices(
    documents: Sequence[Document], predicted: Predicted, slice_of: SliceOf
) -> dict[str, Score]:
    """Return the strict scores of each slice, by the order of their names.

    The slice of an entity follows from its text and bounds alone, so that gold and predicted
    entities are sliced alike, and the counts of all slices add up to those of all entities.
    """
    right, given, gold = Counter[str](), Counter[str](), Counter[str]()
    for document, entities in zip(documents, predicted, strict=True):
        wanted = Counter(entity.span for entity in document.entities)
        for entity in document.entities:
            gold[slice_of(document, entity)] += 1
        for entity in entities:
            name = slice_of(document, entity)
            given[name] += 1
            if wanted[entity.span] > 0:
                wanted[entity.span] -= 1
                right[name] += 1
    return {name: Score(right[name], given[name], gold[name]) for name in sorted({*gold, *given})}
