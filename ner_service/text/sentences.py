"""Sentences with offsets, ended by razdel's rules."""

from typing import NamedTuple

from razdel import sentenize as razdel_sentenize
from razdel.segmenters.sentenize import BULLET_SIZE, SentSplit


class Sentence(NamedTuple):
    """The half-open bounds of a sentence, in code points."""

    start: int
    end: int


WINDOW: int = razdel_sentenize.split.window  # characters read on each side of a delimiter


def sentenize(text: str) -> list[Sentence]:
    """Return the sentences of a text without the white space around them.

    The time is linear in the text's length; razdel's own loop copies a sentence at each delimiter.
    """
    sentences: list[Sentence] = []
    start = 0
    for match in razdel_sentenize.split.re.finditer(text):
        at, end = match.span()
        if text[end : end + 1].isspace() and ends_sentence(text, start, at, end):
            sentences += _stripped(text, start, end)
            start = end
    return sentences + _stripped(text, start, len(text))


def _stripped(text: str, start: int, end: int) -> list[Sentence]:
    """Return the sentence at `start:end` without its outer white space, or nothing if it is all."""
    sentence = text[start:end]
    end -= len(sentence) - len(sentence.rstrip())
    start += len(sentence) - len(sentence.lstrip())
    return [Sentence(start, end)] if start < end else []


def ends_sentence(text: str, start: int, at: int, end: int) -> bool:
    """Say whether the delimiter at `at:end` ends the sentence that begins at `start`."""
    split = SentSplit(text[max(0, at - WINDOW) : at], text[at:end], text[end : end + WINDOW])
    split.buffer = text[start : min(at, start + BULLET_SIZE + 1)]  # longer ones are no bullets
    return not razdel_sentenize.join(split)
