"""Our BiLSTM-CRF, served from a model folder without torch."""

import time
from collections.abc import Iterator, Sequence

from ner_service.engine.bilstm import Engine
from ner_service.engine.tokens import Tokens, units
from ner_service.nets.artefact import Artefact
from ner_service.nets.artefact import load as load_artefact
from ner_service.taggers import model_path
from ner_service.types import Entity, TaggerInfo, Tally

SLICE = 8192  # tokens that are sorted by length together; bounds what is held at once


class BilstmTagger:
    """Tags each unit of sentences with the best path; a score is the span's posterior."""

    def __init__(self, artefact: Artefact) -> None:
        meta = artefact.meta
        self._engine = Engine(artefact)
        self._unit_tokens = artefact.net.unit_tokens
        self._tokenise_s = 0.0
        self.info = TaggerInfo(
            name="bilstm",
            version=str(meta.get("version", "0")),
            languages=tuple(meta.get("languages", ())),
            labels=artefact.net.labels,
            score_kind="calibrated" if artefact.net.temperature else "raw",
            hash=artefact.hash or None,
        )

    @property
    def tally(self) -> Tally:
        """What has been counted since the model was loaded."""
        words = self._engine.words
        return Tally(words.hits, words.misses, self._tokenise_s)

    def temper(self, temperature: float) -> None:
        """Gives entities the scores they have under another temperature."""
        self._engine.temper(temperature)

    def tag(self, texts: Sequence[str]) -> list[list[Entity]]:
        found: list[list[Entity]] = [[] for _ in texts]
        for some in self._slices(texts):
            spans = self._engine.tag([unit.words for _, unit in some])
            for (n, unit), inside in zip(some, spans, strict=True):
                found[n] += [
                    Entity(unit.starts[start], unit.ends[end - 1], label, score)
                    for start, end, label, score in inside
                ]
        return found

    def _slices(self, texts: Sequence[str]) -> Iterator[list[tuple[int, Tokens]]]:
        """Units with the numbers of their texts, some thousand tokens at a time."""
        some: list[tuple[int, Tokens]] = []
        tokens = 0
        for n, text in enumerate(texts):
            started = time.perf_counter()
            found = list(units(text, self._unit_tokens))
            self._tokenise_s += time.perf_counter() - started
            for unit in found:
                some.append((n, unit))
                tokens += len(unit.words)
                if tokens >= SLICE:
                    yield some
                    some, tokens = [], 0
        if some:
            yield some


def load(source: str) -> BilstmTagger:
    """Loads a model folder by path, or a shipped model by name."""
    return BilstmTagger(load_artefact(model_path(source)))
