"""Each tagger has a lane, by the name that requests give it."""

import time
from collections.abc import Callable
from functools import partial

from ner_service.service.queue.lane import Lane
from ner_service.service.queue.worker import Worker
from ner_service.service.settings import Settings
from ner_service.types import Tagger

STOP_S = 1.0  # how long taggers may take to end; nobody waits for answers any more

ObserveBatch = Callable[[str, int, int, float], None]
"""Called after each batch with the tagger's name, the pieces, their cost, and the seconds taken."""


class Lanes:
    """The lanes are known by name; there are none until they are started."""

    def __init__(
        self, settings: Settings, load: Callable[[str], Tagger], observe: ObserveBatch
    ) -> None:
        self._settings, self._load, self._observe = settings, load, observe
        self.by_name: dict[str, Lane] = {}

    def start(self) -> None:
        """Starts loading every tagger in its own thread."""
        s = self._settings
        for name, spec in s.specs.items():
            load, observe = partial(self._load, spec), partial(self._observe, name)
            worker = Worker(name, load, s.batch_chars, observe)
            self.by_name[name] = Lane(worker, s.queue_chars, s.timeout_s)

    def stop(self) -> None:
        """Lets the lanes end, and leaves those that hang."""
        until = time.monotonic() + STOP_S
        for lane in self.by_name.values():
            lane.worker.stop(max(0.0, until - time.monotonic()))
