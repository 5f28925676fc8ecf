"""Parquet is read batch by batch and written by row groups, its columns and types as they are."""

from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from ner_service.bulk.annotator import Annotator
from ner_service.bulk.arrow import (
    answer_columns,
    choose_texts,
    extend_schema,
    from_stream,
    join_columns,
    to_stream,
)
from ner_service.bulk.chunk import CHUNK_BYTES, Chunk, Segment, Sink
from ner_service.bulk.forms.lines import open_lines
from ner_service.bulk.job import Job
from ner_service.bulk.records import Answered, Record, json_lines
from ner_service.corpora.formats.parquet import READ_BYTES, load_pyarrow
from ner_service.errors import CorpusError
from ner_service.files import open_regular

MOST_ROWS = 5_000  # of a chunk, however short they are
GROUP_BYTES = 1 << 26  # of a row group that is written


@dataclass(frozen=True, slots=True)
class ParquetFile:
    """A Parquet file's chunks are rows: the texts alone, unless rows are to become JSON lines."""

    path: Path
    job: Job

    @property
    def as_json(self) -> bool:
        """Return whether rows become JSON lines."""
        return self.job.format == "jsonl"

    def chunks(self) -> Iterator[Chunk]:
        """Cut the file into batches of rows that take about `CHUNK_BYTES` unpacked."""
        with open_parquet(self.path) as file:
            texts = choose_texts(file.schema_arrow, self.job.columns, str(self.path))
            total, size = file.metadata.num_rows, self.path.stat().st_size
            rows = first = number = 0
            batches = file.iter_batches(rows_of_chunk(file), use_threads=False)
            for batch in batches:
                table = load_pyarrow().Table.from_batches([batch])
                rows += table.num_rows
                yield self._chunk(number, first, table, texts, size * rows // max(total, 1))
                number, first = number + 1, rows
            if not number:
                table = file.schema_arrow.empty_table()
                yield self._chunk(0, 0, table, texts, size)

    def _chunk(self, number: int, first: int, table: Any, texts: Any, at: int) -> Chunk:
        payload = to_stream(table if self.as_json else table.select(texts))
        return Chunk(number, first + 1, payload, at, None if self.as_json else table)

    def annotate(self, first: int, payload: bytes, annotator: Annotator) -> Segment:
        """Annotate rows."""
        table = from_stream(payload)
        place = f"{self.path}: rows {first} to {first + table.num_rows - 1}"
        texts = choose_texts(table.schema, self.job.columns, str(self.path))
        added, tagged = answer_columns(table, texts, annotator, place)
        if not self.as_json:
            return Answered([], tagged).segment(to_stream(added))
        rows = join_columns(table, added).to_pylist()
        records = [Record(row, (), f"{self.path}: row {n}") for n, row in enumerate(rows, first)]
        return Answered(records, tagged).segment(json_lines(records))

    @property
    def open_sink(self) -> Callable[[Path], AbstractContextManager[Sink]]:
        """Return what opens the output at a path."""
        return self._open_lines if self.as_json else self._open_groups

    def _open_lines(self, path: Path) -> AbstractContextManager[Sink]:
        return open_lines(path, "")

    @contextmanager
    def _open_groups(self, path: Path) -> Iterator[Sink]:
        with open_parquet(self.path) as file:
            schema = extend_schema(file.schema_arrow, self.job)
            codec = codec_of(file)
        with load_pyarrow().parquet.ParquetWriter(path, schema, compression=codec) as writer:
            groups = RowGroups(writer)
            yield groups
            groups.flush()


@dataclass(slots=True)
class RowGroups:
    """A sink of Parquet joins segments to their rows, and writes a row group when it is full."""

    writer: Any
    tables: list[Any] = field(default_factory=list)
    size: int = 0

    def append(self, chunk: Chunk, segment: Segment) -> None:
        """Add the rows of the next chunk with their answers."""
        table = join_columns(chunk.rest, from_stream(segment.data))
        self.tables.append(table.cast(self.writer.schema))
        self.size += table.nbytes
        if self.size >= GROUP_BYTES:
            self.flush()

    def flush(self) -> None:
        """Write the rows that are there as a row group."""
        if self.tables:
            table = load_pyarrow().concat_tables(self.tables)
            self.writer.write_table(table, row_group_size=max(1, table.num_rows))
        self.tables, self.size = [], 0


@contextmanager
def open_parquet(path: Path) -> Iterator[Any]:
    """Open a file to be read batch by batch; raises `CorpusError` where it is damaged."""
    pyarrow = load_pyarrow()
    pyarrow.array([])  # imports pandas where it is installed, before processes fork
    try:
        with open_regular(path) as file:
            yield pyarrow.parquet.ParquetFile(file, buffer_size=READ_BYTES, pre_buffer=False)
    except (pyarrow.ArrowException, OSError, OverflowError) as error:
        message = str(error).partition("\n")[0]
        raise CorpusError(f"{path}: not Parquet: {message}") from None


def rows_of_chunk(file: Any) -> int:
    """Return how many rows take about as many bytes, unpacked, as a chunk should have."""
    groups = map(file.metadata.row_group, range(file.num_row_groups))
    unpacked = sum(group.total_byte_size for group in groups)
    rows: int = file.metadata.num_rows * CHUNK_BYTES // max(unpacked, 1)
    return min(max(rows, 1), MOST_ROWS)


def codec_of(file: Any) -> str:
    """Return the codec of the first column of a file, by which the output is packed, too."""
    if not file.num_row_groups or not file.metadata.num_columns:
        return "snappy"
    codec = str(file.metadata.row_group(0).column(0).compression).lower()
    return {"uncompressed": "none", "lz4_raw": "lz4"}.get(codec, codec)
