"""A page is a text with what a scanner reads for each of its characters, and before each.

Faults change or precede single characters, so the entities keep their letters.
"""

from dataclasses import dataclass, replace
from typing import Self

from ner_service.types import Document


@dataclass(slots=True)
class Page:
    """The characters of a text as they are read, and what is read before each of them."""

    text: str
    read: list[str]
    before: list[str]

    @classmethod
    def of(cls, text: str) -> Self:
        """Return the page of a text that is read without fault."""
        return cls(text, list(text), [""] * len(text))

    def document(self, source: Document) -> Document:
        """Return the document that is read; an entity begins and ends with its own characters."""
        starts, ends, text = [], [], ""
        for gap, char in zip(self.before, self.read, strict=True):
            starts.append(len(text) + len(gap))
            text += gap + char
            ends.append(len(text))
        entities = (replace(e, start=starts[e.start], end=ends[e.end - 1]) for e in source.entities)
        return Document(f"{source.id}~scan", text, tuple(entities))
