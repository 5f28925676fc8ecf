"""A job is a request on its way through a lane: texts, cut into pieces, and their answers."""

import asyncio
import time
from collections import deque
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import NamedTuple

from ner_service.errors import NerError
from ner_service.service.connection import Gone
from ner_service.service.queue.errors import TaggerFailed
from ner_service.types import Entity

Answer = list[Entity] | TaggerFailed


class Tagged(NamedTuple):
    """A finished job has an answer to each text; it queued and was tagged for so many seconds."""

    answers: list[Answer]
    queued: float
    tagging: float


Result = Tagged | NerError | Gone


class Piece(NamedTuple):
    """A piece is a part of the job's text number `n`, from the character `start` on."""

    job: "Job"
    n: int
    start: int
    text: str


@dataclass(eq=False, slots=True)
class Job:
    """A job has the texts of one request, the pieces left to tag, and the answers so far.

    The event loop makes and settles a job; between the two it belongs to the worker's thread.
    """

    texts: Sequence[str]
    future: asyncio.Future[Tagged]
    left: deque[Piece] = field(default_factory=deque)
    answers: list[Answer] = field(default_factory=list)
    admitted: float = field(default_factory=time.perf_counter)
    begun: float = 0.0
