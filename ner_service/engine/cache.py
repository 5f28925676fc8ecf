"""A bounded table of rows that are dear to compute and often asked for again."""

from collections.abc import Callable, Sequence

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float32]


class RowCache:
    """Keeps one float row a word; a full table starts anew, so memory stays bounded."""

    def __init__(
        self, compute: Callable[[Sequence[str]], Floats], width: int, capacity: int
    ) -> None:
        self._compute = compute
        self._capacity = capacity
        self._table = np.empty((capacity, width), dtype=np.float32)
        self._places: dict[str, int] = {}

    def rows(self, words: Sequence[str]) -> Floats:
        """A copy of the rows of these words, in order: words x width."""
        places = self._places
        missing = [word for word in dict.fromkeys(words) if word not in places]
        if len(places) + len(missing) > self._capacity:
            places.clear()
            missing = list(dict.fromkeys(words))
        if missing:
            first = len(places)
            self._table[first : first + len(missing)] = self._compute(missing)
            places.update(zip(missing, range(first, first + len(missing)), strict=True))
        return self._table[[places[word] for word in words]]
