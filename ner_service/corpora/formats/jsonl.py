"""JSON lines hold a document each: `{"id", "text", "entities": [{"start", "end", "label"}]}`."""

import json
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import replace
from pathlib import Path
from typing import Any

import orjson

from ner_service.corpora.check import check_entities, check_text
from ner_service.errors import CorpusError
from ner_service.files import read_lines, write_text
from ner_service.types import Document, Entity

name = "jsonl"
endings = (".jsonl",)
description = "JSON lines: `id`, `text`, `entities` with `start`, `end`, `label`"


def read(path: Path, labels: Mapping[str, str]) -> Iterator[Document]:
    """Read documents in order; raises `CorpusError` naming file, line and field."""
    for number, line in read_lines(path):
        if line.strip():
            yield parse_document(line, labels, f"{path}:{number}", str(number))


def write(path: Path, documents: Iterable[Document]) -> None:
    """Write a document a line."""
    write_text(path, lines(documents))


def lines(documents: Iterable[Document]) -> Iterator[str]:
    """Yield each document as a line."""
    for document in documents:
        yield line_of(document).decode() + "\n"


def line_of(document: Document) -> bytes:
    """Return a document as JSON, without a line feed; a score only where there is one."""
    entities = [
        {"start": e.start, "end": e.end, "label": e.label}
        | ({} if e.score is None else {"score": round(e.score, 4)})
        for e in document.entities
    ]
    return orjson.dumps({"id": document.id, "text": document.text, "entities": entities})


def parse_document(line: str, labels: Mapping[str, str], place: str, default_id: str) -> Document:
    """Parse a line into a document; `place` begins each error."""
    value = _object(line, place)
    document = _bare(value, place, default_id)
    items = value.get("entities", [])
    if not isinstance(items, list):
        raise CorpusError(f"{place}: entities: expected a list")
    entities = [_entity(item, f"{place}: entities[{n}]") for n, item in enumerate(items)]
    return replace(document, entities=check_entities(entities, document.text, labels, place))


def parse_text(line: str, place: str, default_id: str) -> Document:
    """Parse a line into a document without the entities that it may have."""
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
    text = check_text(value.get("text"), f"{place}: text")
    id = value.get("id")
    return Document(default_id if id is None else check_text(str(id), f"{place}: id"), text)


def _entity(item: Any, place: str) -> Entity:
    if not isinstance(item, dict):
        raise CorpusError(f"{place}: expected an object")
    start, end, label = item.get("start"), item.get("end"), item.get("label")
    if type(start) is not int:
        raise CorpusError(f"{place}.start: expected a whole number")
    if type(end) is not int:
        raise CorpusError(f"{place}.end: expected a whole number")
    if not isinstance(label, str) or not label:
        raise CorpusError(f"{place}.label: expected a label")
    return Entity(start, end, check_text(label, f"{place}.label"))
