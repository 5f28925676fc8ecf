"""A chunk is a piece of a file that is annotated in one go, and a segment is its answer."""

from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager
from dataclasses import dataclass
from pathlib import Path
from typing import IO, Any, Protocol

from ner_service.bulk.annotator import Annotator

CHUNK_BYTES = 1 << 18  # a quarter of a second's work: no worker waits long for another at the end


@dataclass(frozen=True, slots=True)
class Chunk:
    """A chunk has the bytes that are annotated, and `first`, the number of their first line or row.

    `position` is how many bytes of the file were read up to its end. `rest` are the columns that
    the reading process keeps, since only the output needs them.
    """

    number: int
    first: int
    payload: bytes
    position: int
    rest: Any = None


@dataclass(frozen=True, slots=True)
class Counts:
    """Counts of texts, of their characters, and of the entities in them."""

    texts: int = 0
    chars: int = 0
    entities: int = 0

    def __add__(self, other: "Counts") -> "Counts":
        """Return both counts together."""
        texts, chars = self.texts + other.texts, self.chars + other.chars
        return Counts(texts, chars, self.entities + other.entities)


@dataclass(frozen=True, slots=True)
class Segment:
    """A segment is what a chunk becomes in the output, with counts of what was tagged in it."""

    data: bytes
    counts: Counts


class Sink(Protocol):
    """A sink is an output file that is being written."""

    def append(self, chunk: Chunk, segment: Segment) -> None:
        """Write the answer of the next chunk."""


class Form(Protocol):
    """A form is a file in its format: it cuts, annotates and joins.

    It is sent to other processes with each chunk, so it is small.
    """

    @property
    def path(self) -> Path:
        """Return the file that is read."""

    def chunks(self) -> Iterator[Chunk]:
        """Cut the file; raises `CorpusError`. The cuts depend on the file alone."""

    def annotate(self, first: int, payload: bytes, annotator: Annotator) -> Segment:
        """Annotate a chunk, in any process; raises `CorpusError`, which names line or row."""

    @property
    def open_sink(self) -> Callable[[Path], AbstractContextManager[Sink]]:
        """Return what opens the output at a path."""


class StreamForm(Form, Protocol):
    """A stream form reads from the beginning to the end, and so from any opened file."""

    def cut(self, plain: IO[bytes], size: int) -> Iterator[Chunk]:
        """Cut an opened file into chunks of about so many bytes; raises `CorpusError`."""
