"""Tables of text (CSV, TSV) have a document a row: a text column, and entities as JSON, if any."""

import csv
import io
import re
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from ner_service.corpora.check import find_repeated
from ner_service.corpora.forms.analyses import NAMES, base_form_of, names_of, sources_of
from ner_service.corpora.forms.json_text import dump
from ner_service.corpora.forms.records import bare_document, parse_record
from ner_service.corpora.losses import Losses
from ner_service.corpora.reading import Reading
from ner_service.errors import CorpusError
from ner_service.files import read_lines, write_text
from ner_service.types import Document

if TYPE_CHECKING:
    import _csv  # the types of the `csv` module stand there

LONGEST_CELL = 2**26  # characters, so that memory is bounded; the csv module's limit is 131,072
DELIMITERS = ",;\t|"
SEPARATOR = re.compile(r"sep=(.)\s*")  # which Excel puts before the header
TEXT, ENTITIES, ID = "text", "entities", "id"


@dataclass(frozen=True, slots=True)
class Sheet:
    """A sheet is a table that is being read: its rows come with the number of their line."""

    delimiter: str
    header: list[str]
    rows: Iterator[tuple[int, list[str]]]


@dataclass(frozen=True, slots=True)
class Table:
    """A table is a format whose rows are lines with a delimiter; quotes are doubled within cells.

    Without a delimiter it is the one of `DELIMITERS` that the header has most, and a comma where
    it is written.
    """

    name: str
    endings: tuple[str, ...]
    description: str
    delimiter: str = ""

    def read(self, path: Path, reading: Reading) -> Iterator[Document]:
        """Read the rows of a table with a header; raises `CorpusError` naming the line."""
        for number, record in self.records(path):
            place = f"{path}:{number}"
            with reading.record(place):
                if document := parse_record(record, place, str(number), reading):
                    yield document

    def texts(self, path: Path, reading: Reading) -> Iterator[Document]:
        """Read the rows without the entities that they may have."""
        for number, record in self.records(path):
            yield bare_document(record, f"{path}:{number}", f"{path}:{number}", reading)

    def records(self, path: Path) -> Iterator[tuple[int, dict[str, object]]]:
        """Yield the line and the cells of each row, by the names of the header."""
        sheet = self.sheet(read_lines(path), path)
        for number, row in sheet.rows:
            yield number, dict(zip(sheet.header, row, strict=True))

    def sheet(self, numbered_lines: Iterable[tuple[int, str]], path: Path) -> Sheet:
        """Read the header of a table, and give its rows; `path` names the file in errors."""
        csv.field_size_limit(LONGEST_CELL)
        lines = ((number, f"{line}\n") for number, line in numbered_lines)
        first, head = next(((n, line) for n, line in lines if line.strip()), (1, ""))
        if "\r" in head.rstrip("\r\n"):
            raise CorpusError(f"{path}:{first}: has a carriage return inside: end lines by \\n")
        told = SEPARATOR.fullmatch(head)
        if told:
            first, head = next(lines, (first, ""))
        delimiter = self.delimiter or (told and told[1]) or max(DELIMITERS, key=head.count)
        rows = csv.reader(
            _chain(head, (line for _, line in lines)),
            delimiter=delimiter,
            strict=True,
            skipinitialspace=f"{delimiter} " in head,
        )
        with _naming_faults(rows, first, path):
            header = [name.strip() for name in next(rows, [])]
        _check_header(header, path)
        return Sheet(delimiter, header, _body(rows, len(header), first, path))

    def write(self, path: Path, documents: Iterable[Document]) -> list[str]:
        """Write a header, and a document a row; return a line about fields that become text."""
        losses = Losses()
        write_text(path, self.lines(_watch(documents, losses)))
        return losses.lines()

    def lines(self, documents: Iterable[Document]) -> Iterator[str]:
        """Yield the header and the rows; they begin when all documents are there."""
        rows = list(documents)
        columns = columns_of(rows)
        yield self.line_of(columns)
        for document in rows:
            cells = row_of(document, columns)
            yield self.line_of([cell_of(cells[key]) for key in columns])

    def line_of(self, cells: Sequence[str]) -> str:
        """Return cells as a row of the table, with the line feed."""
        buffer = io.StringIO()
        is_safe = not any("\r" in cell for cell in cells)  # Python < 3.13 does not quote it
        writer = csv.writer(
            buffer,
            delimiter=self.delimiter or ",",
            quoting=csv.QUOTE_MINIMAL if is_safe else csv.QUOTE_ALL,
            lineterminator="\n",
        )
        writer.writerow(cells)
        return buffer.getvalue()


