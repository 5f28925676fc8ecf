"""Sheets are CSV and TSV files: rows of text cells under a header, written as they were read."""

from collections.abc import Callable, Iterator, Sequence
from contextlib import AbstractContextManager
from dataclasses import dataclass, replace
from pathlib import Path
from typing import IO

import orjson

from ner_service.bulk.annotator import Annotator
from ner_service.bulk.chunk import CHUNK_BYTES, Chunk, Segment, Sink
from ner_service.bulk.forms.lines import naming, open_lines, pack
from ner_service.bulk.records import Record, answer_records, json_lines, text_columns
from ner_service.corpora.formats.tables import Sheet, Table, cell_of
from ner_service.files import lines_of, open_source, position

CELL_BYTES = 4  # of a cell's quotes, delimiter and line feed, so that rows of empty cells count


@dataclass(frozen=True, slots=True)
class SheetFile:
    """A sheet's chunks are rows; the first one also has the header written.

    `as_json` writes rows as JSON lines instead. With `all_headers` every chunk has the header,
    since each becomes a file of its own.
    """

    path: Path
    table: Table
    columns: tuple[str, ...]
    packing: str
    as_json: bool
    all_headers: bool = False

    def chunks(self) -> Iterator[Chunk]:
        """Cut the file into whole rows; one without rows is a chunk, too, for its header."""
        with naming(self.path), open_source(self.path) as plain:
            yield from self.cut(plain, CHUNK_BYTES)

    def cut(self, plain: IO[bytes], size: int) -> Iterator[Chunk]:
        """Cut an opened file into whole rows of about so many bytes."""
        sheet = self.table.sheet(lines_of(plain, self.path), self.path)
        text_columns(sheet.header, self.columns, f"{self.path}:1")
        rows: list[tuple[int, list[str]]] = []
        number = length = 0
        for row in sheet.rows:
            rows.append(row)
            length += sum(len(cell) + CELL_BYTES for cell in row[1])
            if length >= size:
                yield self._chunk(number, sheet, rows, position(plain))
                number, length, rows = number + 1, 0, []
        if rows or not number:
            yield self._chunk(number, sheet, rows, position(plain))

    def _chunk(
        self, number: int, sheet: Sheet, rows: Sequence[tuple[int, list[str]]], at: int
    ) -> Chunk:
        payload = orjson.dumps([number, sheet.delimiter, sheet.header, rows])
        return Chunk(number, rows[0][0] if rows else 1, payload, at)

    def annotate(self, first: int, payload: bytes, annotator: Annotator) -> Segment:
        """Annotate rows."""
        number, delimiter, header, rows = orjson.loads(payload)
        columns = text_columns(header, self.columns, f"{self.path}:1")
        places = [header.index(column) for column in columns]
        records = [
            Record(
                dict(zip(header, row, strict=True)),
                tuple(row[n] for n in places),
                f"{self.path}:{line}",
            )
            for line, row in rows
        ]
        answered = answer_records(records, annotator)
        if self.as_json:
            return answered.segment(pack(json_lines(answered.records), self.packing))
        made = [key for keys in annotator.job.made_columns().values() for key in keys]
        table = replace(self.table, delimiter=delimiter)
        shown = [key for key in header if key not in made] + made
        lines = [] if number and not self.all_headers else [table.line_of(shown)]
        lines += [table.line_of([cell_of(r.cells[key]) for key in shown]) for r in answered.records]
        return answered.segment(pack("".join(lines).encode(), self.packing))

    @property
    def open_sink(self) -> Callable[[Path], AbstractContextManager[Sink]]:
        """Return what opens the output at a path."""
        return lambda path: open_lines(path, self.packing)
