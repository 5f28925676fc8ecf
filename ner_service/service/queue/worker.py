"""The thread that owns a tagger: it loads, proves and feeds it, and reloads one that died."""

import logging
import os
import queue
import threading
import time
from collections import deque
from collections.abc import Callable, Sequence
from contextlib import suppress

from ner_service.errors import NerError
from ner_service.service.queue.job import (
    Answer,
    Job,
    NotReady,
    Piece,
    TaggerFailed,
    cost,
    deliver,
    turns,
)
from ner_service.types import Tagger

log = logging.getLogger(__name__)

PROBE = "Анна живёт в Москве."
FIRST_PAUSE_S, LONGEST_PAUSE_S = 0.5, 30.0  # between attempts to load

Observe = Callable[[int, int, float], None]
"""Called after each batch with its pieces, its cost and the seconds it took."""


class Worker:
    """Answers jobs in batches formed of whatever came in while the last batch ran."""

    def __init__(
        self, name: str, load: Callable[[], Tagger], batch_chars: int, observe: Observe
    ) -> None:
        self.name = name
        self.tagger: Tagger | None = None  # set once it has really answered a text
        self.error: NerError | None = None
        self.busy_since: float | None = None
        self.restarts = 0
        self._load, self._batch_chars, self._observe = load, batch_chars, observe
        self._inbox: queue.SimpleQueue[Job | None] = queue.SimpleQueue()
        self._turns: deque[Job] = deque()
        self._batch: list[Piece] = []
        self._leaving = False
        self._stop = threading.Event()
        self._thread = threading.Thread(target=self._run, name=f"lane-{name}", daemon=True)
        self._thread.start()

    def put(self, job: Job) -> None:
        """Queues a job; its future will have the answers."""
        self._inbox.put(job)

    def stop(self, seconds: float) -> None:
        """Lets it finish what it has, and waits so long for that."""
        self._stop.set()
        self._inbox.put(None)
        self._thread.join(seconds)

    def _run(self) -> None:
        yield_to_loop()
        pause = FIRST_PAUSE_S
        while not self._stop.is_set():
            try:
                tagger = self._load()
                tagger.tag([PROBE])
                self.tagger, self.error, pause = tagger, None, FIRST_PAUSE_S
                while self._form():
                    self._answer(tagger)
            except NerError as error:
                self._died(error)
            except BaseException as error:  # whatever a library raises: the thread must go on
                self._died(NotReady(f"the tagger died of {kind(error)}"))
            finally:
                self.tagger = self.busy_since = None
                self._abandon()
            self._stop.wait(pause)
            pause = min(2 * pause, LONGEST_PAUSE_S)

    def _died(self, error: NerError) -> None:
        self.error = error
        self.restarts += 1
        log.error("%s: %s", self.name, error)

    def _form(self) -> bool:
        """Waits for jobs and takes a batch of them; false where no more will come."""
        self._batch = []
        while not self._batch:
            if self._leaving and not self._turns:
                return False
            self._fetch()
            self._batch = list(turns(self._turns, self._batch_chars))
        return True

    def _fetch(self) -> None:
        """Takes in what has been put to it; waits only where there is nothing else to do."""
        with suppress(queue.Empty):
            job = self._inbox.get(block=not self._turns and not self._leaving)
            while True:
                if job is None:
                    self._leaving = True
                else:
                    self._open(job)
                job = self._inbox.get_nowait()

    def _open(self, job: Job) -> None:
        if job.future.done():
            return  # its client has left
        job.open()
        if job.left:
            self._turns.append(job)
        else:
            deliver([(job, job.tagged)])

    def _answer(self, tagger: Tagger) -> None:
        texts = [piece.text for piece in self._batch]
        self.busy_since = started = time.perf_counter()
        found = answers(tagger, texts)
        self.busy_since = None
        self._observe(len(texts), sum(map(cost, texts)), time.perf_counter() - started)
        for piece, answer in zip(self._batch, found, strict=True):
            piece.job.add(piece, answer)
        jobs = {piece.job: None for piece in self._batch}
        deliver([(job, job.tagged) for job in jobs if not job.left])

    def _abandon(self) -> None:
        """Tells everyone who still waits that no answer will come."""
        jobs = {*self._turns, *(piece.job for piece in self._batch)}
        self._turns.clear()
        self._batch = []
        with suppress(queue.Empty):
            while True:
                if job := self._inbox.get_nowait():
                    jobs.add(job)
        restarting = NotReady(f"{self.name} is restarting")
        with suppress(RuntimeError):  # the loop is closed: nobody waits any more
            deliver([(job, restarting) for job in jobs])


def yield_to_loop() -> None:
    """Lets a job that is put not interrupt the event loop, which would only have to wait for it."""
    with suppress(AttributeError, OSError):  # Linux alone knows it, and some sandboxes forbid it
        os.sched_setscheduler(0, os.SCHED_BATCH, os.sched_param(0))  # of this thread alone


def answers(tagger: Tagger, texts: Sequence[str]) -> list[Answer]:
    """Tags a batch; when it raises, each text alone, so that one cannot fail its neighbours."""
    try:
        return list(tagger.tag(texts))
    except Exception as error:
        if len(texts) == 1:
            log.error("%s on a text of %d characters", kind(error), len(texts[0]))
            return [TaggerFailed("the tagger failed on this text")]
        return [answer for text in texts for answer in answers(tagger, [text])]


def kind(error: BaseException) -> str:
    return type(error).__name__  # never its message, which may quote the text
