"""The lane: a bounded queue and one worker thread in front of one tagger.

The lane admits or refuses at once. The worker forms its next batch from whatever queued while
the last one ran, so nobody waits for a timer; it passes over requests whose client has left.
"""

import asyncio
import logging
import threading
import time
from collections import deque
from collections.abc import Callable, Sequence
from contextlib import suppress
from dataclasses import dataclass, field

from ner_service.types import Entity, NerError, Tagger

log = logging.getLogger(__name__)

PROBE = "Анна живёт в Москве."
ROOM_POLL_S = 0.01  # how often a stream looks for room in the queue


class Overloaded(NerError):
    """The queue is full; `retry_after` is in seconds."""

    def __init__(self, retry_after: int) -> None:
        super().__init__(f"the queue is full: try again in {retry_after} s")
        self.retry_after = retry_after


class NotReady(NerError):
    """The tagger is still loading, or has died and is being restarted."""


class TaggerFailed(NerError):
    """The tagger raised on this very text."""


Answer = list[Entity] | TaggerFailed


@dataclass(eq=False, slots=True)
class Job:
    """The texts of one request, how many have been handed out, and their answers."""

    texts: Sequence[str]
    cost: int
    answered: asyncio.Future[list[Answer]]
    loop: asyncio.AbstractEventLoop
    taken: int = 0
    answers: list[Answer] = field(default_factory=list)


def cost(text: str) -> int:
    """What a text counts in the queue: its characters, and something for being there."""
    return len(text) + 16


class Lane:
    """Owns one tagger: loads it in its thread, proves it on a text, and feeds it batches."""

    def __init__(
        self, name: str, load: Callable[[], Tagger], queue_chars: int, batch_chars: int
    ) -> None:
        self.name = name
        self.tagger: Tagger | None = None
        self.error: NerError | None = None
        self._load, self._queue_chars, self._batch_chars = load, queue_chars, batch_chars
        self._open: set[Job] = set()  # admitted and not yet answered
        self._turns: deque[Job] = deque()  # those with texts that no batch has yet
        self._pace = 0.0  # seconds a character, as lately measured
        self._changed = threading.Condition()
        self._stopping = False
        self._thread = self._start()

    def _start(self) -> threading.Thread:
        thread = threading.Thread(target=self._run, name=f"lane-{self.name}", daemon=True)
        thread.start()
        return thread

    @property
    def ready(self) -> bool:
        """True once the tagger has really answered a text, for as long as its thread lives."""
        return self.tagger is not None and self._thread.is_alive()

    @property
    def queued(self) -> int:
        """What the texts not yet answered cost."""
        with self._changed:
            return sum(job.cost for job in self._open)

    async def tag(self, texts: Sequence[str], wait: bool = False) -> list[Answer]:
        """Answers each text in order, or with the error that it caused.

        Raises `Overloaded` or `NotReady` at once; with `wait`, for streams, waits for room
        instead. Texts that no batch has yet are dropped when the caller is cancelled.
        """
        loop = asyncio.get_running_loop()
        job = Job(texts, sum(map(cost, texts)), loop.create_future(), loop)
        self.check()
        if not texts:
            return []
        while not self._admit(job):
            if not wait:
                raise Overloaded(retry_after=max(1, round(self.queued * self._pace)))
            await asyncio.sleep(ROOM_POLL_S)
            self.check()
        return await job.answered

    def check(self) -> None:
        """Raises `NotReady` unless the tagger can answer; starts a thread that died again."""
        if self.error:
            raise NotReady(f"{self.name}: {self.error}")
        if not self._thread.is_alive() and not self._stopping:
            self._thread = self._start()
        if not self.ready:
            raise NotReady(f"{self.name} is loading")

    def _admit(self, job: Job) -> bool:
        with self._changed:
            queued = sum(other.cost for other in self._open)
            if queued and queued + job.cost > self._queue_chars:
                return False
            self._open.add(job)
            self._turns.append(job)
            self._changed.notify()
            return True

    def _run(self) -> None:
        try:
            tagger = self._load()
            tagger.tag([PROBE])
            self.tagger = tagger
            while batch := self._next():
                self._answer(tagger, batch)
        except NerError as error:
            self.error = error
            log.error("%s cannot be loaded: %s", self.name, error)
        except BaseException as error:
            log.error("%s died of %s; the next request starts it again", self.name, _kind(error))
        finally:
            self.tagger = None
            self._abandon()

    def _next(self) -> list[tuple[Job, str]]:
        """Waits for texts and takes a batch of them; empty when stopping."""
        with self._changed:
            while True:
                if batch := self._take():
                    return batch
                if self._stopping:
                    return []
                self._changed.wait()

    def _take(self) -> list[tuple[Job, str]]:
        """One text of each job in turn, up to the budget."""
        batch: list[tuple[Job, str]] = []
        size = 0
        while self._turns and (not batch or size < self._batch_chars):
            job = self._turns.popleft()
            if job.answered.cancelled():
                self._open.discard(job)
                continue
            batch.append((job, job.texts[job.taken]))
            size += cost(job.texts[job.taken])
            job.taken += 1
            if job.taken < len(job.texts):
                self._turns.append(job)
        return batch

    def _answer(self, tagger: Tagger, batch: Sequence[tuple[Job, str]]) -> None:
        texts = [text for _, text in batch]
        started = time.perf_counter()
        found = answers(tagger, texts)
        self._pace = (time.perf_counter() - started) / sum(map(cost, texts))
        for (job, _), answer in zip(batch, found, strict=True):
            job.answers.append(answer)
            if len(job.answers) == len(job.texts):
                self._finish(job, job.answers)

    def _finish(self, job: Job, result: list[Answer] | NerError) -> None:
        with self._changed:
            self._open.discard(job)
        with suppress(RuntimeError):  # the loop is closed: nobody waits any more
            job.loop.call_soon_threadsafe(deliver, job, result)

    def _abandon(self) -> None:
        """Tells everyone still waiting that no answer will come."""
        with self._changed:
            jobs = list(self._open)
            self._turns.clear()
        for job in jobs:
            self._finish(job, NotReady(f"{self.name} is restarting"))

    def stop(self, seconds: float) -> None:
        """Lets the worker finish what was admitted, and waits so long for it."""
        with self._changed:
            self._stopping = True
            self._changed.notify()
        self._thread.join(seconds)


def deliver(job: Job, result: list[Answer] | NerError) -> None:
    """Hands a result to the caller, in the caller's own loop."""
    if job.answered.done():
        return
    if isinstance(result, NerError):
        job.answered.set_exception(result)
    else:
        job.answered.set_result(result)


def answers(tagger: Tagger, texts: Sequence[str]) -> list[Answer]:
    """Tags a batch; when it raises, each text alone, so that one cannot fail its neighbours."""
    try:
        return list(tagger.tag(texts))
    except Exception as error:
        if len(texts) == 1:
            log.error("%s on a text of %d characters", _kind(error), len(texts[0]))
            return [TaggerFailed("the tagger failed on this text")]
        return [answer for text in texts for answer in answers(tagger, [text])]


def _kind(error: BaseException) -> str:
    return type(error).__name__  # never its message, which may quote the text
