"""A bounded table of rows that are dear to compute and often asked for again."""

from collections.abc import Callable, Sequence

import numpy as np
from numpy.typing import NDArray

from ner_service.engine.kernels import aligned

Floats = NDArray[np.float32]
Ints = NDArray[np.int64]


class RowCache:
    """Keeps one float row a word; a full table starts anew, so memory stays bounded.

    The table takes memory only as it fills.
    """

    def __init__(
        self, compute: Callable[[Sequence[str]], Floats], width: int, capacity: int
    ) -> None:
        self._compute = compute
        self._capacity = capacity
        self.table: Floats = aligned((capacity, width))
        self._places: dict[str, int] = {}

    def places(self, words: Sequence[str]) -> Ints:
        """Where in `table` the rows of these words stand until the next call.

        There may be at most `capacity` distinct ones.
        """
        try:
            return self._find(words)
        except KeyError:
            self._learn(words)
            return self._find(words)

    def rows(self, words: Sequence[str]) -> Floats:
        """A copy of the rows of these words: words x width."""
        return self.table[self.places(words)]

    def _find(self, words: Sequence[str]) -> Ints:
        return np.fromiter(map(self._places.__getitem__, words), np.int64, len(words))

    def _learn(self, words: Sequence[str]) -> None:
        places = self._places
        missing = [word for word in dict.fromkeys(words) if word not in places]
        if len(places) + len(missing) > self._capacity:
            places.clear()
            missing = list(dict.fromkeys(words))
        first = len(places)
        self.table[first : first + len(missing)] = self._compute(missing)
        places.update(zip(missing, range(first, first + len(missing)), strict=True))
