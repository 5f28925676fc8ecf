"""The spacing before a token is one of six kinds, from nothing to the beginning of a paragraph.

A net that sees words alone cannot tell a list from a sentence, or an opening from a closing `"`.
"""

from collections.abc import Sequence
from itertools import compress

NOTHING, SPACE, SIGN, CELL, LINE, PARAGRAPH = range(6)  # what parts two tokens more is higher
SPACINGS = 6
MARKS = ("\x0b", "", "\x0c", "\t", "\n", "\r")  # white space, which no token contains
NO_SPACE = bytes(kind != SPACE for kind in range(256))  # by kind, for `bytes.translate`
KINDS = {mark: kind for kind, mark in enumerate(MARKS) if mark}


def mark_words(words: Sequence[str], spacings: bytes) -> list[str]:
    """Return words with a mark in front of each that follows anything but a space.

    `spacings` has a byte for each word: its kind. Most words follow a space, and cost nothing.
    """
    marked = [*words]
    for n in compress(range(len(spacings)), spacings.translate(NO_SPACE)):
        marked[n] = MARKS[spacings[n]] + marked[n]
    return marked


def split_marks(marked: Sequence[str]) -> tuple[list[str], bytes]:
    """Return the words without their marks, and the spacing before each."""
    spacings = bytes(KINDS.get(word[:1], SPACE) for word in marked)
    words = [
        word if spacing == SPACE else word[1:]
        for word, spacing in zip(marked, spacings, strict=True)
    ]
    return words, spacings
