"""The lane: a bounded queue and one worker thread in front of one tagger.

The lane admits or refuses at once. The worker forms its next batch from whatever queued while
the last one ran, so nobody waits for a timer; it passes over requests whose client has left.
"""

import asyncio
import logging
import threading
from collections import deque
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field

from ner_service.types import Entity, NerError, Tagger

log = logging.getLogger(__name__)

PROBE = "Анна живёт в Москве."


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
    answered: asyncio.Future[list[Answer]]
    loop: asyncio.AbstractEventLoop
    taken: int = 0
    answers: list[Answer] = field(default_factory=list)

    @property
    def chars(self) -> int:
        return sum(map(cost, self.texts))


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
        self._jobs: deque[Job] = deque()
        self._queued = 0
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

    async def tag(self, texts: Sequence[str], wait: bool = False) -> list[Answer]:
        """Answers each text in order, or with the error that it caused.

        Raises `Overloaded` or `NotReady` at once; with `wait`, for streams, waits for room
        instead. A cancelled caller's texts are not tagged.
        """
        while not self._admits(texts):
            if not wait:
                raise Overloaded(retry_after=1)
            await asyncio.sleep(0.01)
        loop = asyncio.get_running_loop()
        job = Job(texts, loop.create_future(), loop)
        if not texts:
            return []
        with self._changed:
            self._jobs.append(job)
            self._queued += job.chars
            self._changed.notify()
        return await job.answered

    def _admits(self, texts: Sequence[str]) -> bool:
        self._check()
        size = sum(map(cost, texts))
        return not self._queued or self._queued + size <= self._queue_chars

    def _check(self) -> None:
        if self.error:
            raise NotReady(f"{self.name}: {self.error}")
        if not self._thread.is_alive() and not self._stopping:
            self.tagger = None
            self._thread = self._start()
        if not self.ready:
            raise NotReady(f"{self.name} is loading")

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
            log.error("%s died: %s", self.name, type(error).__name__)
        finally:
            self.tagger = None
            self._abandon()

    def _next(self) -> list[tuple[Job, str]]:
        """Waits for texts; takes turns between jobs up to the budget. Empty when stopping."""
        with self._changed:
            while not self._jobs and not self._stopping:
                self._changed.wait()
            batch: list[tuple[Job, str]] = []
            size = 0
            while self._jobs and (not batch or size < self._batch_chars):
                job = self._jobs.popleft()
                if job.answered.cancelled():
                    self._queued -= job.chars
                    continue
                text = job.texts[job.taken]
                job.taken += 1
                batch.append((job, text))
                size += cost(text)
                if job.taken < len(job.texts):
                    self._jobs.append(job)
            return batch or (self._next() if not self._stopping else [])

    def _answer(self, tagger: Tagger, batch: Sequence[tuple[Job, str]]) -> None:
        for (job, _), answer in zip(batch, answers(tagger, [t for _, t in batch]), strict=True):
            job.answers.append(answer)
            if len(job.answers) == len(job.texts):
                self._finish(job, job.answers)

    def _finish(self, job: Job, result: list[Answer] | NerError) -> None:
        with self._changed:
            self._queued -= job.chars

        def deliver() -> None:
            if job.answered.done():
                return
            if isinstance(result, NerError):
                job.answered.set_exception(result)
            else:
                job.answered.set_result(result)

        job.loop.call_soon_threadsafe(deliver)

    def _abandon(self) -> None:
        with self._changed:
            jobs, self._jobs = list(self._jobs), deque()
        for job in jobs:
            self._finish(job, NotReady(f"{self.name} is restarting"))

    def stop(self) -> None:
        """Lets the worker finish what is queued, and waits for it."""
        with self._changed:
            self._stopping = True
            self._changed.notify()
        self._thread.join(timeout=10)


def answers(tagger: Tagger, texts: Sequence[str]) -> list[Answer]:
    """Tags a batch; when it raises, each text alone, so that one cannot fail its neighbours."""
    try:
        return list(tagger.tag(texts))
    except Exception as error:
        if len(texts) == 1:
            log.error("%s on a text of %d characters", type(error).__name__, len(texts[0]))
            return [TaggerFailed("the tagger failed on this text")]
        return [answer for text in texts for answer in answers(tagger, [text])]
