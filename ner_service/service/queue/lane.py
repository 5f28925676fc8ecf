"""The lane: the bounded queue in front of one tagger.

The lane admits or refuses at once, and knows when nobody waits for an answer any more. Its worker
forms the next batch from whatever queued while the last one ran, so nobody waits for a timer.
"""

import asyncio
import time
from collections.abc import Callable, Sequence

from ner_service.errors import NerError
from ner_service.service.connection import Leaving
from ner_service.service.queue.job import Job, Late, NotReady, Overloaded, Tagged, cost
from ner_service.service.queue.worker import Worker
from ner_service.types import Tagger

LONGEST_RETRY_S = 60


class Lane:
    """Admits texts to one tagger; belongs to one event loop."""

    def __init__(
        self,
        name: str,
        load: Callable[[], Tagger],
        queue_chars: int,
        batch_chars: int,
        timeout_s: float,
        observe: Callable[[int, int, float], None] = lambda pieces, cost, seconds: None,
    ) -> None:
        self.name = name
        self.queued = 0  # what the texts not yet answered cost
        self._queue_chars, self._timeout_s, self._observe = queue_chars, timeout_s, observe
        self._pace = 0.0  # seconds a character, as lately measured
        self._room = asyncio.Event()
        self._worker = Worker(name, load, batch_chars, self._measure)

    @property
    def tagger(self) -> Tagger | None:
        """The tagger, once it has really answered a text and for as long as it lives."""
        return self._worker.tagger

    @property
    def error(self) -> NerError | None:
        """Why the tagger is not there, unless it is merely being loaded."""
        return self._worker.error

    @property
    def restarts(self) -> int:
        """How often the tagger has died or failed to load."""
        return self._worker.restarts

    @property
    def ready(self) -> bool:
        """True while texts are really being answered."""
        return self.tagger is not None and not self.stalled

    @property
    def stalled(self) -> bool:
        """True where one batch takes longer than any request may wait."""
        since = self._worker.busy_since
        return since is not None and time.perf_counter() - since > self._timeout_s

    @property
    def wait_s(self) -> float:
        """How long a text that came now would queue."""
        return self.queued * self._pace

    def check(self) -> None:
        """Raises `NotReady` unless the tagger can answer."""
        if self.tagger is None:
            raise NotReady(f"{self.name}: {self.error or 'is loading'}")

    def check_room(self, cost: int, patient: bool = False) -> None:
        """Raises `Overloaded` where a request of that cost is not admitted now.

        What costs more than the whole queue is admitted when nothing else is there. The patient
        leave half the queue to those who cannot wait.
        """
        if not self.has_room(cost, patient):
            raise Overloaded(self.retry_after)

    @property
    def retry_after(self) -> int:
        """In how many seconds a request that is refused now may come again."""
        return min(LONGEST_RETRY_S, max(1, round(self.wait_s)))

    def has_room(self, cost: int, patient: bool = False) -> bool:
        """Whether a request of that cost is admitted now."""
        share = 2 if patient else 1
        full = self.queued + cost > self._queue_chars / share
        late = self.wait_s > self._timeout_s / (2 * share)
        return not self.queued or not (full or late)

    async def tag(
        self, texts: Sequence[str], patient: bool = False, leaving: Leaving | None = None
    ) -> Tagged:
        """Answers each text in order, or with the error that it caused.

        Raises `Overloaded` or `NotReady` at once, though the patient wait for room; `Late` after
        the deadline, and `Gone` when the client leaves. Texts that no batch has yet are dropped
        then, and where the caller is cancelled.
        """
        loop = asyncio.get_running_loop()
        deadline = loop.time() + self._timeout_s
        size = sum(map(cost, texts))
        self.check()
        if patient:
            await self._wait_for_room(size, deadline)
        else:
            self.check_room(size)
        job = Job(texts, loop.create_future())
        self.queued += size
        timer = loop.call_at(deadline, lambda: job.settle(Late(self._timeout_s)))
        if leaving:
            leaving.then(job.settle)
        self._worker.put(job)
        try:
            return await job.future
        finally:
            timer.cancel()
            if leaving:
                leaving.forget()
            self.queued -= size
            self._room.set()

    async def _wait_for_room(self, size: int, deadline: float) -> None:
        try:
            async with asyncio.timeout_at(deadline):
                while not self.has_room(size, patient=True):
                    self._room.clear()
                    await self._room.wait()
                    self.check()
        except TimeoutError:
            raise Late(self._timeout_s) from None

    def _measure(self, pieces: int, cost: int, seconds: float) -> None:
        pace = seconds / cost
        self._pace = 0.8 * self._pace + 0.2 * pace if self._pace else pace
        self._observe(pieces, cost, seconds)

    def stop(self, seconds: float) -> None:
        """Lets the worker finish what was admitted, and waits so long for it."""
        self._worker.stop(seconds)
