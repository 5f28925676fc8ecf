"""Our BiLSTM-CRF, served from a model folder without torch."""

from collections.abc import Sequence

from ner_service.engine.bilstm import Engine
from ner_service.nets.artefact import Artefact
from ner_service.nets.artefact import load as load_artefact
from ner_service.nets.units import units
from ner_service.nets.vocab import characters
from ner_service.taggers import model_path
from ner_service.types import Entity, TaggerInfo


class BilstmTagger:
    """Tags each unit of sentences with the best path; a score is the span's posterior."""

    def __init__(self, artefact: Artefact) -> None:
        meta = artefact.meta
        self._engine = Engine(artefact)
        self._unit_tokens = artefact.net.unit_tokens
        self.info = TaggerInfo(
            name="bilstm",
            version=str(meta.get("version", "0")),
            languages=tuple(meta.get("languages", ())),
            labels=artefact.net.labels,
            score_kind="calibrated" if artefact.net.temperature else "raw",
            hash=artefact.hash or None,
        )

    def temper(self, temperature: float) -> None:
        """Gives entities the scores they have under another temperature."""
        self._engine.temper(temperature)

    def tag(self, texts: Sequence[str]) -> list[list[Entity]]:
        return [self._entities(text) for text in texts]

    def _entities(self, text: str) -> list[Entity]:
        return [
            Entity(unit[span.start].start, unit[span.end - 1].end, span.label, span.score)
            for unit in units(text, self._unit_tokens)
            for span in self._engine.tag([characters(token.text) for token in unit])
        ]


def load(source: str) -> BilstmTagger:
    """Loads a model folder by path, or a shipped model by name."""
    return BilstmTagger(load_artefact(model_path(source)))
