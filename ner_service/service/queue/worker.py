"""A worker is the thread that owns a tagger: it loads, probes and feeds it, and reloads it."""

import logging
import os
import queue
import threading
import time
from collections.abc import Callable, Iterable, Sequence
from concurrent.futures import Future
from contextlib import suppress

from ner_service.errors import NerError
from ner_service.service.queue import collector
from ner_service.service.queue.errors import NotReady, TaggerFailed
from ner_service.service.queue.job import Answer, Job, Piece, Result, Sink, Tagged, cost_of
from ner_service.service.queue.loading import probe
from ner_service.service.queue.turns import Turns
from ner_service.text.chunks import PIECE_CHARS
from ner_service.types import Conventional, Entity, Tagger, ask_labels

log = logging.getLogger(__name__)

FIRST_PAUSE_S, LONGEST_PAUSE_S = 0.5, 30.0  # between attempts to load
LEAST_PIECE_CHARS = 3_000  # smaller pieces take longer for each character: 2,500 take 6% more
BREAK_S = 0.0001  # after batches that end somebody's wait, while long texts wait for their turns
MEMORY = 0.8  # of former batches, when the pace is measured

Observe = Callable[[int, float], None]
"""Called after each batch with its pieces and the seconds it took."""


class Worker:
    """A worker answers jobs in batches, formed of whatever came in while the last one ran."""

    def __init__(
        self,
        name: str,
        load: Callable[[], Tagger],
        batch_chars: int,
        observe: Observe,
        on_ready: Callable[[str], None] | None = None,
    ) -> None:
        self.name = name
        self.tagger: Tagger | None = None  # set once it has really answered a text
        self.error: NerError | None = None  # why it has no tagger, unless it is merely loading
        self.busy_since: float | None = None
        self.loading_since = time.perf_counter()
        self.restarts = 0  # how often the tagger has died or failed to load
        self._measured = (0.0, 0.0)  # seconds and characters of late
        self.batch_chars = batch_chars
        self.piece_chars = min(PIECE_CHARS, max(batch_chars // 12, LEAST_PIECE_CHARS))
        self._load, self._observe, self._on_ready = load, observe, on_ready
        self._inbox: queue.SimpleQueue[Job | None] = queue.SimpleQueue()
        self._turns = Turns()
        self._sharing = False  # jobs wait for their turns
        self._batch: list[Piece] = []
        self._stopping = False
        self._stop = threading.Event()
        self.first_load: Future[None] = Future()  # has what came of the first attempt to load
        self._thread = threading.Thread(target=self._run, name=f"lane-{name}", daemon=True)
        self._thread.start()

    @property
    def pace(self) -> float:
        """Returns the seconds that a character costs, as lately measured.

        Batches count by their characters: one of a few words takes far longer for each.
        """
        seconds, chars = self._measured
        return seconds / chars if chars else 0.0

    @property
    def loading_s(self) -> float:
        """Returns the seconds since the tagger began to load."""
        return time.perf_counter() - self.loading_since

    def put(self, job: Job) -> None:
        """Queues a job; its future will have the answers."""
        self._inbox.put(job)

    def continue_pace(self, other: "Worker") -> None:
        """Expects to be as fast as another worker was, until it has been measured itself."""
        self._measured = other._measured

    def stop(self, seconds: float) -> None:
        """Lets the worker finish the jobs that it has, and waits so many seconds for that."""
        self._stop.set()
        self._inbox.put(None)
        self._thread.join(seconds)

    def _run(self) -> None:
        yield_to_loop()
        self._pause = FIRST_PAUSE_S
        while not self._stop.is_set():
            try:
                self._serve()
            except BaseException as error:  # whatever a library raises: the thread must go on
                died = NotReady(f"the tagger died of {type(error).__name__}")
                self.error = error if isinstance(error, NerError) else died
                self.restarts += 1
                self._note_load(self.error)
                log.error("%s: %s", self.name, self.error)
            finally:
                self.tagger = self.busy_since = None
                self._abandon()
                collector.release()
            self._stop.wait(self._pause)
            self._pause = min(2 * self._pause, LONGEST_PAUSE_S)
        self._note_load(NotReady(f"{self.name} has been stopped"))

    def _note_load(self, error: NerError | None) -> None:
        if not self.first_load.done():
            self.first_load.set_exception(error) if error else self.first_load.set_result(None)

    def _serve(self) -> None:
        """Loads the tagger and tags by it until it dies, or no more jobs will come."""
        self.loading_since = time.perf_counter()
        tagger = probe(self._load())
        collector.spare()
        self.tagger, self.error, self._pause = tagger, None, FIRST_PAUSE_S
        log.info("%s: ready after %.1f s", self.name, self.loading_s)
        if self._on_ready:
            self._on_ready(self.name)
        self._note_load(None)
        while self._form_batch():
            self._tag_batch(tagger)

    def _form_batch(self) -> bool:
        """Waits for jobs and takes a batch of them; returns false where no more will come."""
        self._batch = []
        while not self._batch and (self._sharing or not self._stopping):
            jobs = self._fetch()
            if self._sharing or sum(cost_of(job.texts) for job in jobs) > self.batch_chars:
                self._batch = self._take_turns(jobs)
            else:  # there is room for all
                self._batch = [piece for job in jobs for piece in job.pieces(self.piece_chars)]
                deliver([(job, finish(job)) for job in jobs if not any(job.texts)])
        return bool(self._batch)

    def _fetch(self) -> list[Job]:
        """Returns the jobs that were put; waits only where there is nothing else to do."""
        jobs: list[Job] = []
        with suppress(queue.Empty):
            job = self._inbox.get(block=not self._sharing and not self._stopping)
            while True:
                if job is None:
                    self._stopping = True
                elif not job.future.done():  # else its client has left
                    jobs.append(job)
                job = self._inbox.get_nowait()
        return jobs

    def _take_turns(self, jobs: Iterable[Job]) -> list[Piece]:
        """Returns the pieces whose turn it is, of these jobs and of those that wait already."""
        for job in jobs:
            job.open(self.piece_chars)
            if job.piece:
                self._turns.add(job)
            else:
                deliver([(job, finish(job))])
        batch = self._turns.take(self.batch_chars, self.piece_chars)
        self._sharing = bool(self._turns)
        return batch

    def _tag_batch(self, tagger: Tagger) -> None:
        texts = [piece.text for piece in self._batch]
        self.busy_since = started = time.perf_counter()
        answers = tag_as_asked(tagger, self._batch)
        self.busy_since = None
        size, seconds = cost_of(texts), time.perf_counter() - started
        before, chars = self._measured
        self._measured = (MEMORY * before + seconds, MEMORY * chars + size)
        self._observe(len(texts), seconds)
        for piece, answer in zip(self._batch, answers, strict=True):
            add_answer(piece, answer)
        jobs = {piece.job: None for piece in self._batch}
        done = [(job, finish(job)) for job in jobs if not job.piece]
        deliver(done)
        if done and self._turns.large.clients:
            time.sleep(BREAK_S)  # lets the event loop send the answers, which needs the same lock

    def _abandon(self) -> None:
        """Settles every job that still waits: no answer will come."""
        self._sharing = False
        jobs = {*self._turns.clear(), *(piece.job for piece in self._batch)}
        self._batch = []
        with suppress(queue.Empty):
            while True:
                if job := self._inbox.get_nowait():
                    jobs.add(job)
        restarting = NotReady(f"{self.name} is restarting")
        with suppress(RuntimeError):  # the loop is closed: nobody waits any more
            deliver([(job, restarting) for job in jobs])


def yield_to_loop() -> None:
    """Keeps this thread from interrupting the event loop, which would only have to wait for it."""
    with suppress(AttributeError, OSError):  # Linux alone knows it, and some sandboxes forbid it
        os.sched_setscheduler(0, os.SCHED_BATCH, os.sched_param(0))  # of this thread alone


def tag_as_asked(tagger: Tagger, batch: Sequence[Piece]) -> list[Answer]:
    """Tags a batch, of which each piece may name a convention, or labels that it asks for."""
    kinds = {(piece.job.convention, piece.job.asked) for piece in batch}
    if kinds == {(None, ())}:
        return tag_each(tagger, [piece.text for piece in batch])
    answers: dict[int, Answer] = {}
    for kind in kinds:
        at = [n for n, p in enumerate(batch) if (p.job.convention, p.job.asked) == kind]
        one = ask_labels(in_convention(tagger, kind[0]), kind[1])
        answers |= zip(at, tag_each(one, [batch[n].text for n in at]), strict=True)
    return [answers[n] for n in range(len(batch))]


def in_convention(tagger: Tagger, convention: str | None) -> Tagger:
    """Returns the tagger that answers by a convention."""
    if convention is None or not isinstance(tagger, Conventional):
        return tagger
    return tagger.in_convention(convention)


def tag_each(tagger: Tagger, texts: Sequence[str]) -> list[Answer]:
    """Tags a batch; when it raises, each text alone, so that one cannot fail its neighbours."""
    try:
        return list(tagger.tag(texts))
    except Exception as error:
        if len(texts) == 1:  # the error's message may quote the text: its type alone is logged
            log.error("%s on a text of %d characters", type(error).__name__, len(texts[0]))
            return [TaggerFailed()]
        return [answer for text in texts for answer in tag_each(tagger, [text])]


def add_answer(piece: Piece, answer: Answer) -> None:
    """Keeps the answer to one piece; a text with a piece that failed has failed."""
    job, n = piece.job, piece.n
    before = job.answers[n]
    if isinstance(before, TaggerFailed):
        return
    if not isinstance(answer, TaggerFailed):
        count_labels(job.labels[n], answer)
        if piece.start:  # not in most texts: copies would cost a fifth of a small request
            answer = [entity.shift(piece.start) for entity in answer]
        answer = pour(job.sink, n, answer) if job.sink else answer
    if isinstance(answer, TaggerFailed):
        job.answers[n] = answer
        job.labels[n].clear()
    else:
        before.extend(answer)


def pour(sink: Sink, n: int, entities: Sequence[Entity]) -> Answer:
    """Gives a sink the entities of a piece, and returns none; they may be none that it can take."""
    try:
        sink(n, entities)
    except Exception as error:  # its message may quote the text
        log.error("%s on %d entities", type(error).__name__, len(entities))
        return TaggerFailed()
    return []


def count_labels(labels: dict[str, int], entities: Iterable[Entity]) -> None:
    """Counts entities by label, here where it keeps no other request waiting."""
    for entity in entities:
        labels[entity.label] = labels.get(entity.label, 0) + 1


def sum_labels(of_texts: Sequence[dict[str, int]]) -> dict[str, int]:
    """Returns the numbers of entities by label in all texts of a job."""
    if len(of_texts) == 1:
        return of_texts[0]
    total: dict[str, int] = {}
    for labels in of_texts:
        for label, number in labels.items():
            total[label] = total.get(label, 0) + number
    return total


def finish(job: Job) -> Tagged:
    """Returns the result of a job of which nothing is left."""
    queued, tagging = job.begun - job.admitted, time.perf_counter() - job.begun
    return Tagged(job.answers, sum_labels(job.labels), queued, tagging)


def deliver(results: Sequence[tuple[Job, Result]]) -> None:
    """Hands over results from any thread; waking the event loop once for all costs the least."""
    if results:
        results[0][0].future.get_loop().call_soon_threadsafe(settle, *results)


def settle(*results: tuple[Job, Result]) -> None:
    """Gives results to those who wait and have none yet; in their event loop."""
    for job, result in results:
        if job.future.done():
            continue
        if isinstance(result, Exception):
            job.future.set_exception(result)
        else:
            job.future.set_result(result)
