"""Trimming takes marks, lone quotes and prepositions off a span that a net of ours found."""

from collections.abc import Sequence
from dataclasses import replace
from typing import Any

from ner_service.engine.tokens import TokenBounds, Tokens
from ner_service.types import Entity

MARKS = frozenset(";:,!?…-–—/\\|")  # of a sentence; full stops may be of an abbreviation
LEADING = ("-", "–", "—", "/", "\\", "|")  # of lines, and between names
CLOSING_QUOTES = ("»", "”", "“", '"', "›")
PAIRS = {"»": "«", ")": "("}  # which tell an opening sign from a closing one
PREPOSITIONS = (" по", " в", " по г.", " по гор", " по гор.")  # end no name: `ГУ МВД по`
EDGES = MARKS.union(LEADING, PAIRS)  # at no other characters is there anything to trim


def trim_spans(
    text: str, unit: Tokens | TokenBounds, spans: Sequence[tuple[Any, ...]]
) -> list[tuple[Any, ...]]:
    """Return spans of tokens, in order, without marks beside them: `Газпром` of `Газпром?!`.

    A preposition at the end goes with the name behind it, not with this one.
    A token is kept where a quote closes behind it: `«Что? Где? Когда?»`. A closing quote or bracket
    is in a span if, and only if, the opening one is.
    """
    trimmed: list[tuple[Any, ...]] = []
    for n, span in enumerate(spans):
        first, last = unit.starts[span[0]], unit.ends[span[1] - 1]
        if text.endswith(PREPOSITIONS, first, last):
            span = _drop_preposition(text, unit, *span)
            last = unit.ends[span[1] - 1]
        if text[first] in EDGES or text[last - 1] in EDGES or text[last : last + 1] in PAIRS:
            limit = spans[n + 1][0] if n + 1 < len(spans) else len(unit.starts)
            span = _trim(text, unit, limit, *span)
        trimmed.append(span)
    return trimmed


def _drop_preposition(
    text: str, unit: Tokens | TokenBounds, start: int, end: int, *rest: Any
) -> tuple[Any, ...]:
    """Return a span without the preposition at its end."""
    first, last = unit.starts[start], unit.ends[end - 1]
    (tail,) = (tail for tail in PREPOSITIONS if text.endswith(tail, first, last))
    while end - start > 1 and unit.ends[end - 1] > last - len(tail):
        end -= 1
    return start, end, *rest


def _trim(
    text: str, unit: Tokens | TokenBounds, limit: int, start: int, end: int, *rest: Any
) -> tuple[Any, ...]:
    """Return a span without marks; it ends before the token `limit`."""
    starts, ends = unit.starts, unit.ends
    while end - start > 1 and text[starts[start] : ends[start]] in LEADING:
        start += 1
    if text[ends[end - 1] : ends[end - 1] + 1] not in CLOSING_QUOTES:
        while end - start > 1 and MARKS.issuperset(text[starts[end - 1] : ends[end - 1]]):
            end -= 1
    last = ends[end - 1]
    if end < limit and starts[end] == last and text[last] in PAIRS:
        end += _is_open(text[starts[start] : last], text[last])
    elif end - start > 1 and text[starts[end - 1] : last] in PAIRS:
        end -= not _is_open(text[starts[start] : last - 1], text[last - 1])
    return start, end, *rest


def take_in_brackets(text: str, entities: Sequence[Entity]) -> list[Entity]:
    """Return entities with the square bracket beside them whose other half they hold.

    Nets read blanks for those, as in `говорил с Бобом [Арумом]`.
    """
    return [_with_bracket(text, entity) for entity in entities]


def _with_bracket(text: str, entity: Entity) -> Entity:
    start, end = entity.start, entity.end
    opened = text.count("[", start, end) - text.count("]", start, end)
    if opened == 1 and text[end : end + 1] == "]":
        return replace(entity, end=end + 1)
    if opened == -1 and text[start - 1 : start] == "[":
        return replace(entity, start=start - 1)
    return entity


def _is_open(text: str, closing: str) -> bool:
    """Say whether a text has an opening sign that none of these closing ones closes."""
    return text.count(PAIRS[closing]) > text.count(closing)
