"""What a net sees of a word: its lower-cased form, its characters and its shape, as ids."""

import re
from collections import Counter
from collections.abc import Iterable, Sequence

PAD, UNKNOWN, START, END = range(4)
SPECIAL = 4
EDGE = 20  # characters looked at from each end of a word
DIGIT = re.compile(r"\d")


class Vocab:
    """Symbols <-> ids; the first four ids are padding, unknown, word start and word end."""

    def __init__(self, symbols: Sequence[str]) -> None:
        self.symbols = list(symbols)
        self._ids = {symbol: i + SPECIAL for i, symbol in enumerate(self.symbols)}

    def __len__(self) -> int:
        return len(self.symbols) + SPECIAL

    def __contains__(self, symbol: str) -> bool:
        return symbol in self._ids

    def id(self, symbol: str) -> int:
        """The symbol's id, or `UNKNOWN`."""
        return self._ids.get(symbol, UNKNOWN)

    @classmethod
    def of(cls, symbols: Iterable[str], least: int) -> "Vocab":
        """The symbols seen at least `least` times, most frequent first."""
        counts = Counter(symbols)
        kept = sorted((s for s, n in counts.items() if n >= least), key=lambda s: (-counts[s], s))
        return cls(kept)


def characters(word: str, zero_digits: bool = False) -> str:
    """The characters a net looks at: all of a usual word, both edges of a very long one."""
    seen = word if len(word) <= 2 * EDGE else word[:EDGE] + word[-EDGE:]
    return DIGIT.sub("0", seen) if zero_digits else seen


def shape(word: str) -> str:
    """The word's outline with runs collapsed: `Нью-Йорк` is `Xx-Xx`, `1990-х` is `d-x`."""
    if word.isalpha():  # the usual ones
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
