"""A worker is the thread that owns a tagger: it loads, probes and feeds it, and reloads it."""

import logging
import queue
import threading
import time
from collections import deque
from collections.abc import Callable, Iterable, Sequence
from concurrent.futures import Future
from contextlib import suppress

from ner_service.cores import Cores
from ner_service.errors import NerError
from ner_service.service.queue import collector
from ner_service.service.queue.assistant import Assistant
from ner_service.service.queue.errors import NotReady, TaggerFailed
from ner_service.service.queue.job import (
    Answer,
    Job,
    Pace,
    Piece,
    Result,
    add_answer,
    cost_of,
    finish,
)
from ner_service.service.queue.loading import probe
from ner_service.service.queue.scheduling import yield_to_loop
from ner_service.service.queue.turns import Turns
from ner_service.text.chunks import PIECE_CHARS
from ner_service.types import Conventional, Tagger, Twinned, ask_labels

log = logging.getLogger(__name__)

FIRST_PAUSE_S, LONGEST_PAUSE_S = 0.5, 30.0  # between attempts to load
LEAST_PIECE_CHARS = 3_000  # smaller pieces take longer for each character: 2,500 take 6% more
BREAK_S = 0.0001  # after batches that end somebody's wait, while long texts wait for their turns
COMPANY = 64  # batches of large texts after a small request, about half a second
PIECES_ALONE = 2  # of a large text in a batch without company: each by itself takes 8% longer


