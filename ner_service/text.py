"""Tokens and sentences with offsets, by razdel's rules, and the chunking of long texts."""

from collections.abc import Iterator
from typing import NamedTuple

import razdel


class Token(NamedTuple):
    """A token: half-open bounds in code points, and its text."""

    start: int
    end: int
    text: str


class Sentence(NamedTuple):
    """The half-open bounds of a sentence, in code points."""

    start: int
    end: int


def tokenize(text: str) -> list[Token]:
    """The tokens of a text."""
    return [Token(t.start, t.stop, t.text) for t in razdel.tokenize(text)]


def sentenize(text: str) -> list[Sentence]:
    """The sentences of a text, without empty ones."""
    return [Sentence(s.start, s.stop) for s in razdel.sentenize(text) if s.stop > s.start]


def chunks(text: str, max_chars: int) -> Iterator[Sentence]:
    """Pieces of at most `max_chars`, cut at sentence bounds where possible."""
    if len(text) <= max_chars:
        if text:
            yield Sentence(0, len(text))
        return
    start = end = 0
    for sentence in sentenize(text):
        if sentence.end - start > max_chars and end > start:
            yield Sentence(start, end)
            start = sentence.start
        while sentence.end - start > max_chars:
            yield Sentence(start, start + max_chars)
            start += max_chars
        end = sentence.end
    if end > start:
        yield Sentence(start, end)
