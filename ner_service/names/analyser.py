"""The analyser tells the base forms, the parts and the joined mentions of a text's entities."""

from collections.abc import Sequence
from threading import Lock

from ner_service.errors import SpanError
from ner_service.names.mentions import join_mentions
from ner_service.names.morphology import Morphology
from ner_service.names.normal_form import mention_of
from ner_service.names.pymorphy import Pymorphy
from ner_service.names.types import Analysis
from ner_service.types import Entity


class Analyser:
    """An analyser is loaded once and may be called from several threads, which take turns."""

    def __init__(self, morphology: Morphology | None = None) -> None:
        self.morphology = morphology or Pymorphy()
        self._turn = Lock()

    def analyse(self, text: str, entities: Sequence[Entity]) -> Analysis:
        """Analyse the entities of a text, which are in order, in bounds and do not overlap.

        Raises `SpanError` where they are not.
        """
        return self.analyse_many([text], [entities])[0]

    def analyse_many(
        self, texts: Sequence[str], entities: Sequence[Sequence[Entity]]
    ) -> list[Analysis]:
        """Analyse the entities of each text, each text by itself."""
        for text, inside in zip(texts, entities, strict=True):
            check_spans(text, inside)
        with self._turn:
            return [
                self._analyse(text, inside) for text, inside in zip(texts, entities, strict=True)
            ]

    def _analyse(self, text: str, entities: Sequence[Entity]) -> Analysis:
        mentions = tuple(
            mention_of(text[entity.start : entity.end], entity.label, self.morphology)
            for entity in entities
        )
        return Analysis(mentions, join_mentions([e.label for e in entities], mentions))


def check_spans(text: str, entities: Sequence[Entity]) -> None:
    """Raise `SpanError` unless entities are in bounds, in order and do not overlap."""
    end = 0
    for n, entity in enumerate(entities):
        where = f"entity {n} ({entity.label} {entity.start}:{entity.end})"
        if not 0 <= entity.start < entity.end <= len(text):
            raise SpanError(
                f"{where}: is not within the text of {len(text)} characters: give 0 <= start < end "
                f"<= {len(text)}, counted in Unicode code points"
            )
        if entity.start < end:
            raise SpanError(
                f"{where}: begins before the entity before it ends at {end}: sort entities by "
                "start, and leave out those that overlap"
            )
        end = entity.end
