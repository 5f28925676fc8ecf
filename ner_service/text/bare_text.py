"""A bare text has no hidden characters and no stress marks, and knows where its characters stood.

It is for tokenizers that are not ours, which take a text alone: `Пу́шкин` is a word to them that
they never saw.
"""

import re
from collections.abc import Sequence
from dataclasses import dataclass

from ner_service.text.spelling import BESIDE, HIDDEN, TO_CHANGE, drop_marks

CHANGED = re.compile(f"[^{BESIDE}]?[{BESIDE}]+", re.DOTALL)


@dataclass(frozen=True)
class BareText:
    """A bare text, with the bounds that each of its characters had in the text it is made of."""

    text: str
    starts: Sequence[int]
    ends: Sequence[int]

    def bounds(self, start: int, end: int) -> tuple[int, int]:
        """Return the bounds in the whole text of a part of this one."""
        return self.starts[start], self.ends[end - 1]


def make_bare(text: str) -> BareText:
    """Return a text as words are respelled: without hidden characters, and marks composed."""
    if not TO_CHANGE.search(text):
        return BareText(text, range(len(text)), range(1, len(text) + 1))
    parts: list[str] = []
    starts: list[int] = []
    ends: list[int] = []
    last = 0
    for match in CHANGED.finditer(text):
        start, plain = match.start(), drop_marks(match[0])
        parts += text[last:start], plain
        starts += range(last, start)
        ends += range(last + 1, start + 1)
        starts += [start] * len(plain)
        ends += [start + len(match[0].rstrip(HIDDEN))] * len(plain)
        last = match.end()
    starts += range(last, len(text))
    ends += range(last + 1, len(text) + 1)
    return BareText("".join([*parts, text[last:]]), starts, ends)
