"""Parquet is a table of columns with types, which pandas, polars and `datasets` read and write.

It is read and written by pyarrow, on which those tools stand too.
"""

import json
from collections.abc import Iterable, Iterator
from dataclasses import fields, replace
from pathlib import Path
from typing import Any

from ner_service.corpora.check import find_repeated
from ner_service.corpora.formats.tables import ENTITIES, ID, columns_of, row_of
from ner_service.corpora.forms.analyses import NAMES, NORMAL, PARTS, SOURCES
from ner_service.corpora.forms.fields import TAG_KEYS
from ner_service.corpora.forms.json_text import dump
from ner_service.corpora.forms.records import bare_document, parse_record
from ner_service.corpora.reading import Reading
from ner_service.errors import CorpusError, MissingExtra
from ner_service.files import atomic_file, check_ratio, packing_of, read_bytes
from ner_service.types import Document, Parts

name = "parquet"
endings = (".parquet",)
description = "Parquet: a `text` column, and `entities` or Hugging Face's `tokens`, `ner_tags`"
ROWS = 1000  # of a batch that is read
READ_BYTES = 1 << 20  # of a column at a time, so that no row group is read whole


def load_pyarrow() -> Any:
    """Import pyarrow with what reads Parquet; raises `MissingExtra`."""
    try:
        import pyarrow.parquet
    except ImportError as error:
        raise MissingExtra(f"the Parquet format ({error})", "parquet") from error
    return pyarrow


def read(path: Path, reading: Reading) -> Iterator[Document]:
    """Read the rows of a file; raises `CorpusError` naming the row, counted from 1.

    Numbers of tags have the names that `datasets` wrote into the file, if the options name none.
    """
    for number, (record, names) in enumerate(_records(path), 1):
        options = replace(reading.options, names=reading.options.names or names)
        place = f"{path}: row {number}"
        named = replace(reading, options=options)
        with named.record(place):
            if document := parse_record(record, place, str(number), named):
                yield document


def texts(path: Path, reading: Reading) -> Iterator[Document]:
    """Read the rows without the entities that they may have."""
    for number, (record, _) in enumerate(_records(path), 1):
        place = f"{path}: row {number}"
        yield bare_document(record, place, place, reading)


def _records(path: Path) -> Iterator[tuple[dict[str, object], tuple[str, ...]]]:
    """Yield the cells of each row by column, and the names of its tags."""
    pyarrow = load_pyarrow()
    is_plain = path.is_file() and not packing_of(path)  # no pipe; read bit by bit
    data = b"" if is_plain else read_bytes(path)
    try:
        source = str(path) if is_plain else pyarrow.BufferReader(data)
        file = pyarrow.parquet.ParquetFile(source, buffer_size=READ_BYTES, pre_buffer=False)
        columns = file.schema_arrow.names
        if twice := find_repeated(columns):
            raise CorpusError(f"{path}: two columns are called {twice!r}: rename one of them")
        groups = map(file.metadata.row_group, range(file.num_row_groups))
        size = path.stat().st_size if is_plain else len(data)
        check_ratio(path, size, sum(group.total_byte_size for group in groups))
        names = _names((file.schema_arrow.metadata or {}).get(b"huggingface", b"{}"))
        for batch in file.iter_batches(ROWS):
            for record in batch.to_pylist():
                yield record, names
    except (pyarrow.ArrowException, OSError, ValueError, OverflowError) as error:
        raise CorpusError(f"{path}: not Parquet: {str(error).partition(chr(10))[0]}") from None


def _names(metadata: bytes) -> tuple[str, ...]:
    """Return the names of tags in the metadata that `datasets` writes."""
    try:
        features = json.loads(metadata)["info"]["features"]
        found = [features[key]["feature"]["names"] for key in TAG_KEYS if key in features]
        return tuple(map(str, found[0]))
    except (ValueError, KeyError, TypeError, IndexError):
        return ()


def write(path: Path, documents: Iterable[Document]) -> list[str]:
    """Write a document a row; fields whose values have several types become JSON."""
    pyarrow = load_pyarrow()
    rows = list(documents)
    columns = columns_of(rows)
    cells = [row_of(document, columns) for document in rows]
    entities = [entity for document in rows for entity in document.entities]
    is_analysed = NAMES in columns or any(e.normal or e.parts for e in entities)
    kinds = is_analysed, any(e.sources for e in entities)
    table = pyarrow.table({key: _array([row[key] for row in cells], key, kinds) for key in columns})
    with atomic_file(path) as file:
        pyarrow.parquet.write_table(table, file)
    return []


def _array(values: list[object], key: str, kinds: tuple[bool, bool]) -> Any:
    """Return a column; values of several types become JSON, and such ids become strings."""
    pyarrow = load_pyarrow()
    try:
        return pyarrow.array(values, type_of(key, *kinds))
    except (pyarrow.ArrowException, OverflowError, ValueError, TypeError):
        write = str if key == ID else _as_json
        return pyarrow.array([None if value is None else write(value) for value in values])


def _as_json(value: object) -> str:
    return dump({"": value})[4:-1].decode()


def type_of(key: str, is_analysed: bool, has_sources: bool) -> Any:
    """Return the type of a column that does not depend on the documents, if it is one.

    Entities have `sources` where several taggers might have found them.
    """
    pyarrow = load_pyarrow()
    string, integer = pyarrow.string(), pyarrow.int64()
    parts = pyarrow.struct([(part.name, string) for part in fields(Parts)])
    analysis = [(NORMAL, string), (PARTS, parts)] if is_analysed else []
    span = [("start", integer), ("end", integer), ("label", string)]
    sources = [(SOURCES, pyarrow.list_(string))] if has_sources else []
    rest = [("text", string), ("score", pyarrow.float64()), *sources, *analysis]
    name = [("label", string), *analysis, ("mentions", pyarrow.list_(integer))]
    rows = {ENTITIES: [*span, *rest], NAMES: name if is_analysed else None}.get(key)
    return rows and pyarrow.list_(pyarrow.struct(rows))
