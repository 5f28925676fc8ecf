"""JSON lines hold a document each: `{"id", "text", "entities": [{"start", "end", "label"}]}`.

The lines of doccano, Prodigy, spaCy, Hugging Face and others are read as well.
"""

from collections.abc import Iterable, Iterator, Mapping
from pathlib import Path

from ner_service.corpora.forms.analyses import base_form_of, names_of, sources_of
from ner_service.corpora.forms.json_text import dump, load_json
from ner_service.corpora.forms.values import bare_value, parse_value
from ner_service.corpora.reading import Reading
from ner_service.errors import CorpusError
from ner_service.files import read_lines, write_text
from ner_service.types import Document, Entity

name = "jsonl"
endings = (".jsonl", ".ndjson")
description = (
    "JSON lines: `id`, `text`, `entities` with `start`, `end`, `label`; also the lines of doccano, "
    'Prodigy, spaCy (`[text, {"entities": …}]`) and Hugging Face (`tokens`, `ner_tags`)'
)

MEND = "; write each document on a line of its own, or name a file of one JSON value .json"


def read(path: Path, reading: Reading) -> Iterator[Document]:
    """Read documents in order; raises `CorpusError` naming file, line and field."""
    for number, line in read_lines(path):
        if line.strip():
            place = f"{path}:{number}"
            with reading.record(place):
                yield from parse_value(load_json(line, place, MEND), place, str(number), reading)


def write(path: Path, documents: Iterable[Document]) -> list[str]:
    """Write a document a line, with the other fields of the record that it was read from."""
    write_text(path, lines(documents))
    return []


def lines(documents: Iterable[Document]) -> Iterator[str]:
    """Yield each document as a line."""
    for document in documents:
        yield line_of(document).decode() + "\n"


def line_of(document: Document) -> bytes:
    """Return a document as JSON, without a line feed; a score only where there is one."""
    is_analysed = document.names is not None
    entities = [
        entity_of(entity) | sources_of(entity) | base_form_of(entity, is_analysed)
        for entity in document.entities
    ]
    return dump(record_of(document, entities), document.place)


def entity_of(entity: Entity) -> dict[str, object]:
    """Return an entity as an object; a score only where there is one."""
    values: dict[str, object] = {"start": entity.start, "end": entity.end, "label": entity.label}
    return values if entity.score is None else values | {"score": round(entity.score, 4)}


def record_of(document: Document, entities: object) -> dict[str, object]:
    """Return a document as an object: its id as it was, text, other fields, entities, names.

    A text that was null stays null, and so are its entities and names.
    """
    made = {"entities": entities, **names_of(document)}
    if document.is_null:
        made = dict.fromkeys(made)
    record = {"id": document.id, "text": "", **document.fields}
    record["text"] = None if document.is_null else document.text
    return {key: value for key, value in record.items() if key not in made} | made


def parse_document(line: str, labels: Mapping[str, str], place: str, default_id: str) -> Document:
    """Parse a line into a document; `place` begins each error."""
    value = load_json(line, place, MEND)
    documents = list(parse_value(value, place, default_id, Reading(labels)))
    if len(documents) != 1:
        raise CorpusError(f"{place}: expected one document, found {len(documents)}")
    return documents[0]


def parse_text(line: str, place: str, default_id: str, reading: Reading) -> Document:
    """Parse a line into a document without the entities that it may have."""
    return bare_value(load_json(line, place, MEND), place, default_id, reading)
