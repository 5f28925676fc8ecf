"""The cores of the machine that this process may use, and how many of them are tagging."""

import os
from threading import Lock


def list_cores() -> list[int]:
    """Return the numbers of the cores that this process may use."""
    if hasattr(os, "sched_getaffinity"):
        return sorted(os.sched_getaffinity(0))
    return list(range(os.cpu_count() or 1))


class Cores:
    """Cores count the threads that are busy on them; `with` makes the calling thread one more."""

    def __init__(self, count: int) -> None:
        self.count = count
        self._busy = 0
        self._lock = Lock()

    def has_second(self) -> bool:
        """Return whether a second thread would have a core beside the caller, not yet counted."""
        return self._busy + 1 < self.count

    def __enter__(self) -> None:
        with self._lock:
            self._busy += 1

    def __exit__(self, *raised: object) -> None:
        with self._lock:
            self._busy -= 1
