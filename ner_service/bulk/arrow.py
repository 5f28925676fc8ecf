"""Arrow tables hold typed columns, as Parquet files and Ray's blocks do; pyarrow handles them."""

from collections.abc import Sequence
from typing import Any

from ner_service.bulk.annotator import Annotator, cells_of
from ner_service.bulk.job import Job
from ner_service.bulk.records import text_columns
from ner_service.corpora.check import check_text
from ner_service.corpora.formats.parquet import load_pyarrow, type_of
from ner_service.errors import CorpusError
from ner_service.types import Document


def choose_texts(schema: Any, wanted: Sequence[str], place: str) -> Sequence[str]:
    """Return the columns of texts; raises `CorpusError` where one is absent, double or no text."""
    columns = text_columns(schema.names, wanted, place)
    for column in columns:
        if schema.names.count(column) > 1:
            raise CorpusError(f"{place}: two columns are called {column!r}: rename one of them")
        if not _holds_text(schema.field(column).type):
            raise CorpusError(
                f"{place}: the column {column!r} holds {schema.field(column).type}, not text: name "
                "another by --text-column, or cast it to string"
            )
    return columns


def _holds_text(type: Any) -> bool:
    types = load_pyarrow().types
    if types.is_dictionary(type):
        return _holds_text(type.value_type)
    tests = (types.is_string, types.is_large_string, types.is_string_view, types.is_null)
    return any(test(type) for test in tests)


def made_fields(job: Job) -> list[Any]:
    """Return the fields of the columns that a job adds."""
    pyarrow = load_pyarrow()
    return [
        pyarrow.field(name, type_of(kind, job.normal, job.has_sources))
        for names in job.made_columns().values()
        for name, kind in zip(names, ("entities", "names"), strict=False)
    ]


def extend_schema(schema: Any, job: Job) -> Any:
    """Return a table's schema with the columns that a job adds behind all others.

    What `datasets` says there of its columns is left out, since it knows nothing of the new ones.
    """
    fields = made_fields(job)
    made = {field.name for field in fields}
    kept = [field for field in schema if field.name not in made]
    told = {k: v for k, v in (schema.metadata or {}).items() if k != b"huggingface"}
    return load_pyarrow().schema([*kept, *fields], told or None)


def answer_columns(
    table: Any, columns: Sequence[str], annotator: Annotator, place: str
) -> tuple[Any, list[Document]]:
    """Return a table of the columns that are added to the texts in `columns`, and what was tagged.

    `columns` are those of `choose_texts`.
    """
    pyarrow = load_pyarrow()
    fields = {field.name: field for field in made_fields(annotator.job)}
    arrays, tagged = [], []
    for column, made in zip(columns, annotator.job.made_columns().values(), strict=True):
        texts = _strings(table.column(column), f"{place}: {column}")
        documents = annotator.annotate(texts)
        tagged += [document for document in documents if document is not None]
        rows = [cells_of(document, made) for document in documents]
        arrays += [pyarrow.array([row[name] for row in rows], fields[name].type) for name in made]
    return pyarrow.table(arrays, schema=pyarrow.schema(list(fields.values()))), tagged


def _strings(column: Any, place: str) -> list[str | None]:
    """Return the cells of a column of texts; raises `CorpusError` where one is no UTF-8."""
    try:
        cells = column.to_pylist()
    except UnicodeDecodeError:
        raise CorpusError(f"{place}: is not UTF-8: write it as UTF-8") from None
    return [None if cell is None else check_text(cell, place) for cell in cells]


def join_columns(table: Any, added: Any) -> Any:
    """Return a table with added columns behind its own, in place of any of the same name."""
    kept = table.select([name for name in table.column_names if name not in added.column_names])
    for field in added.schema:
        kept = kept.append_column(field, added.column(field.name))
    return kept


def to_stream(table: Any) -> bytes:
    """Return a table as a stream of Arrow's own format."""
    pyarrow = load_pyarrow()
    buffer = pyarrow.BufferOutputStream()
    with pyarrow.ipc.new_stream(buffer, table.schema) as writer:
        writer.write_table(table)
    return bytes(buffer.getvalue().to_pybytes())


def from_stream(data: bytes) -> Any:
    """Return the table of such a stream."""
    return load_pyarrow().ipc.open_stream(data).read_all()
