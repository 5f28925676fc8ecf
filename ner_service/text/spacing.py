"""The spacing before a token is one of six kinds, from nothing to the beginning of a paragraph.

A net that sees words alone cannot tell a list from a sentence, or an opening from a closing `"`.
"""

from collections.abc import Iterable, Sequence

NOTHING, SPACE, SIGN, CELL, LINE, PARAGRAPH = range(6)  # what parts two tokens more is higher
SPACINGS = 6
MARKS = ("\x0b", "", "\x0c", "\t", "\n", "\r")  # white space, which no token contains
KINDS = {mark: kind for kind, mark in enumerate(MARKS) if mark}


def mark_words(words: Iterable[str], spacings: Iterable[int]) -> list[str]:
    """Return words with a mark in front of each that follows anything but a space."""
    return [
        word if spacing == SPACE else MARKS[spacing] + word
        for word, spacing in zip(words, spacings, strict=True)
    ]


def split_marks(marked: Sequence[str]) -> tuple[list[str], list[int]]:
    """Return the words without their marks, and the spacing before each."""
    spacings = [KINDS.get(word[:1], SPACE) for word in marked]
    words = [
        word if spacing == SPACE else word[1:]
        for word, spacing in zip(marked, spacings, strict=True)
    ]
    return words, spacings
