"""JSON lines, plain or gzipped: `{"id", "text", "entities": [{"start", "end", "label"}]}`."""

import gzip
import io
import json
import zlib
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from ner_service.types import CorpusError, Document, Entity


def read(path: Path) -> Iterator[Document]:
    """Reads documents in order; raises `CorpusError` naming file, line and field."""
    for number, line in _lines(path):
        if line.strip():
            yield document(line, f"{path}:{number}", str(number))


def _lines(path: Path) -> Iterator[tuple[int, str]]:
    number = 0
    try:
        with path.open("rb") as raw:
            plain = gzip.open(raw) if raw.peek(2)[:2] == b"\x1f\x8b" else raw
            with io.TextIOWrapper(plain, encoding="utf-8", newline="\n") as lines:  # type: ignore[type-var]
                for number, line in enumerate(lines, 1):  # noqa: B007
                    yield number, line
    except UnicodeDecodeError:
        raise CorpusError(f"{path}:{number + 1}: not UTF-8") from None
    except (EOFError, zlib.error, gzip.BadGzipFile):
        raise CorpusError(f"{path}:{number + 1}: the gzip data is damaged or cut short") from None
    except OSError as error:
        raise CorpusError(f"{path}: {error.strerror or error}") from None


def document(line: str, place: str, default_id: str) -> Document:
    """One document out of one line; `place` begins each error."""
    try:
        value = json.loads(line)
    except ValueError as error:
        raise CorpusError(f"{place}: not JSON: {error}") from None
    if not isinstance(value, dict):
        raise CorpusError(f"{place}: expected an object")
    text = value.get("text")
    if not isinstance(text, str):
        raise CorpusError(f"{place}: text: expected a string")
    if any("\ud800" <= char <= "\udfff" for char in text):
        raise CorpusError(f"{place}: text: holds half a surrogate pair")
    listed = value.get("entities", [])
    if not isinstance(listed, list):
        raise CorpusError(f"{place}: entities: expected a list")
    found = [entity(item, text, f"{place}: entities[{n}]") for n, item in enumerate(listed)]
    return Document(str(value.get("id", default_id)), text, tuple(flat(found, place)))


def entity(item: Any, text: str, place: str) -> Entity:
    """One entity, checked against its text."""
    if not isinstance(item, dict):
        raise CorpusError(f"{place}: expected an object")
    start, end, label = item.get("start"), item.get("end"), item.get("label")
    for name, value in (("start", start), ("end", end)):
        if type(value) is not int:
            raise CorpusError(f"{place}.{name}: expected a whole number")
    if not isinstance(label, str) or not label:
        raise CorpusError(f"{place}.label: expected a label")
    if not 0 <= start < end:
        raise CorpusError(f"{place}: {start}:{end} is not a span")
    if end > len(text):
        raise CorpusError(f"{place}.end: {end} is beyond the text ({len(text)} characters)")
    return Entity(start, end, label)


def flat(entities: list[Entity], place: str) -> list[Entity]:
    """The entities in order; raises `CorpusError` where two overlap."""
    found = sorted(entities, key=lambda e: (e.start, e.end))
    for before, after in zip(found, found[1:], strict=False):
        if after.start < before.end:
            raise CorpusError(
                f"{place}: entities {before.start}:{before.end} {before.label} and "
                f"{after.start}:{after.end} {after.label} overlap"
            )
    return found
