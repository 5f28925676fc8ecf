"""The analysis of names is asked for here, once for the texts of all taggers."""

import asyncio
from collections.abc import Sequence

from ner_service.service.connection import Connection
from ner_service.service.queue.analysis_thread import (
    AnalysisThread,
    Observe,
    Task,
    Write,
    Written,
    settle,
)
from ner_service.service.queue.errors import Late, Overloaded, retry_after
from ner_service.service.queue.job import cost_of
from ner_service.types import Entity

STOP_S = 1.0  # how long a running batch may take; nobody waits for answers any more


class AnalysisQueue:
    """The queue admits texts or refuses them at once; it belongs to one event loop."""

    def __init__(
        self, queue_chars: int, batch_chars: int, timeout_s: float, observe: Observe
    ) -> None:
        self.queued = 0  # what the texts not yet answered cost
        self._came = self._number = 0  # characters and tasks so far
        self._queue_chars, self._timeout_s = queue_chars, timeout_s
        self._thread = AnalysisThread(batch_chars, observe)

    @property
    def wait_s(self) -> float:
        """Returns for how many seconds a text that came now would queue."""
        return self.queued * self._thread.pace

    def check_room(self, texts: Sequence[str]) -> None:
        """Raises `Overloaded` where texts are not admitted now; where no others are, they are."""
        full = self.queued + cost_of(texts) > self._queue_chars
        if self.queued and (full or self.wait_s > self._timeout_s / 2):
            raise Overloaded(retry_after(self.wait_s))

    async def analyse(
        self,
        texts: Sequence[str],
        entities: Sequence[Sequence[Entity]],
        write: Write,
        seconds: float,
        connection: Connection | None = None,
    ) -> Written:
        """Returns what `write` makes of each text and its analysis, or that the text failed.

        Raises `Late` after so many seconds, and `Gone` when the client leaves.
        """
        loop = asyncio.get_running_loop()
        future: asyncio.Future[Written] = loop.create_future()
        size = cost_of(texts)
        self._number += 1
        self._came += size
        self.queued += size
        timer = loop.call_later(seconds, lambda: settle((future, Late(self._timeout_s))))
        if connection:
            connection.on_close = lambda gone: settle((future, gone))
        self._thread.put(Task(self._came + size, self._number, texts, entities, write, future))
        try:
            return await future
        finally:
            timer.cancel()
            if connection:
                connection.on_close = None
            self.queued -= size

    def stop(self) -> None:
        """Lets the thread end, and leaves it where it hangs."""
        self._thread.stop(STOP_S)
