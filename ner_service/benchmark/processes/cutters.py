"""Cutters split texts into tokens and sentences, ours beside razdel's."""

from collections.abc import Callable, Mapping, Sequence
from typing import Any

UNIT_TOKENS = 64  # at most in a unit of text, as ru-news reads it

Cut = Callable[[str], Sequence[Any]]


class Cutter:
    """A cutter has a tagger's interface, so that it is timed in the same way."""

    def __init__(self, cut: Cut) -> None:
        self._cut = cut

    def tag(self, texts: Sequence[str]) -> list[Sequence[Any]]:
        """Returns the tokens or sentences of each text."""
        return [self._cut(text) for text in texts]


def _our_tokens() -> Cut:
    from ner_service.engine.tokens import tokenize

    return tokenize


def _our_units() -> Cut:
    from ner_service.engine.tokens import units

    return lambda text: [*units(text, UNIT_TOKENS)]


def _razdel_tokens() -> Cut:
    from razdel import tokenize

    return lambda text: [*tokenize(text)]


def _razdel_sentences() -> Cut:
    from razdel import sentenize, tokenize

    return lambda text: [*tokenize(text), *sentenize(text)]


PAIRS: Mapping[str, Mapping[str, Callable[[], Cut]]] = {
    "tokens": {"tokens by us": _our_tokens, "tokens by razdel": _razdel_tokens},
    "tokens and sentences": {
        "tokens and sentences by us": _our_units,
        "tokens and sentences by razdel": _razdel_sentences,
    },
}
CUTTERS = {name: load for pair in PAIRS.values() for name, load in pair.items()}
