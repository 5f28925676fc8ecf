"""Losses are what a format cannot hold of the documents that are written in it."""

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, field

from ner_service.corpora.report import SAMPLES
from ner_service.types import Document, Entity


@dataclass(slots=True)
class Losses:
    """Losses are counted by what is lost, with the ids of the first documents that lose it."""

    counts: Counter[str] = field(default_factory=Counter)
    samples: dict[str, list[str]] = field(default_factory=dict)

    def add(self, what: str, document: Document, number: int = 1) -> None:
        """Count something that a document loses."""
        self.counts[what] += number
        ids = self.samples.setdefault(what, [])
        if len(ids) < SAMPLES:
            ids.append(document.id)

    def compare(self, document: Document, kept: Sequence[Entity]) -> None:
        """Count what became of a document's entities in a format that has whole tokens alone."""
        exact = {entity.span for entity in kept}
        widened = sum(entity.span not in exact for entity in document.entities)
        if gone := len(document.entities) - len(kept):
            self.add("entities within a token that another has", document, gone)
        if widened > gone:
            what = "bounds of entities inside tokens, which they now take whole"
            self.add(what, document, widened - gone)

    def drop(self, document: Document, *kept: str) -> None:
        """Count what a format without places for it loses of a document, save for what is `kept`.

        A number as the id of a text is its place in most files, unless a field says otherwise.
        """
        entities = document.entities
        lost = {
            "ids": "id" in document.fields or not document.id.isdecimal(),
            "scores": any(entity.score is not None for entity in entities),
            "other fields": bool(document.fields.keys() - {"id"}),
            "base forms": document.names is not None or any(entity.normal for entity in entities),
        }
        for what, is_lost in lost.items():
            if is_lost and what not in kept:
                self.add(what, document)

    def lines(self) -> list[str]:
        """Return a line for each thing that is lost."""
        return [
            f"lost: {what}: {count}, first in {', '.join(repr(id) for id in self.samples[what])}"
            for what, count in self.counts.items()
        ]
