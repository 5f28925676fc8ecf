"""Vocabularies: the ids of the lower-cased words, characters and word shapes that a net reads."""

import re
from collections import Counter
from collections.abc import Iterable, Sequence

PAD, UNKNOWN, START, END = range(4)
SPECIAL = 4
EDGE = 20  # characters that are read from each end of a very long word
DIGIT = re.compile(r"\d")


class Vocab:
    """A list of symbols and their ids, which follow padding, unknown, word start and word end."""

    def __init__(self, symbols: Sequence[str]) -> None:
        self.symbols = list(symbols)
        self._ids = {symbol: i + SPECIAL for i, symbol in enumerate(self.symbols)}

    def __len__(self) -> int:
        return len(self.symbols) + SPECIAL

    def __contains__(self, symbol: str) -> bool:
        return symbol in self._ids

    def id(self, symbol: str) -> int:
        """Return the symbol's id, or `UNKNOWN`."""
        return self._ids.get(symbol, UNKNOWN)

    @classmethod
    def of(cls, symbols: Iterable[str], least: int) -> "Vocab":
        """Make a vocabulary of symbols that occur `least` times or more; frequent ones first."""
        counts = Counter(symbols)
        kept = sorted((s for s, n in counts.items() if n >= least), key=lambda s: (-counts[s], s))
        return cls(kept)


def characters(word: str, zero_digits: bool = False) -> str:
    """Return the characters that a net reads: all of a usual word, both ends of a very long one."""
    read = word if len(word) <= 2 * EDGE else word[:EDGE] + word[-EDGE:]
    return DIGIT.sub("0", read) if zero_digits else read


def shape(word: str) -> str:
    """Return the kinds of a word's characters without repeats: `Xx-Xx` for `Нью-Йорк`.

    `1990-х` is `d-x`; a plus marks a word of several characters of one kind: `1990` is `d+`.
    """
    if word.isalpha():  # a short way for most words
        if word.islower():
            return "x+" if len(word) > 1 else "x"
        if word[0].isupper() and word[1:].islower():
            return "Xx"
    outline: list[str] = []
    for char in characters(word):
        kind = _kind(char)
        if not outline or outline[-1] != kind:
            outline.append(kind)
    long = "+" if len(word) > 1 and len(outline) == 1 else ""
    return "".join(outline) + long


def _kind(char: str) -> str:
    if char.isupper():
        return "X"
    if char.isalpha():
        return "x"
    return "d" if char.isdigit() else char
