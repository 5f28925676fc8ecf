"""Texts are cut as their tagger cuts them, to explain one unit or to score any spans."""

from bisect import bisect_left
from collections.abc import Callable, Iterator, Sequence

from ner_service.engine.bilstm import Engine
from ner_service.engine.explanation import Explainer, Explanation, Forbidden
from ner_service.engine.lattice import SpanPosteriors
from ner_service.engine.tokens import Tokens
from ner_service.nets.artefact import Artefact
from ner_service.types import Span

CACHE_BYTES = 8 << 20  # few words are explained


class TextExplainer:
    """An explainer of texts has a net of its own, so that it disturbs no answer of the tagger's."""

    def __init__(self, artefact: Artefact, cut: Callable[[str], Iterator[Tokens]]) -> None:
        net = artefact.net
        self._explainer = Explainer(Engine(artefact, CACHE_BYTES), net.tags, net.scheme)
        self._cut = cut

    def explain(
        self, text: str, at: int, forbidden: Sequence[Forbidden], check: Callable[[], None]
    ) -> tuple[Tokens, Explanation] | None:
        """Return the unit around place `at` of a text and its explanation; `None` without a word.

        The unit is the last that begins at or before the place, else the first. `check` may raise,
        as for an `Explainer`.
        """
        chosen = None
        for unit in self._cut(text):
            if chosen is None or unit.starts[0] <= at:
                chosen = unit
        return chosen and (chosen, self._explainer.explain(chosen.words, forbidden, check))


class TextScorer:
    """A scorer of texts says how probable spans of a text are, by the net that answers."""

    def __init__(self, posteriors: SpanPosteriors, cut: Callable[[str], Iterator[Tokens]]) -> None:
        self._posteriors, self._cut = posteriors, cut

    def score(self, text: str, spans: Sequence[Span]) -> list[float]:
        """Return the score of each span; 0 where a span is not of whole tokens of one unit."""
        scores = dict.fromkeys(spans, 0.0)
        behind = max(end for _, end, _ in spans)
        for unit in self._cut(text):
            if unit.starts[0] >= behind:
                break
            places = {span: place for span in spans if (place := find_tokens(span, unit))}
            if places:
                computed = self._posteriors.scores(unit.words, [*places.values()])
                scores |= zip(places, computed, strict=True)
        return [*scores.values()]


def find_tokens(span: Span, unit: Tokens) -> Span | None:
    """Return a span as tokens of a unit, half-open; `None` where a bound is none of a token's."""
    start, end, label = span
    first, last = bisect_left(unit.starts, start), bisect_left(unit.ends, end)
    if not first <= last < len(unit.ends) or (unit.starts[first], unit.ends[last]) != (start, end):
        return None
    return first, last + 1, label
