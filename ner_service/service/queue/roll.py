"""The roll lists the taggers that load at a start, and logs a line when all are ready."""

import logging
import threading
import time
from collections.abc import Callable, Iterable

from ner_service.types import Tagger

FIRST_S = 3.0  # how long the others wait at most for the tagger that answers by default
log = logging.getLogger(__name__)


class Roll:
    """The roll lets the tagger that answers by default load first, and says when all are ready.

    Side by side all would be ready at the end.
    """

    def __init__(self, names: Iterable[str], first: str) -> None:
        self._names, self._began = [*names], time.perf_counter()
        self._missing, self._lock = {*self._names}, threading.Lock()
        self._first, self._begun = first, threading.Event()

    def in_turn(self, name: str, load: Callable[[], Tagger]) -> Callable[[], Tagger]:
        """Return a loader that waits for the first tagger, unless it is that one's."""

        def load_first() -> Tagger:
            try:
                return load()
            finally:
                self._begun.set()

        def load_next() -> Tagger:
            self._begun.wait(FIRST_S)
            return load()

        return load_first if name == self._first else load_next

    def strike(self, name: str) -> None:
        """Strike a tagger off; one that is loaded again later is not missing any more."""
        with self._lock:
            is_last = self._missing == {name}
            self._missing.discard(name)
        if is_last:
            seconds = time.perf_counter() - self._began
            log.info("ready: %s, all after %.1f s", ", ".join(self._names), seconds)
