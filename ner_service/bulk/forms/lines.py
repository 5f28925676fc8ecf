"""Lines are JSON records, plain texts, or one text a file; the output is JSON lines."""

import gzip
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import IO

from ner_service.bulk.annotator import Annotator
from ner_service.bulk.chunk import CHUNK_BYTES, Chunk, Segment, Sink
from ner_service.bulk.records import Record, answer_records, json_lines, parse_line
from ner_service.errors import CorpusError
from ner_service.files import (
    BOM,
    LONGEST_LINE,
    DamagedFile,
    check_length,
    decode,
    open_source,
    position,
)

LINE_FEED = b"\n"
PACKING_LEVEL = 6  # gzip's own default


@dataclass(frozen=True, slots=True)
class PackedLines:
    """A sink of lines writes segments one behind another, which are packed already."""

    file: IO[bytes]

    def append(self, chunk: Chunk, segment: Segment) -> None:
        """Write the next segment."""
        self.file.write(segment.data)


@contextmanager
def open_lines(path: Path, packing: str) -> Iterator[Sink]:
    """Open a file of lines to write; an empty one is packed, too."""
    with path.open("wb") as file:
        yield PackedLines(file)
        if not file.tell():
            file.write(pack(b"", packing))


def pack(data: bytes, packing: str) -> bytes:
    """Return data packed as the ending says, so that packed pieces can be joined."""
    if packing == ".gz":
        return gzip.compress(data, PACKING_LEVEL, mtime=0)
    if packing == ".zst":
        import pyarrow

        return bytes(pyarrow.Codec("zstd").compress(data, asbytes=True))
    return data


@dataclass(frozen=True, slots=True)
class Lines:
    """A file of lines is cut behind line feeds; `packing` is the ending of a packed output.

    `is_json` lines are records; others are texts, and a record names file and line of each.
    """

    path: Path
    name: str
    columns: tuple[str, ...]
    packing: str
    is_json: bool

    def chunks(self) -> Iterator[Chunk]:
        """Cut the file into whole lines of about `CHUNK_BYTES` in all."""
        with naming(self.path), open_source(self.path) as plain:
            yield from self.cut(plain, CHUNK_BYTES)

    def cut(self, plain: IO[bytes], size: int) -> Iterator[Chunk]:
        """Cut an opened file into whole lines of about so many bytes."""
        number, first = 0, 1
        while payload := plain.read(size):
            if not payload.endswith(LINE_FEED):
                end = plain.readline(LONGEST_LINE + 1)
                check_length(end, f"{self.path}:{first + payload.count(LINE_FEED)}")
                payload += end
            yield Chunk(number, first, payload, position(plain))
            number += 1
            first += payload.count(LINE_FEED)

    def annotate(self, first: int, payload: bytes, annotator: Annotator) -> Segment:
        """Annotate lines; blank ones of JSON are left out."""
        answered = answer_records(list(self.records(first, payload)), annotator)
        return answered.segment(pack(json_lines(answered.records), self.packing))

    def records(self, first: int, payload: bytes) -> Iterator[Record]:
        """Yield the records of lines."""
        for number, line in enumerate(payload.removesuffix(b"\n").split(b"\n"), first):
            place = f"{self.path}:{number}"
            text = decode(line, place)
            text = text.removeprefix(BOM) if number == 1 else text
            if not self.is_json:
                plain = text.removesuffix("\r")
                cells: dict[str, object] = {"id": f"{self.name}:{number}", "text": plain}
                yield Record(cells, (plain,), place)
            elif text.strip():
                yield parse_line(text, place, self.columns)

    @property
    def open_sink(self) -> Callable[[Path], AbstractContextManager[Sink]]:
        """Return what opens the output at a path."""
        return lambda path: open_lines(path, self.packing)


@dataclass(frozen=True, slots=True)
class WholeText:
    """A file that is one text becomes one JSON line with its name."""

    path: Path
    name: str
    packing: str

    def chunks(self) -> Iterator[Chunk]:
        """Return the file as a chunk; raises `CorpusError` where it is too large for one text."""
        with naming(self.path), open_source(self.path) as plain:
            yield from self.cut(plain, LONGEST_LINE)

    def cut(self, plain: IO[bytes], size: int) -> Iterator[Chunk]:
        """Return an opened file as a chunk of at most so many bytes."""
        payload = plain.read(size + 1)
        if len(payload) > size:
            raise CorpusError(
                f"{self.path}: is longer than a text may be ({size >> 20} MiB): split it, or name "
                "what it holds by --input lines, jsonl, csv, tsv or parquet"
            )
        yield Chunk(0, 1, payload, position(plain))

    def annotate(self, first: int, payload: bytes, annotator: Annotator) -> Segment:
        """Annotate the text."""
        text = decode(payload, str(self.path)).removeprefix(BOM)
        record = Record({"id": self.name, "text": text}, (text,), str(self.path))
        answered = answer_records([record], annotator)
        return answered.segment(pack(json_lines(answered.records), self.packing))

    @property
    def open_sink(self) -> Callable[[Path], AbstractContextManager[Sink]]:
        """Return what opens the output at a path."""
        return lambda path: open_lines(path, self.packing)


@contextmanager
def naming(path: Path) -> Iterator[None]:
    """Turn errors of the disk, and damage of a packed file, into `CorpusError`."""
    try:
        yield
    except DamagedFile as error:
        raise CorpusError(f"{path}: {error}") from None
    except OSError as error:
        raise CorpusError(f"{path}: {error.strerror or error}") from None
