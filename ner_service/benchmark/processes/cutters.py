"""Cutters split texts into tokens and sentences, ours beside razdel's."""

from collections.abc import Callable, Mapping, Sequence
from typing import Any

UNIT_TOKENS = 64  # at most in a unit of text, as ru-news reads it
PAIRS: Mapping[str, tuple[str, str]] = {  # ours and razdel's
    "tokens": ("tokens by us", "tokens by razdel"),
    "tokens and sentences": ("tokens and sentences by us", "tokens and sentences by razdel"),
}
CUTTERS = tuple(name for pair in PAIRS.values() for name in pair)


class Cutter:
    """A cutter has a tagger's interface, so that it is timed in the same way."""

    def __init__(self, name: str) -> None:
        from razdel import sentenize, tokenize

        from ner_service.engine import tokens

        cuts: tuple[Callable[[str], Sequence[Any]], ...] = (
            tokens.tokenize,
            lambda text: [*tokenize(text)],
            lambda text: [*tokens.units(text, UNIT_TOKENS)],
            lambda text: [*tokenize(text), *sentenize(text)],
        )
        self._cut = dict(zip(CUTTERS, cuts, strict=True))[name]

    def tag(self, texts: Sequence[str]) -> list[Sequence[Any]]:
        """Returns the tokens or sentences of each text."""
        return [self._cut(text) for text in texts]
