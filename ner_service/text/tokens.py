"""Tokens with offsets, cut by razdel's rules."""

from collections.abc import Sequence
from typing import Any, NamedTuple

from razdel import tokenize as razdel_tokenize
from razdel.segmenters.tokenize import TokenSplit


class Token(NamedTuple):
    """A token: half-open bounds in code points, and its text."""

    start: int
    end: int
    text: str


LONGEST_SMILEY = 5  # characters; the only rule that reads a token's beginning looks for smileys


def tokenize(text: str) -> list[Token]:
    """Return the tokens of a text, in time linear in its length.

    Razdel's own loop copies a token at each atom that joins it, which is quadratic in long tokens.
    """
    atoms = list(razdel_tokenize.split.atoms(text))
    tokens: list[Token] = []
    first = 0
    for n in range(1, len(atoms) + 1):
        start, end = atoms[first].start, atoms[n - 1].stop
        if n == len(atoms) or not _joins(text[start : min(end, start + LONGEST_SMILEY)], atoms, n):
            tokens.append(Token(start, end, text[start:end]))
            first = n
    return tokens


def _joins(begun: str, atoms: Sequence[Any], n: int) -> bool:
    """Say whether atom `n` continues the token whose first characters are `begun`."""
    if atoms[n - 1].stop != atoms[n].start:
        return False
    split = TokenSplit(atoms[max(0, n - 2) : n], "", atoms[n : n + 2])
    split.buffer = begun
    return bool(razdel_tokenize.join(split))
