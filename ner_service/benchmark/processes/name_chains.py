"""Name chains find entities and their base forms; they are timed as taggers are."""

from collections.abc import Callable, Sequence
from typing import Any, Protocol

from ner_service.taggers.registry import load_tagger

NATASHA, OURS, TAGGING = "natasha's chain", "natasha and names", "natasha alone"


class Chain(Protocol):
    """A chain answers a list for each text, as taggers do."""

    def tag(self, texts: Sequence[str]) -> Sequence[Sequence[Any]]:
        """Returns what it tells of each entity of each text."""


class OurChain:
    """The chain is our tagger with natasha's weights, and our analysis of what it finds."""

    def __init__(self) -> None:
        from ner_service.names import Analyser

        self._tagger, self._analyser = load_tagger("natasha"), Analyser()

    def tag(self, texts: Sequence[str]) -> Sequence[Sequence[Any]]:
        """Returns the mentions of each text."""
        analyses = self._analyser.analyse_many(texts, self._tagger.tag(texts))
        return [analysis.mentions for analysis in analyses]


def _load_natasha() -> Chain:
    from ner_service.benchmark.processes.natasha_names import NatashaNames

    return NatashaNames()


CHAINS: dict[str, Callable[[], Chain]] = {
    NATASHA: _load_natasha,
    OURS: OurChain,
    TAGGING: lambda: load_tagger("natasha"),
}
