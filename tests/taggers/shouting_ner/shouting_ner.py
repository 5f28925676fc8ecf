"""A tagger of another package: every word in capital letters is an organisation."""

import re
from collections.abc import Sequence

from ner_service.taggers.backend import Backend
from ner_service.types import Entity, TaggerInfo


class Shouting:
    """The tagger finds words of at least `least` capital letters."""

    def __init__(self, least: int) -> None:
        self._word = re.compile(rf"\b[A-ZА-ЯЁ]{{{least},}}\b")
        self.info = TaggerInfo("shouting", "0.3", ("ru", "en"), ("ORG",), "none")

    def tag(self, texts: Sequence[str]) -> list[list[Entity]]:
        return [[Entity(*m.span(), "ORG") for m in self._word.finditer(text)] for text in texts]


def load(source: str) -> Shouting:
    """Load the tagger; the source is the least number of letters."""
    return Shouting(int(source or 2))


BACKEND = Backend(
    "shouting",
    load,
    default_source="3",
    specs={"shouting:LETTERS": "words of at least so many capital letters"},
)
