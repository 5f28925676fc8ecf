"""A job is a request on its way through a lane: texts, cut into pieces, and their answers."""

import asyncio
import logging
import time
from collections.abc import Callable, Hashable, Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from typing import NamedTuple

from ner_service.errors import NerError
from ner_service.service.connection import Gone
from ner_service.service.queue.errors import TaggerFailed
from ner_service.service.queue.pieces import cut
from ner_service.types import Entity

log = logging.getLogger(__name__)

MEMORY = 0.8  # of former batches, in a pace
OVERHEAD_CHARS = 16  # what a text costs beside its characters: empty ones must fill a queue, too
WHOLE_CHARS = 10_000  # shorter texts are never cut, however small a piece is
SMALL_COST = 8_000  # of a request; the bytes of a thousand characters, however JSON writes them

Answer = list[Entity] | TaggerFailed
Sink = Callable[[int, Sequence[Entity]], None]
"""Called in the worker's thread with the number of a text and the entities of its next piece."""


class Tagged(NamedTuple):
    """A finished job has an answer to each text; it queued and was tagged for so many seconds.

    `labels` are the numbers of its entities by label. Entities that a sink has taken are in no
    answer.
    """

    answers: list[Answer]
    labels: dict[str, int]
    queued: float
    tagging: float


Result = Tagged | NerError | Gone


class Piece(NamedTuple):
    """A piece is a part of the job's text number `n`, from the character `start` on."""

    job: "Job"
    n: int
    start: int
    text: str


NO_PIECES: Iterator[Piece] = iter(())


@dataclass(eq=False, slots=True)
class Job:
    """A job has the texts of one request, the pieces left to tag, and the answers so far.

    The event loop makes and settles a job; between the two it belongs to the worker's thread.
    """

    texts: Sequence[str]
    future: asyncio.Future[Tagged]
    client: Hashable = None  # with whom other clients take turns
    convention: str | None = None  # by which the texts are annotated, if not by the first
    asked: tuple[str, ...] = ()  # labels, of a tagger that finds any
    sink: Sink | None = None  # takes entities at once: those of a long text are many objects
    small: bool = True
    piece: Piece | None = None  # the next one
    answers: list[Answer] = field(default_factory=list)
    labels: list[dict[str, int]] = field(default_factory=list)  # of each text
    admitted: float = field(default_factory=time.perf_counter)
    begun: float = 0.0
    _rest: Iterator[Piece] = NO_PIECES

    def open(self, most_chars: int) -> None:
        """Begins to cut the texts into pieces, in the thread that tags them."""
        self._rest = self.pieces(most_chars)
        self.advance()

    def advance(self) -> None:
        """Goes on to the next piece, or to none."""
        self.piece = next(self._rest, None)

    def pieces(self, most_chars: int) -> Iterator[Piece]:
        """Begins to tag the texts, and yields their pieces; an empty text has none."""
        self.begun = time.perf_counter()
        self.small = cost_of(self.texts) <= SMALL_COST
        self.answers = [[] for _ in self.texts]
        self.labels = [{} for _ in self.texts]
        for n, text in enumerate(self.texts):
            if 0 < len(text) <= max(most_chars, WHOLE_CHARS):
                yield Piece(self, n, 0, text)
            else:
                for start, end in cut(text, most_chars):
                    yield Piece(self, n, start, text[start:end])


def cost(text: str) -> int:
    """Returns the cost of a text in the queue, in characters."""
    return len(text) + OVERHEAD_CHARS


def cost_of(texts: Sequence[str]) -> int:
    """Returns the cost of several texts together."""
    return sum(map(len, texts)) + OVERHEAD_CHARS * len(texts)


@dataclass(frozen=True, slots=True)
class Pace:
    """A pace has the seconds and the characters of late batches, older ones counting less.

    Batches count by their characters: one of a few words takes far longer for each.
    """

    seconds: float = 0.0
    chars: float = 0.0

    @property
    def seconds_per_char(self) -> float:
        """Returns the seconds that a character costs, or 0 where nothing was measured yet."""
        return self.seconds / self.chars if self.chars else 0.0

    def after(self, seconds: float, chars: int) -> "Pace":
        """Returns the pace after one more batch."""
        return Pace(MEMORY * self.seconds + seconds, MEMORY * self.chars + chars)


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
