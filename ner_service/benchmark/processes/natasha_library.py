"""The natasha library is called as its users call it, and our taggers are compared with it."""

from collections.abc import Sequence
from importlib.metadata import version
from typing import Any

from ner_service.labels import LABELS
from ner_service.types import Entity, TaggerInfo

NAME = "natasha (library)"


class Library:
    """The library is called text by text; its own `map` over many texts is slower still."""

    def __init__(self, ner: Any, version: str) -> None:
        self._ner = ner
        self.info = TaggerInfo("natasha-library", version, ("ru",), LABELS, "none")

    def tag(self, texts: Sequence[str]) -> list[list[Entity]]:
        """Returns one list of entities per text."""
        return [[Entity(s.start, s.stop, s.type) for s in self._ner(t).spans] for t in texts]


def load() -> Library:
    """Loads natasha's news model."""
    from natasha import NewsEmbedding, NewsNERTagger

    return Library(NewsNERTagger(NewsEmbedding()), version("natasha"))
