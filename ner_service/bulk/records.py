"""Records are the rows of lines and tables as objects, to which their answers are added."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from ner_service.bulk.annotator import Annotator, cells_of
from ner_service.bulk.chunk import Counts, Segment
from ner_service.corpora.check import check_text
from ner_service.corpora.formats import jsonl
from ner_service.corpora.formats.tables import TEXT
from ner_service.corpora.forms.fields import TEXT_KEYS
from ner_service.corpora.forms.json_text import dump, load_json
from ner_service.corpora.forms.records import text_key
from ner_service.corpora.forms.tasks import is_task
from ner_service.corpora.forms.values import bare_value
from ner_service.corpora.reading import Reading
from ner_service.errors import CorpusError
from ner_service.types import Document

MOST_NAMED = 8  # keys of a record that an error names


@dataclass(frozen=True, slots=True)
class Record:
    """A record is a row with the texts in it, in the order of the job's columns."""

    cells: dict[str, object]
    texts: tuple[str | None, ...]
    place: str


@dataclass(frozen=True, slots=True)
class Answered:
    """Answered records are complete rows, with counts of what was tagged in them."""

    records: Sequence[Record]
    documents: Sequence[Document]

    def segment(self, data: bytes) -> Segment:
        """Return the segment that holds these bytes."""
        chars = sum(len(document.text) for document in self.documents)
        entities = sum(len(document.entities) for document in self.documents)
        return Segment(data, Counts(len(self.documents), chars, entities))


def answer_records(records: Sequence[Record], annotator: Annotator) -> Answered:
    """Return the records with the answers to their texts as their last cells."""
    documents: list[Document] = []
    for n, made in enumerate(annotator.job.made_columns().values()):
        answers = annotator.annotate([record.texts[n] for record in records])
        for record, answer in zip(records, answers, strict=True):
            for key in made:
                record.cells.pop(key, None)
            record.cells.update(cells_of(answer, made))
        documents += [answer for answer in answers if answer is not None]
    return Answered(records, documents)


def json_lines(records: Iterable[Record]) -> bytes:
    """Return records as JSON, a line each."""
    return b"".join(dump(record.cells, record.place) + b"\n" for record in records)


def parse_line(line: str, place: str, columns: Sequence[str]) -> Record:
    """Return the record of a JSON line; raises `CorpusError` from `place`.

    Without columns the text is what `ner-service tag` takes for it: the key `text` or a like one,
    the tokens, the data of a task.
    """
    value = load_json(line, place, jsonl.MEND)
    if columns:
        if not isinstance(value, dict):
            raise CorpusError(f"{place}: expected an object, which has columns")
        return Record(value, texts_of(value, columns, place), place)
    if isinstance(value, dict) and not is_task(value):
        key = text_key(value, Reading())
        if key in value and isinstance(value[key], str | None):
            return Record(value, texts_of(value, [key], place), place)
    document = bare_value(value, place, "", Reading())
    cells = jsonl.record_of(document, None)
    kept = {key: cell for key, cell in cells.items() if key != "id" or cell}
    return Record(kept, (document.text,), place)


def texts_of(
    cells: Mapping[str, object], columns: Sequence[str], place: str
) -> tuple[str | None, ...]:
    """Return the texts of a record's columns; raises `CorpusError` where one is none."""
    for column in columns:
        if column not in cells:
            raise CorpusError(f"{place}: {missing_column(column, list(cells))}")
    values = [(cells[column], f"{place}: {column}") for column in columns]
    return tuple(None if value is None else check_text(value, at) for value, at in values)


def missing_column(column: str, present: Sequence[str]) -> str:
    """Return what is wrong where a column of texts is not there, and how to mend it."""
    named = ", ".join(map(repr, present[:MOST_NAMED])) or "none"
    more = ", ..." if len(present) > MOST_NAMED else ""
    return f"no column {column!r} among {named}{more}: name the one of the text by --text-column"


def text_columns(present: Sequence[str], wanted: Sequence[str], place: str) -> Sequence[str]:
    """Return the columns of texts in a table, which is one of the usual ones if none is wanted.

    Raises `CorpusError` from `place` where one is not there.
    """
    columns = wanted or [key for key in TEXT_KEYS if key in present][:1] or [TEXT]
    if absent := [column for column in columns if column not in present]:
        raise CorpusError(f"{place}: {missing_column(absent[0], present)}")
    return columns
