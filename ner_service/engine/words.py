"""Words of a text are bounds in its code points, of which few are ever made into strings."""

from collections.abc import Iterable, Iterator, Sequence
from typing import overload

import numpy as np
from numpy.typing import NDArray

from ner_service.text.spacing import MARKS

Codes = NDArray[np.uint32]  # the code points of a text
Ints = NDArray[np.int64]
MARK_CODES = np.array([ord(mark or "\0") for mark in MARKS], dtype=np.uint32)
UNMARKED = np.empty(0, dtype=np.uint32)  # the marks of words without any


def codes_of(text: str) -> Codes:
    """Return the code points of a text, lone surrogates as they are."""
    return np.frombuffer(text.encode("utf-32-le", "surrogatepass"), np.uint32)


class Words(Sequence[str]):
    """The words `starts` to `ends` of a text, each made into a string when it is asked for.

    `marks` has for each word the code of the mark of `text.spacing` in front of it, 0 for none; it
    is empty where no word has any.
    """

    __slots__ = ("codes", "ends", "marks", "starts", "text")

    def __init__(
        self, text: str, codes: Codes, starts: Ints, ends: Ints, marks: Codes = UNMARKED
    ) -> None:
        self.text, self.codes, self.starts, self.ends = text, codes, starts, ends
        self.marks = marks

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
    def join(cls, parts: Iterable["Words"]) -> "Words":
        """Return the words of all parts, one part after another; in each they stand in order."""
        if len(parts := [part for part in parts if len(part)]) < 2:
            return parts[0] if parts else NO_WORDS
        bounds = [(part.starts.item(0), part.ends.item(-1)) for part in parts]
        text = "".join([w.text[a:b] for w, (a, b) in zip(parts, bounds, strict=True)])
        shifts, at = [], 0
        for start, end in bounds:
            shifts.append(at - start)
            at += end - start
        by = np.repeat(shifts, list(map(len, parts)))
        marks = UNMARKED
        if any(len(part.marks) for part in parts):
            marks = np.concatenate([w.marks if len(w.marks) else w.no_marks() for w in parts])
        starts = np.concatenate([part.starts for part in parts]) + by
        ends = np.concatenate([part.ends for part in parts]) + by
        return cls(text, codes_of(text), starts, ends, marks)

    def mark(self, spacings: bytes) -> "Words":
        """Return the words as `text.spacing.mark_words` marks them, which have no marks yet."""
        marks = MARK_CODES[np.frombuffer(spacings, np.uint8)]
        return Words(self.text, self.codes, self.starts, self.ends, marks)

    @property
    def longest(self) -> int:
        """Return the number of characters of the longest word, 0 where there is none."""
        lengths = self.ends - self.starts
        return int((lengths + (self.marks > 0) if len(self.marks) else lengths).max(initial=0))

    def no_marks(self) -> Codes:
        """Return a code of no mark for each word."""
        return np.zeros(len(self), dtype=np.uint32)

    def take(self, numbers: Ints | slice) -> "Words":
        """Return the words of these numbers."""
        marks = self.marks[numbers] if len(self.marks) else self.marks
        return Words(self.text, self.codes, self.starts[numbers], self.ends[numbers], marks)

    def strings(self) -> list[str]:
        """Return all words as strings."""
        text = self.text
        bounds = zip(self.starts.tolist(), self.ends.tolist(), strict=True)
        words = [text[start:end] for start, end in bounds]
        if len(self.marks):
            for n in np.flatnonzero(self.marks).tolist():
                words[n] = chr(self.marks[n]) + words[n]
        return words

    def __len__(self) -> int:
        return len(self.starts)

    @overload
    def __getitem__(self, place: int) -> str: ...
    @overload
    def __getitem__(self, place: slice) -> "Words": ...
    def __getitem__(self, place: int | slice) -> "str | Words":
        if isinstance(place, slice):
            return self.take(place)
        (word,) = self.take(np.array([place])).strings()
        return word

    def __iter__(self) -> Iterator[str]:
        return iter(self.strings())


NO_WORDS = Words.of([])
