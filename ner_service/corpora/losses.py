"""Losses are what a format cannot hold of the documents that are written in it."""

from collections import Counter
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, field

from ner_service.corpora.report import SAMPLES
from ner_service.types import Document


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

    def watch(
        self, documents: Iterable[Document], loss_of: Callable[[Document], str]
    ) -> Iterator[Document]:
        """Yield the documents, and count what `loss_of` says of each."""
        for document in documents:
            if what := loss_of(document):
                self.add(what, document)
            yield document

    def lines(self) -> list[str]:
        """Return a line for each thing that is lost."""
        return [
            f"lost: {what}: {count}, first in {', '.join(repr(id) for id in self.samples[what])}"
            for what, count in self.counts.items()
        ]
