"""A bounded table of rows that are dear to compute and often asked for again."""

from collections.abc import Callable, Sequence
from itertools import repeat

import numpy as np
from numpy.typing import NDArray

from ner_service.engine.jit import compiled
from ner_service.engine.kernels import aligned

Floats = NDArray[np.float32]
Ints = NDArray[np.int64]
OFTEN = 3  # more calls than that count no more
HELD = 255  # asked for in this very call


class RowCache:
    """Keeps one float row a word; in a full table, words seldom asked for make room.

    The table takes memory only as it fills.
    """

    def __init__(
        self, compute: Callable[[Sequence[str]], Floats], width: int, capacity: int
    ) -> None:
        self._compute = compute
        self.table: Floats = aligned((capacity, width))
        self._places: dict[str, int] = {}
        self._words: list[str] = []
        self._used = np.zeros(capacity, dtype=np.uint8)
        self._hand = 0
        self.hits = 0  # words asked for whose rows were there
        self.misses = 0

    def places(self, words: Sequence[str]) -> Ints:
        """Where in `table` the rows of these words stand until the next call.

        There may be at most `capacity` distinct ones.
        """
        found = self._find(words)
        missing = np.flatnonzero(found < 0)
        self.misses += len(missing)
        self.hits += len(words) - len(missing)
        known = found if not len(missing) else found[found >= 0]
        used = self._used[known]
        if len(missing):
            self._used[known] = HELD
            self._learn(list(dict.fromkeys([words[n] for n in missing.tolist()])))
            found = self._find(words)
        self._used[known] = np.minimum(used + 1, OFTEN)
        return found

    def rows(self, words: Sequence[str]) -> Floats:
        """A copy of the rows of these words: words x width."""
        return self.table[self.places(words)]

    def _find(self, words: Sequence[str]) -> Ints:
        """Places, -1 for a word that has none."""
        return np.fromiter(map(self._places.get, words, repeat(-1)), np.int64, len(words))

    def _learn(self, missing: list[str]) -> None:
        free = min(len(self._used) - len(self._words), len(missing))
        places = list(range(len(self._words), len(self._words) + free))
        self._words += missing[:free]
        if free < len(missing):
            self._used[places] = HELD
            places += self._replace(missing[free:])
            self._used[places] = 0
        self.table[places] = self._compute(missing)
        self._places.update(zip(missing, places, strict=True))

    def _replace(self, words: list[str]) -> list[int]:
        """Gives the places of words seldom asked for to others."""
        places = np.empty(len(words), dtype=np.int64)
        self._hand = sweep(self._used, self._hand, places)
        given: list[int] = places.tolist()
        for word, place in zip(words, given, strict=True):
            del self._places[self._words[place]]
            self._words[place] = word
        return given


@compiled
def sweep(used, hand, places):  # type: ignore[no-untyped-def]
    """Fills `places` with those least used, round from `hand` on; returns where it stops.

    The clock of Corbató (1968): each place that is passed over counts as less used.
    """
    for n in range(len(places)):
        while used[hand]:
            if used[hand] < HELD:
                used[hand] -= 1
            hand = (hand + 1) % len(used)
        places[n] = hand
        used[hand] = HELD
        hand = (hand + 1) % len(used)
    return hand
