"""JSON lines, plain or gzipped: `{"id", "text", "entities": [{"start", "end", "label"}]}`."""

import json
from collections.abc import Iterable, Iterator, Mapping
from pathlib import Path
from typing import Any

import orjson

from ner_service.corpora.check import checked, checked_text
from ner_service.errors import CorpusError
from ner_service.files import lines, replacing
from ner_service.types import Document, Entity


def read(path: Path, labels: Mapping[str, str]) -> Iterator[Document]:
    """Reads documents in order; raises `CorpusError` naming file, line and field."""
    for number, line in lines(path):
        if line.strip():
            yield document(line, labels, f"{path}:{number}", str(number))


def write(path: Path, documents: Iterable[Document]) -> None:
    """Writes a document a line."""
    with replacing(path) as file:
        for document in documents:
            file.write(line_of(document) + b"\n")


def line_of(document: Document) -> bytes:
    """One document as JSON, without a line feed; a score only where there is one."""
    entities = [
        {"start": e.start, "end": e.end, "label": e.label}
        | ({} if e.score is None else {"score": round(e.score, 4)})
        for e in document.entities
    ]
    return orjson.dumps({"id": document.id, "text": document.text, "entities": entities})


def document(line: str, labels: Mapping[str, str], place: str, default_id: str) -> Document:
    """One document out of one line; `place` begins each error."""
    value = _object(line, place)
    bare = _bare(value, place, default_id)
    listed = value.get("entities", [])
    if not isinstance(listed, list):
        raise CorpusError(f"{place}: entities: expected a list")
    found = [entity(item, f"{place}: entities[{n}]") for n, item in enumerate(listed)]
    return Document(bare.id, bare.text, checked(found, bare.text, labels, place))


def text(line: str, place: str, default_id: str) -> Document:
    """One document without the entities that its line may have."""
    return _bare(_object(line, place), place, default_id)


def _object(line: str, place: str) -> dict[str, Any]:
    try:
        value = json.loads(line)
    except (ValueError, RecursionError) as error:
        raise CorpusError(f"{place}: not JSON: {error}") from None
    if not isinstance(value, dict):
        raise CorpusError(f"{place}: expected an object")
    return value


def _bare(value: dict[str, Any], place: str, default_id: str) -> Document:
    text = checked_text(value.get("text"), f"{place}: text")
    id = value.get("id")
    known = default_id if id is None else checked_text(str(id), f"{place}: id")
    return Document(known, text)


def entity(item: Any, place: str) -> Entity:
    """One entity with fields of the right types."""
    if not isinstance(item, dict):
        raise CorpusError(f"{place}: expected an object")
    start, end, label = item.get("start"), item.get("end"), item.get("label")
    if type(start) is not int:
        raise CorpusError(f"{place}.start: expected a whole number")
    if type(end) is not int:
        raise CorpusError(f"{place}.end: expected a whole number")
    if not isinstance(label, str) or not label:
        raise CorpusError(f"{place}.label: expected a label")
    return Entity(start, end, checked_text(label, f"{place}.label"))
