"""Words of a text in capitals are read in their usual case: `СУД В ТУЛЕ` as `суд в Туле`.

What is written wholly in capitals does not tell a name from a noun. `data/usual_case.gz` has two
bits for each word of navec: whether texts in both cases write it small, in capitals as `МЧС`, or
neither, as names. `docs/generate/usual_case.py` counts that. Words that navec lacks are names.
"""

import gzip
import re
from collections.abc import Iterator, Sequence
from functools import lru_cache
from itertools import chain
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from ner_service.engine.jit import compiled_with_gil
from ner_service.engine.tokens import TokenBounds, Tokens, cut_units, is_small, units
from ner_service.engine.words import Words
from ner_service.nets.config import NetConfig
from ner_service.nets.navec import NAVEC
from ner_service.nets.vectors import Vectors, load_vectors

CASES = Path(__file__).with_name("data") / "usual_case.gz"
NAME, SMALL, CAPITALS = range(3)
Cases = NDArray[np.uint8]
LEAST_LETTERS = 8  # of a unit; fewer in capitals are as likely an abbreviation
LONGEST_ABBREVIATION = 4  # letters
RUSSIAN = re.compile(r"[А-ЯЁ]+(?:-[А-ЯЁ]+)*")
NO_VOWEL = re.compile(r"[^АЕЁИОУЫЭЮЯ]+")


class UsualCase:
    """The usual case of the words of a table of vectors, and of words that are not in it."""

    def __init__(self, vectors: Vectors, cases: Cases) -> None:
        """Read words by the numbers of their vectors; `cases` has one of three for each number."""
        self._vectors, self._cases = vectors, cases

    def restore(self, words: Sequence[str]) -> list[str]:
        """Return the words of a unit in capitals in their usual case, initials as they are."""
        return [
            word if len(word) == 1 and following == "." else usual
            for word, usual, following in zip(
                words, self.restore_each(words), chain(words[1:], ("",)), strict=True
            )
        ]

    def restore_each(self, words: Sequence[str]) -> list[str]:
        """Return words in capitals in their usual case, whatever stands beside them."""
        ids = self._vectors.ids(words).tolist()
        return [self._restore(word, id) for word, id in zip(words, ids, strict=True)]

    def _restore(self, word: str, id: int) -> str:
        if not RUSSIAN.fullmatch(word):
            return word
        if len(word) == 1:
            return word.lower()
        case = self._cases[id] if id >= 0 else NAME
        if case == SMALL:
            return word.lower()
        is_short = id < 0 and len(word) <= LONGEST_ABBREVIATION
        return word if case == CAPITALS or is_short or NO_VOWEL.fullmatch(word) else _as_name(word)


def _as_name(word: str) -> str:
    return "-".join(part.capitalize() for part in word.split("-"))


@lru_cache(maxsize=1)
def load_usual_case() -> UsualCase:
    """Return the usual case of navec's words."""
    return UsualCase(load_vectors(NAVEC), _load_cases())


def usual_cases(numbers: NDArray[np.int64]) -> Cases:
    """Return the usual case of the words of these numbers in navec."""
    return _load_cases()[numbers]


def _load_cases() -> Cases:
    return unpack(np.frombuffer(gzip.decompress(CASES.read_bytes()), np.uint8))


def pack(cases: Cases) -> Cases:
    """Return cases as two bits each, four a byte."""
    bits = np.unpackbits(cases[:, None], axis=1, count=2, bitorder="little")
    return np.packbits(bits.ravel(), bitorder="little")


def unpack(packed: Cases) -> Cases:
    """Return the cases that `pack` packed, perhaps a few more."""
    bits = np.unpackbits(packed, bitorder="little").reshape(-1, 2)
    return bits[:, 0] + 2 * bits[:, 1]


def in_capitals(words: Sequence[str]) -> bool:
    """Say whether words hold no small letter, and capitals enough to be more than a name or two."""
    if any(map(str.islower, words)):
        return False
    text = "".join(words)
    return text.isupper() and sum(map(str.isalpha, text)) >= LEAST_LETTERS


@compiled_with_gil
def has_small_word(codes, starts, ends):  # type: ignore[no-untyped-def]
    """Say whether any word is of small letters alone, Russian or basic Latin ones."""
    for n in range(len(starts)):
        at = starts[n]
        while at < ends[n] and is_small(codes[at]):
            at += 1
        if at == ends[n] and at > starts[n]:
            return True
    return False


def units_of(text: str, net: NetConfig) -> Iterator[Tokens]:
    """Yield the units of a text as a net reads them, in training and in use alike."""
    for unit in units(text, net.unit_tokens):
        if net.restores_case and in_capitals(unit.words):
            unit = unit._replace(words=load_usual_case().restore(unit.words))
        yield unit


def cut_units_of(text: str, net: NetConfig, marked: bool = False) -> Iterator[TokenBounds]:
    """Yield what `units_of` does, with words that become strings if asked for.

    Words may be marked by their spacings.
    """
    cut = cut_units(text, net.unit_tokens, marked)
    return _restored(cut) if net.restores_case else cut


def _restored(cut: Iterator[TokenBounds]) -> Iterator[TokenBounds]:
    for unit in cut:
        words = unit.words
        if not has_small_word(words.codes, words.starts, words.ends) and in_capitals([*words]):
            bare = Words(words.text, words.codes, words.starts, words.ends)
            unit = unit._replace(words=Words.of(load_usual_case().restore([*bare])))
            unit = unit.mark() if len(words.marks) else unit
        yield unit
