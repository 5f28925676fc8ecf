"""A request on its way through a lane: its texts, cut into pieces, and their answers."""

import asyncio
import time
from collections import deque
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from typing import NamedTuple

from ner_service.errors import NerError
from ner_service.service.connection import Gone
from ner_service.text.chunks import PIECE_CHARS, chunks
from ner_service.types import Entity


class Overloaded(NerError):
    """The queue is full; `retry_after` is in seconds."""

    def __init__(self, retry_after: int) -> None:
        super().__init__(f"the queue is full: try again in {retry_after} s")
        self.retry_after = retry_after


class NotReady(NerError):
    """The tagger is still loading, or has died and is being restarted."""


class Late(NerError):
    """The deadline has passed."""

    def __init__(self, seconds: float) -> None:
        super().__init__(f"no answer within {seconds:g} s (NER_TIMEOUT_S)")


class TaggerFailed(NerError):
    """The tagger raised on this very text."""


Answer = list[Entity] | TaggerFailed


class Tagged(NamedTuple):
    """The answers to a request's texts; for how long it queued, and was worked at, in seconds."""

    answers: list[Answer]
    queued: float
    tagging: float


class Piece(NamedTuple):
    """Part of text number `n` of a job, from the character `start` on."""

    job: "Job"
    n: int
    start: int
    text: str


@dataclass(eq=False, slots=True)
class Job:
    """The texts of one request, what is left of them to tag, and their answers so far."""

    texts: Sequence[str]
    future: asyncio.Future[Tagged]
    left: deque[Piece] = field(default_factory=deque)
    answers: list[Answer] = field(default_factory=list)
    admitted: float = field(default_factory=time.perf_counter)
    begun: float = 0.0

    def open(self) -> None:
        """Cuts the texts, in the thread that tags them."""
        self.begun = time.perf_counter()
        self.answers = [[] for _ in self.texts]
        self.left.extend(
            Piece(self, n, start, text[start:end])
            for n, text in enumerate(self.texts)
            for start, end in chunks(text, PIECE_CHARS)
        )

    def add(self, piece: Piece, answer: Answer) -> None:
        """Keeps the answer to one piece; a text with a piece that failed has failed."""
        found = self.answers[piece.n]
        if isinstance(found, TaggerFailed):
            return
        if isinstance(answer, TaggerFailed):
            self.answers[piece.n] = answer
        elif piece.start:
            found.extend(entity.shift(piece.start) for entity in answer)
        else:
            found.extend(answer)

    @property
    def tagged(self) -> Tagged:
        """The result, once nothing is left."""
        return Tagged(self.answers, self.begun - self.admitted, time.perf_counter() - self.begun)

    def settle(self, result: "Result") -> None:
        """Gives the result to whoever waits, unless they have one; in their event loop."""
        if self.future.done():
            return
        if isinstance(result, Exception):
            self.future.set_exception(result)
        else:
            self.future.set_result(result)


Result = Tagged | NerError | Gone


def deliver(results: Sequence[tuple[Job, Result]]) -> None:
    """Hands over results from any thread; waking the event loop once for all costs the least."""
    if results:
        results[0][0].future.get_loop().call_soon_threadsafe(_settle, results)


def _settle(results: Sequence[tuple[Job, Result]]) -> None:
    for job, result in results:
        job.settle(result)


def cost(text: str) -> int:
    """What a text counts in the queue: its characters, and something for being there."""
    return len(text) + 16


def turns(jobs: deque[Job], most: int) -> Iterator[Piece]:
    """One piece of each job in turn, up to `most`; jobs that nobody waits for are passed over."""
    size = 0
    while jobs:
        job = jobs[0]
        if job.future.done():
            jobs.popleft()
            continue
        size += cost(job.left[0].text)
        if size > most and size > cost(job.left[0].text):
            return
        yield job.left.popleft()
        jobs.popleft()
        if job.left:
            jobs.append(job)
