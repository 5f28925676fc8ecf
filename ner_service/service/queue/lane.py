"""A lane is the bounded queue in front of one tagger.

It admits or refuses at once, and knows when nobody waits for an answer any more. Its worker
forms the next batch from whatever queued while the last one ran, so nobody waits for a timer.
"""

import asyncio
import time
from collections.abc import Callable, Hashable, Iterable, Sequence

from ner_service.service.connection import Connection, Gone
from ner_service.service.queue.errors import Late, NotReady, Overloaded, retry_after
from ner_service.service.queue.job import SMALL_COST, Job, Sink, Tagged, cost_of
from ner_service.service.queue.loading import COMPILE_S, compiling
from ner_service.service.queue.worker import Worker, settle
from ner_service.types import Tagger

LOAD_S = 3  # what taggers usually take to load, all beside each other
COMPILE_RETRY_S = 5  # clients that try five times outlast the compiling
RESERVE = 1 / 8  # of the queue, for small requests
CROWDED = 1 / 4  # of the queue or of the deadline, whence heads are refused if there is no room
STOP_S = 1.0  # how long taggers may take to end; nobody waits for answers any more

ObserveBatch = Callable[[str, int, float], None]
"""Called after each batch with the tagger's name, the pieces, and the seconds taken."""


class Lane:
    """A lane admits texts to one tagger; it belongs to one event loop."""

    def __init__(self, worker: Worker, queue_chars: int, timeout_s: float) -> None:
        self.worker = worker
        self.queued = 0  # what the texts not yet answered cost
        self.crowded = False  # so that some request might not be admitted; else all small ones are
        self._waiting = 0  # requests not yet answered
        self._queue_chars, self._timeout_s = queue_chars, timeout_s
        self._room = asyncio.Event()

    @property
    def ready(self) -> bool:
        """Returns whether texts are really being answered."""
        return self.worker.tagger is not None and not self.stalled

    @property
    def stalled(self) -> bool:
        """Returns whether one batch takes longer than any request may wait."""
        since = self.worker.busy_since
        return since is not None and time.perf_counter() - since > self._timeout_s

    @property
    def wait_s(self) -> float:
        """Returns for how many seconds a text that came now would queue."""
        return self.queued * self.worker.pace

    def check(self) -> Tagger:
        """Returns the tagger; raises `NotReady` unless it can answer."""
        if self.worker.tagger is None:
            retry = COMPILE_RETRY_S if compiling.is_set() else 1
            raise NotReady(f"{self.worker.name}: {self.state}", retry)
        return self.worker.tagger

    @property
    def state(self) -> str:
        """Returns what the lane waits for, for how long it has, and how long that usually takes."""
        if self.worker.tagger is not None:
            busy = f"has been busy with one batch for more than {self._timeout_s:g} s"
            return busy if self.stalled else "is ready"
        if self.worker.error:
            return str(self.worker.error)
        usual = f"{LOAD_S} s are usual"
        if compiling.is_set():
            usual = f"kernels are compiled, once, which takes about {COMPILE_S} s"
        return f"is loading for {self.worker.loading_s:.0f} s; {usual}"

    def check_room(self, cost: int, patient: bool = False) -> None:
        """Raises `Overloaded` where a request of that cost is not admitted now.

        What costs more than the whole queue is admitted when nothing else is there. The patient
        leave half the queue to those who cannot wait.
        """
        if not self.has_room(cost, patient):
            raise Overloaded(self.retry_after)

    @property
    def retry_after(self) -> int:
        """Returns in how many seconds a request that is refused now may come again."""
        return retry_after(self.wait_s)

    def has_room(self, cost: int, patient: bool = False) -> bool:
        """Returns whether a request of that cost is admitted now."""
        if not self.queued:
            return True
        share = 2 if patient else 1
        open_part = 1 if cost <= SMALL_COST else 1 - RESERVE
        full = self.queued + cost > self._queue_chars * open_part / share
        late = self._wait_of(cost) > self._timeout_s / (2 * share)
        return not (full or late)

    def _wait_of(self, cost: int) -> float:
        """Returns the seconds until a request of that cost has its answer, as turns go.

        Others have as many characters as it has, and a batch may be running.
        """
        ahead = min(self.queued, self._waiting * cost + self.worker.batch_chars)
        return ahead * self.worker.pace

    async def tag(
        self,
        texts: Sequence[str],
        patient: bool = False,
        connection: Connection | None = None,
        client: Hashable = None,
        convention: str | None = None,
        asked: tuple[str, ...] = (),
        sink: Sink | None = None,
    ) -> Tagged:
        """Answers each text in order, or with the error that it caused.

        A convention is one of those that the tagger's info lists; without one, its first. Labels
        are `asked` of a tagger that finds any. Where a sink takes the entities of each piece, the
        answers have none.

        Raises `Overloaded` or `NotReady` at once, though the patient wait for room; `Late` after
        the deadline, and `Gone` when the client leaves. Texts that no batch has yet are dropped
        then, and where the caller is cancelled.
        """
        loop = asyncio.get_running_loop()
        deadline = loop.time() + self._timeout_s
        size = cost_of(texts)
        self.check()
        if patient:
            await self._wait_for_room(size, deadline)
        else:
            self.check_room(size)
        if connection and connection.closed:
            raise Gone
        job = Job(texts, loop.create_future(), client, convention, asked, sink)
        self._count(size, 1)
        timer = loop.call_at(deadline, lambda: settle((job, Late(self._timeout_s))))
        if connection:
            connection.on_close = lambda gone: settle((job, gone))
        self.worker.put(job)
        try:
            return await job.future
        finally:
            timer.cancel()
            if connection:
                connection.on_close = None
            self._count(-size, -1)
            self._room.set()

    def _count(self, cost: int, requests: int) -> None:
        """Counts requests that come, or that are answered."""
        self.queued += cost
        self._waiting += requests
        full = self.queued > self._queue_chars * CROWDED
        late = self.queued * self.worker.pace > self._timeout_s * CROWDED
        self.crowded = full or late

    async def _wait_for_room(self, size: int, deadline: float) -> None:
        try:
            async with asyncio.timeout_at(deadline):
                while not self.has_room(size, patient=True):
                    self._room.clear()
                    await self._room.wait()
                    self.check()
        except TimeoutError:
            raise Late(self._timeout_s) from None


def stop_lanes(lanes: Iterable[Lane]) -> None:
    """Lets the lanes end, and leaves those that hang."""
    until = time.monotonic() + STOP_S
    for lane in lanes:
        lane.worker.stop(max(0.0, until - time.monotonic()))
