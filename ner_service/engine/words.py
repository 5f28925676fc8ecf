"""Words of a text as bounds in its code points, of which few are ever made into strings."""

from collections.abc import Iterable, Iterator, Sequence
from typing import overload

import numpy as np
from numpy.typing import NDArray

Codes = NDArray[np.uint32]  # the code points of a text
Ints = NDArray[np.int64]


def codes_of(text: str) -> Codes:
    """Return the code points of a text, lone surrogates as they are."""
    return np.frombuffer(text.encode("utf-32-le", "surrogatepass"), np.uint32)


class Words(Sequence[str]):
    """The words `starts` to `ends` of a text, each made into a string when it is asked for."""

    __slots__ = ("codes", "ends", "starts", "text")

    def __init__(self, text: str, codes: Codes, starts: Ints, ends: Ints) -> None:
        self.text, self.codes, self.starts, self.ends = text, codes, starts, ends

    @classmethod
    def of(cls, words: Sequence[str]) -> "Words":
        """Return words that stand one after another; words of this kind stay as they are."""
        if isinstance(words, Words):
            return words
        text = "".join(words)
        lengths = np.fromiter(map(len, words), np.int64, len(words))
        ends = lengths.cumsum()
        return cls(text, codes_of(text), ends - lengths, ends)

    @classmethod
    def joined(cls, parts: Iterable["Words"]) -> "Words":
        """Return the words of all parts, one part after another."""
        if len(parts := [*parts]) == 1:
            return parts[0]
        shifts = np.cumsum([0, *(len(part.text) for part in parts)]).tolist()
        codes = np.concatenate([part.codes for part in parts])
        codes.flags.writeable = False  # as those of `codes_of`: kernels are compiled for either
        return cls(
            "".join(part.text for part in parts),
            codes,
            np.concatenate([part.starts + by for part, by in zip(parts, shifts, strict=False)]),
            np.concatenate([part.ends + by for part, by in zip(parts, shifts, strict=False)]),
        )

    @property
    def longest(self) -> int:
        """Return the number of characters of the longest word, 0 where there is none."""
        return int((self.ends - self.starts).max(initial=0))

    def take(self, numbers: Ints) -> "Words":
        """Return the words of these numbers."""
        return Words(self.text, self.codes, self.starts[numbers], self.ends[numbers])

    def strings(self, numbers: Ints) -> list[str]:
        """Return the words of these numbers as strings."""
        text = self.text
        bounds = zip(self.starts[numbers].tolist(), self.ends[numbers].tolist(), strict=True)
        return [text[start:end] for start, end in bounds]

    def __len__(self) -> int:
        return len(self.starts)

    @overload
    def __getitem__(self, place: int) -> str: ...
    @overload
    def __getitem__(self, place: slice) -> "Words": ...
    def __getitem__(self, place: int | slice) -> "str | Words":
        start, end = self.starts[place], self.ends[place]
        if isinstance(place, slice):
            return Words(self.text, self.codes, start, end)
        return self.text[start:end]

    def __iter__(self) -> Iterator[str]:
        text = self.text
        bounds = zip(self.starts.tolist(), self.ends.tolist(), strict=True)
        return (text[start:end] for start, end in bounds)
