"""Trimming takes marks of a sentence off the end of a span that a net of ours found."""

from typing import Any

from ner_service.engine.tokens import TokenBounds, Tokens

MARKS = frozenset(";:,!?…")  # of a sentence; full stops may be of an abbreviation or an initial
CLOSING_QUOTES = ("»", "”", "“", '"', "›")


def trim_span(
    text: str, unit: Tokens | TokenBounds, start: int, end: int, *rest: Any
) -> tuple[Any, ...]:
    """Return a span of tokens without marks of the sentence behind it: `Газпром` of `Газпром?!`.

    A token is kept where a quote closes behind it: `«Что? Где? Когда?»`.
    """
    if text[unit.ends[end - 1] : unit.ends[end - 1] + 1] not in CLOSING_QUOTES:
        while end - start > 1 and MARKS.issuperset(text[unit.starts[end - 1] : unit.ends[end - 1]]):
            end -= 1
    return start, end, *rest
