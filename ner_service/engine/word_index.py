"""An index finds words by two hashes of 64 bits each, without making strings of them.

The hashes have secret seeds, new in each process, so nobody can choose two words that would be
taken for one; by chance that happens to two of a billion words once in 10 ** 20 processes.
"""

import secrets

import numpy as np

from ner_service.engine.jit import compiled_with_gil
from ner_service.engine.words import Ints, Words

ROOM = 2  # slots for each word, at least: so most words stand in the first slot that is looked at
SEEDS = np.frombuffer(secrets.token_bytes(32), np.uint64) | np.uint64(1)  # factors must be odd


class WordIndex:
    """The numbers of at most `size` words, each of which may make room for another word."""

    def __init__(self, size: int) -> None:
        self._slots = np.full(1 << (ROOM * size - 1).bit_length(), -1, dtype=np.int32)
        self._hashes = np.zeros((size, 2), dtype=np.uint64)

    def find(self, words: Words) -> Ints:
        """Return the number of each word, -1 for a word that is not there."""
        numbers = np.empty(len(words), dtype=np.int64)
        places = words.codes, words.starts, words.ends, words.marks
        find_words(*places, SEEDS, self._slots, self._hashes, numbers)
        return numbers

    def replace(self, numbers: Ints, words: Words) -> None:
        """Give each of these numbers to a new word; the words that had them are forgotten."""
        places = words.codes, words.starts, words.ends, words.marks
        replace_words(*places, SEEDS, self._slots, self._hashes, numbers)


@compiled_with_gil
def hash_word(codes, starts, ends, marks, n, seeds):  # type: ignore[no-untyped-def]
    """Return two hashes of word `n`; a mark counts as its first character."""
    one, two = seeds[0], seeds[1]
    is_marked = n < len(marks) and marks[n] > 0
    for at in range(starts[n] - is_marked, ends[n]):
        code = np.uint64(marks[n] if at < starts[n] else codes[at])
        one = (one ^ code) * seeds[2]
        two = (two + code) * seeds[3]
        one ^= one >> np.uint64(32)
        two ^= two >> np.uint64(29)
    return one, two


@compiled_with_gil
def find_words(codes, starts, ends, marks, seeds, slots, hashes, numbers):  # type: ignore[no-untyped-def]
    """Write the number of each word, -1 where it has none.

    `slots` has the numbers of words at the first free slot from that of their first hash on.
    """
    mask = np.uint64(len(slots) - 1)
    for n in range(len(starts)):
        one, two = hash_word(codes, starts, ends, marks, n, seeds)
        at = one & mask
        number = slots[at]
        while number >= 0 and (hashes[number, 0] != one or hashes[number, 1] != two):
            at = (at + np.uint64(1)) & mask
            number = slots[at]
        numbers[n] = number


@compiled_with_gil
def replace_words(codes, starts, ends, marks, seeds, slots, hashes, numbers):  # type: ignore[no-untyped-def]
    """Do what `WordIndex.replace` says."""
    mask, step = np.uint64(len(slots) - 1), np.uint64(1)
    for n in range(len(numbers)):
        remove_word(hashes[numbers[n], 0], numbers[n], slots, hashes)
    for n in range(len(numbers)):
        one, two = hash_word(codes, starts, ends, marks, n, seeds)
        hashes[numbers[n], 0], hashes[numbers[n], 1] = one, two
        at = one & mask
        while slots[at] >= 0:
            at = (at + step) & mask
        slots[at] = numbers[n]


@compiled_with_gil
def remove_word(first, number, slots, hashes):  # type: ignore[no-untyped-def]
    """Free the slot of a number, and move those behind it that could stand before (Knuth 6.4 R).

    A number that has had no word yet is in no slot.
    """
    mask, step = np.uint64(len(slots) - 1), np.uint64(1)
    gap = first & mask
    while slots[gap] != number:
        if slots[gap] < 0:
            return
        gap = (gap + step) & mask
    at = (gap + step) & mask
    while slots[at] >= 0:
        home = hashes[slots[at], 0] & mask
        if ((at - home) & mask) >= ((at - gap) & mask):
            slots[gap] = slots[at]
            gap = at
        at = (at + step) & mask
    slots[gap] = -1
