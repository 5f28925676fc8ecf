"""Strict entity scores: exact bounds and label, micro and by label."""

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass

from ner_service.types import Document, Entity


@dataclass(frozen=True, slots=True)
class Score:
    """Counts of right, predicted and gold items, and what follows from them."""

    right: int
    predicted: int
    gold: int

    @property
    def precision(self) -> float:
        return self.right / self.predicted if self.predicted else 0.0

    @property
    def recall(self) -> float:
        return self.right / self.gold if self.gold else 0.0

    @property
    def f1(self) -> float:
        total = self.predicted + self.gold
        return 2 * self.right / total if total else 0.0


def exact(documents: Sequence[Document], predicted: Sequence[Sequence[Entity]]) -> Score:
    """Micro scores over all labels; equals seqeval's strict mode over any common tokens."""
    right = found = gold = 0
    for document, entities in zip(documents, predicted, strict=True):
        wanted = Counter(e.span for e in document.entities)
        given = Counter(e.span for e in entities)
        right += (wanted & given).total()
        found, gold = found + given.total(), gold + wanted.total()
    return Score(right, found, gold)
