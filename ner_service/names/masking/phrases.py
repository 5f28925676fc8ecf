"""Phrases are stand-ins of places, organisations and identifiers, with an inflected head."""

from collections.abc import Iterator
from dataclasses import dataclass

from ner_service.names import quotes
from ner_service.names.inflection import inflect_name
from ner_service.names.morphology import Morphology
from ner_service.names.types import Case

CASES: tuple[Case, ...] = ("Nom", "Gen", "Dat", "Acc", "Ins", "Loc")
QUOTES = {"".join(pair) for pair in quotes.QUOTES.items()} | {"''"}  # pairs
MOST_SHORT = 5  # letters of an abbreviation


@dataclass(frozen=True, slots=True)
class Phrase:
    """A phrase is a base form; a name in quotes at its end stays as it is in every case.

    A phrase that is fixed, as an eponym is, stays as a whole.
    """

    base: str
    is_fixed: bool = False

    def form(self, surface: str, case: Case | None, morphology: Morphology) -> str:
        """Return the phrase as a mention has it: in its case, its quotes and its capitals."""
        word = self.base if self.is_fixed else self.inflect(case or "Nom", morphology)
        if len(surface) > MOST_SHORT and surface.isupper():
            word = word.upper()
        return surface[0] + word + surface[-1] if is_quoted(surface) else word

    def forms(self, morphology: Morphology) -> Iterator[tuple[str, Case]]:
        """Yield the phrase in every case, with the case."""
        yield from ((self.inflect(case, morphology), case) for case in CASES)

    def inflect(self, case: Case, morphology: Morphology) -> str:
        """Return the phrase in a case; its base form where no analysis carries the case."""
        head, quote, tail = self.base.partition(" «")
        return (inflect_name(head, case, morphology) or head) + quote + tail


def is_quoted(surface: str) -> bool:
    """Return whether a pair of quotes stands around a whole name."""
    return len(surface) > 2 and surface[0] + surface[-1] in QUOTES
