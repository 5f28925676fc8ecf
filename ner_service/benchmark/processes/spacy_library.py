"""The spaCy library is called as its users call it, and our tagger is compared with it."""

from collections.abc import Sequence
from typing import Any

from ner_service.labels import LABELS
from ner_service.taggers.models import shipped_models
from ner_service.types import Entity, TaggerInfo

NAME = "spacy (library)"
MODEL = "spacy-ru-news"


class Library:
    """The library is called by a text, or given many at once, which it reads in batches."""

    def __init__(self, nlp: Any) -> None:
        self._nlp = nlp
        self.info = TaggerInfo("spacy-library", nlp.meta["version"], ("ru",), LABELS, "none")

    def tag(self, texts: Sequence[str]) -> list[list[Entity]]:
        """Returns one list of entities per text."""
        docs = self._nlp.pipe(texts) if len(texts) > 1 else map(self._nlp, texts)
        return [[Entity(e.start_char, e.end_char, e.label_) for e in doc.ents] for doc in docs]


def load() -> Library:
    """Loads the shipped pipeline."""
    import spacy

    return Library(spacy.load(shipped_models() / MODEL))