def _watch(documents: Iterable[Document], losses: Losses) -> Iterator[Document]:
    """Yield the documents, and count what cells cannot tell from text."""
    for document in documents:
        others = [v for key, v in document.fields.items() if key not in (TEXT, ENTITIES, NAMES)]
        if any(value is not None and not isinstance(value, str) for value in others):
            losses.add("types of fields that are no text, which are text now", document)
        if document.is_null or None in others:
            losses.add("nulls, which are empty cells now", document)
        yield document


def _chain(first: str, rest: Iterator[str]) -> Iterator[str]:
    if first:
        yield first
    yield from rest


def _body(
    rows: "_csv.Reader", width: int, first: int, path: Path
) -> Iterator[tuple[int, list[str]]]:
    """Yield the rows behind a header, whose line is `first`, with the number of their line."""
    with _naming_faults(rows, first, path):
        number = rows.line_num + first
        for row in rows:
            if row and len(row) != width:
                raise CorpusError(
                    f"{path}:{number}: has {len(row)} cells, but the header {width}; "
                    "put quotes around a cell that holds a delimiter"
                )
            if row:
                yield number, row
            number = rows.line_num + first


@contextmanager
def _naming_faults(rows: "_csv.Reader", first: int, path: Path) -> Iterator[None]:
    """Turn an error of the `csv` module into `CorpusError`, which names the line."""
    try:
        yield
    except csv.Error as error:
        number = rows.line_num + first - 1
        raise CorpusError(
            f"{path}:{number}: {error}; double the quotes within a cell in quotes"
        ) from None


def _check_header(header: Sequence[str], path: Path) -> None:
    if twice := find_repeated(header):
        raise CorpusError(f"{path}:1: two columns are called {twice!r}; rename one of them")


def columns_of(documents: Sequence[Document]) -> list[str]:
    """Return the columns of a table: id, text, other fields in their order, entities, names."""
    fields = dict.fromkeys(key for document in documents for key in document.fields)
    made = [ENTITIES, NAMES] if any(d.names is not None for d in documents) else [ENTITIES]
    return [ID, TEXT, *(key for key in fields if key not in (ID, TEXT, *made)), *made]


def row_of(document: Document, columns: Sequence[str]) -> dict[str, object]:
    """Return a document's cells by column, `None` where it lacks a field, or its text was null."""
    cells = {ID: document.id, **document.fields, TEXT: document.text}
    cells |= {ENTITIES: entities_of(document), **names_of(document)}
    if document.is_null:
        cells |= dict.fromkeys((TEXT, ENTITIES, *names_of(document)))
    return {key: cells.get(key) for key in columns}


def entities_of(document: Document) -> list[dict[str, object]]:
    """Return a document's entities as the service answers them, with their text and score."""
    return [
        {
            "start": e.start,
            "end": e.end,
            "label": e.label,
            "text": document.text[e.start : e.end],
            "score": None if e.score is None else round(e.score, 4),
            **sources_of(e),
            **base_form_of(e, document.names is not None),
        }
        for e in document.entities
    ]


def cell_of(value: object) -> str:
    """Return a value as the text of a cell: strings as they are, others as JSON."""
    if value is None or isinstance(value, str):
        return value or ""
    return dump({"": value})[4:-1].decode()


CSV = Table("csv", (".csv",), "a table with a `text` column, and `entities` as JSON")
TSV = Table("tsv", (".tsv",), "the same with tabs; recognised by a header with `text`", "\t")


def recognises(head: str) -> bool:
    """Say whether a file with tabs that begins so is a table with a header."""
    cells = head.partition("\n")[0].rstrip("\r").removeprefix("\ufeff").split("\t")
    return TEXT in [cell.strip('"') for cell in cells]
