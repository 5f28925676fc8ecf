"""A job is a request on its way through a lane: texts, cut into pieces, and their answers."""

import asyncio
import time
from collections.abc import Callable, Hashable, Iterator, Sequence
from dataclasses import dataclass, field
from typing import NamedTuple

from ner_service.errors import NerError
from ner_service.service.connection import Gone
from ner_service.service.queue.errors import TaggerFailed
from ner_service.service.queue.pieces import cut
from ner_service.types import Entity

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
        self.small = cost_of(self.texts) <= SMALL_COST
        self._rest = self.pieces(most_chars)
        self.advance()

    def advance(self) -> None:
        """Goes on to the next piece, or to none."""
        self.piece = next(self._rest, None)

    def pieces(self, most_chars: int) -> Iterator[Piece]:
        """Begins to tag the texts, and yields their pieces; an empty text has none."""
        self.begun = time.perf_counter()
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
