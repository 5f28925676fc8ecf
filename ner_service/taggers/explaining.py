"""The explainer of texts cuts them as its tagger does, and explains one unit of one text."""

from collections.abc import Callable, Iterator, Sequence

from ner_service.engine.bilstm import Engine
from ner_service.engine.explanation import Explainer, Explanation, Forbidden
from ner_service.engine.tokens import Tokens
from ner_service.nets.artefact import Artefact

CACHE_BYTES = 8 << 20  # few words are explained


class TextExplainer:
    """An explainer of texts has a net of its own, so that it disturbs no answer of the tagger's."""

    def __init__(self, artefact: Artefact, cut: Callable[[str], Iterator[Tokens]]) -> None:
        net = artefact.net
        self._explainer = Explainer(Engine(artefact, CACHE_BYTES), net.tags, net.scheme)
        self._cut = cut

    def explain(
        self, text: str, at: int, forbidden: Sequence[Forbidden]
    ) -> tuple[Tokens, Explanation] | None:
        """Return the unit around place `at` of a text and its explanation; `None` without a word.

        The unit is the last that begins at or before the place, else the first.
        """
        chosen = None
        for unit in self._cut(text):
            if chosen is None or unit.starts[0] <= at:
                chosen = unit
        return chosen and (chosen, self._explainer.explain(chosen.words, forbidden))