class Wake:
    """A wake among the jobs says that the assistant has tagged what it had."""


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
        cores: Cores | None = None,
    ) -> None:
        self.name = name
        self.tagger: Tagger | None = None  # set once it has really answered a text
        self.error: NerError | None = None  # why it has no tagger, unless it is merely loading
        self._busy_since: float | None = None
        self.loading_since = time.perf_counter()
        self.restarts = 0  # how often the tagger has died or failed to load
        self._pace = Pace()
        self.batch_chars = batch_chars
        self.piece_chars = min(PIECE_CHARS, max(batch_chars // 12, LEAST_PIECE_CHARS))
        self._load, self._observe, self._on_ready = load, observe, on_ready
        self._cores = cores or Cores(1)
        self._assistant: Assistant | None = None  # begins with the first large text
        self._company = 0  # batches of large texts until a small request is forgotten
        self._handed: deque[tuple[Sequence[Piece], Future[list[Answer]]]] = deque()
        self._inbox: queue.SimpleQueue[Job | Wake | None] = queue.SimpleQueue()
        self._turns = Turns()
        self._sharing = False  # jobs wait for their turns
        self._batch: list[Piece] = []
        self._stopping = False
        self._stop = threading.Event()
        self.first_load: Future[None] = Future()  # has what came of the first attempt to load
        self._thread = threading.Thread(target=self._run, name=f"lane-{name}", daemon=True)
        self._thread.start()

    @property
    def busy_since(self) -> float | None:
        """Returns when it, or its assistant, began with what is being tagged."""
        assistant = self._assistant
        times = self._busy_since, assistant.busy_since if assistant else None
        return min((since for since in times if since is not None), default=None)

    @property
    def pace(self) -> float:
        """Returns the seconds that a character costs, as lately measured."""
        return self._pace.seconds_per_char

    @property
    def loading_s(self) -> float:
        """Returns the seconds since the tagger began to load."""
        return time.perf_counter() - self.loading_since

    @property
    def taggers(self) -> list[Tagger]:
        """Returns the tagger and its assistant's, as far as they are there."""
        assistant = self._assistant
        return [tagger for tagger in (self.tagger, assistant and assistant.twin) if tagger]

    def put(self, job: Job) -> None:
        """Queues a job; its future will have the answers."""
        self._inbox.put(job)

    def continue_pace(self, other: "Worker") -> None:
        """Expects to be as fast as another worker was, until it has been measured itself."""
        self._pace = other._pace

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
                self.tagger = self._busy_since = None
                self._dismiss_assistant()
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
        while self._form_batch(tagger):
            self._tag_batch(tagger)

    def _form_batch(self, tagger: Tagger) -> bool:
        """Waits for jobs and takes a batch of them; returns false where no more will come."""
        self._batch = []
        while not self._batch and (self._sharing or self._handed or not self._stopping):
            jobs = self._fetch()
            self._hand_out()
            if self._sharing or sum(cost_of(job.texts) for job in jobs) > self.batch_chars:
                self._batch = self._take_turns(jobs)
            else:  # there is room for all
                self._batch = [piece for job in jobs for piece in job.pieces(self.piece_chars)]
                deliver([(job, finish(job)) for job in jobs if not any(job.texts)])
            if any(piece.job.small for piece in self._batch):
                self._company = COMPANY
            elif self._batch:
                self._share(tagger)
        return bool(self._batch)

    @property
    def _has_company(self) -> bool:
        """Returns whether others than the client of one large text ask, or did a moment ago."""
        return self._company > 0 or len(self._turns.large.clients) > 1

    def _share(self, tagger: Tagger) -> None:
        """Has the assistant tag a part of a large text: this batch and then the next, or a half.

        It does so for a client that is alone. Others would wait: two threads that tag leave less
        of Python's lock to the event loop, and small requests took three times as long.
        """
        self._company = max(self._company - 1, 0)
        if self._has_company:
            return
        if not self._assistant and self._cores.count > 1 and isinstance(tagger, Twinned):
            self._assistant = Assistant(self.name, tagger, self._cores, tag_as_asked)
        while self._assistant and (len(self._batch) > 1 or self._sharing):
            half = 0 if self._sharing else len(self._batch) // 2  # the next batch is as large
            first, second = self._batch[:half], self._batch[half:]
            answers = self._assistant.take(second)
            if not answers:
                return
            answers.add_done_callback(lambda done: self._inbox.put(Wake()))
            self._handed.append((second, answers))
            self._batch = first or self._take_turns([])

    def _fetch(self) -> list[Job]:
        """Returns the jobs that were put; waits only where there is nothing else to do."""
        jobs: list[Job] = []
        idle = not self._sharing and (not self._stopping or bool(self._handed))
        with suppress(queue.Empty):
            job = self._inbox.get(block=idle)
            while True:
                if job is None:
                    self._stopping = True
                elif isinstance(job, Job) and not job.future.done():  # else its client has left
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
        most_of_large = self.piece_chars * (1 if self._has_company else PIECES_ALONE)
        batch = self._turns.take(self.batch_chars, most_of_large)
        self._sharing = bool(self._turns)
        return batch

    def _tag_batch(self, tagger: Tagger) -> None:
        self._busy_since = started = time.perf_counter()
        with self._cores:
            answers = tag_as_asked(tagger, self._batch)
        self._busy_since = None
        self._measure(self._batch, time.perf_counter() - started)
        pairs = [*zip(self._batch, answers, strict=True)]
        if not self._handed:
            self._add_answers(pairs)
            return
        self._add_answers([pair for pair in pairs if pair[0].job.small])
        behind = [pair for pair in pairs if not pair[0].job.small]  # what the assistant has
        if behind:
            future: Future[list[Answer]] = Future()
            future.set_result([answer for _, answer in behind])
            self._handed.append(([piece for piece, _ in behind], future))
        self._hand_out()

    def _measure(self, batch: Sequence[Piece], seconds: float) -> None:
        """Notes a batch and the seconds for which it kept this thread."""
        self._pace = self._pace.after(seconds, cost_of([piece.text for piece in batch]))
        self._observe(len(batch), seconds)

    def _hand_out(self) -> None:
        """Hands out the answers to what was given to the assistant, and those behind them."""
        while self._handed and self._handed[0][1].done():
            batch, answers = self._handed.popleft()
            self._add_answers([*zip(batch, answers.result(), strict=True)])

    def _add_answers(self, pairs: Sequence[tuple[Piece, Answer]]) -> None:
        """Adds the answers to their jobs, which come in the order of each text, and ends jobs."""
        for piece, answer in pairs:
            add_answer(piece, answer)
        open_jobs = {piece.job for batch, _ in self._handed for piece in batch}
        jobs = {piece.job: None for piece, _ in pairs if piece.job not in open_jobs}
        done = [(job, finish(job)) for job in jobs if not job.piece]
        deliver(done)
        if done and self._turns.large.clients:
            time.sleep(BREAK_S)  # lets the event loop send the answers, which needs the same lock

    def _dismiss_assistant(self) -> None:
        if self._assistant:
            self._assistant.stop()
        self._assistant = None

    def _abandon(self) -> None:
        """Settles every job that still waits: no answer will come."""
        self._sharing = False
        handed = [piece for batch, _ in self._handed for piece in batch]
        jobs = {*self._turns.clear(), *(piece.job for piece in [*self._batch, *handed])}
        self._batch = []
        self._handed.clear()
        with suppress(queue.Empty):
            while True:
                if isinstance(job := self._inbox.get_nowait(), Job):
                    jobs.add(job)
        restarting = NotReady(f"{self.name} is restarting")
        with suppress(RuntimeError):  # the loop is closed: nobody waits any more
            deliver([(job, restarting) for job in jobs])


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
