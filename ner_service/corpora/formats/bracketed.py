"""Bracketed text has its entities in brackets: `[PER Анна Каренина] уехала в [LOC Москву]`.

A line `# ID` begins a document, and lines `#= KEY: VALUE` right behind it are its other fields,
such as `#= kind: contract`. What stands before the next `# ID`, without the white space around it,
is the text. A backslash makes a bracket, a backslash or the `#` of a line literal.
"""

import re
from collections.abc import Iterable, Iterator
from pathlib import Path

from ner_service.corpora.check import check_label
from ner_service.corpora.losses import Losses
from ner_service.corpora.reading import Reading
from ner_service.errors import CorpusError
from ner_service.files import read_lines, write_text
from ner_service.types import Document, Entity

name = "bracketed"
endings = (".bracketed",)
description = (
    "text with `[LABEL name]` in brackets, a line `# ID` before each document, and lines "
    "`#= KEY: VALUE` for its other fields"
)
HEADER, FIELD = "# ", "#= "
FIELD_LINE = re.compile(r"#= (?P<key>[^\s:]+): (?P<value>\S(?:.*\S)?)")
RESERVED = {"id", "text", "entities"}  # keys of a record that are no other fields
MARKS = re.compile(r"\\(?P<literal>.)|\[(?P<label>\S+) |(?P<end>\])|(?P<loose>[\[\\])")


def read(path: Path, reading: Reading) -> Iterator[Document]:
    """Read documents in order; raises `CorpusError` naming file and line."""
    id, first = "", 0
    body: list[str] = []
    for number, line in read_lines(path):
        if line.startswith(HEADER):
            if first:
                yield _document(id, body, reading, path, first)
            id, first, body = line.removeprefix(HEADER).rstrip(), number, []
        elif first:
            body.append(line)
        elif line.strip():
            raise CorpusError(f"{path}:{number}: expected a line '# ID' before the first text")
    if first:
        yield _document(id, body, reading, path, first)


def _document(id: str, body: list[str], reading: Reading, path: Path, first: int) -> Document:
    fields = _read_fields(body, path, first + 1)
    marked = "\n".join(body[len(fields) :])
    before = marked[: len(marked) - len(marked.lstrip())]
    start = first + 1 + len(fields) + before.count("\n")
    text, entities = parse(marked.strip(), f"{path}", start)
    return reading.document(id, text, entities, f"{path}:{first}", fields)


def _read_fields(body: list[str], path: Path, first: int) -> dict[str, object]:
    """Return the fields that the first lines of a document give, a line each."""
    fields: dict[str, object] = {}
    for number, line in enumerate(body, first):
        if not line.startswith(FIELD):
            break
        match = FIELD_LINE.fullmatch(line.rstrip())
        if not match:
            raise CorpusError(f"{path}:{number}: {line!r}: write a field as '#= KEY: VALUE'")
        key = match["key"]
        if key in RESERVED or key in fields:
            why = "names no other field" if key in RESERVED else "is given twice"
            raise CorpusError(f"{path}:{number}: {key!r} {why}: choose another key")
        fields[key] = match["value"]
    return fields


def parse(marked: str, name: str = "text", first: int = 1) -> tuple[str, list[Entity]]:
    """Return the text without brackets, and the entities; `name` and line `first` place errors."""
    parts: list[str] = []
    entities: list[Entity] = []
    length = last = 0
    opened: tuple[int, str] | None = None
    for mark in MARKS.finditer(marked):
        parts.append(marked[last : mark.start()])
        length += len(parts[-1])
        last = mark.end()
        if mark["literal"]:
            parts.append(mark["literal"])
            length += 1
        elif mark["label"] and opened is None:
            opened = length, mark["label"]
        elif mark["end"] and opened is not None:
            entities.append(Entity(opened[0], length, opened[1]))
            opened = None
        else:
            line = first + marked.count("\n", 0, mark.start())
            raise CorpusError(f"{name}:{line}: {mark.group()!r} fits no [LABEL name]")
    if opened is not None:
        raise CorpusError(f"{name}:{first + marked.count(chr(10))}: [{opened[1]} is never closed")
    return "".join([*parts, marked[last:]]), entities


def write(path: Path, documents: Iterable[Document]) -> list[str]:
    """Write documents under their ids; return a line about each thing that is lost.

    Of the other fields those are written whose value is one line of text.
    """
    losses = Losses()
    write_text(path, lines(_watch(documents, losses)))
    return losses.lines()


def _watch(documents: Iterable[Document], losses: Losses) -> Iterator[Document]:
    """Yield the documents, and count what the format has no place for."""
    for document in documents:
        if document.text != document.text.strip():
            losses.add("white space around the text", document)
        if len([*_field_lines(document)]) < len(document.fields.keys() - RESERVED):
            losses.add("other fields that are not one line of text", document)
        losses.drop(document, "ids", "other fields")
        yield document


def lines(documents: Iterable[Document]) -> Iterator[str]:
    """Yield each document as its id, its fields and its marked text."""
    for document in documents:
        head = [f"{HEADER}{' '.join(document.id.split())}", *_field_lines(document)]
        yield "\n".join([*head, bracket(document)]) + "\n\n"


def _field_lines(document: Document) -> Iterator[str]:
    """Yield a line for each field that reads back as it is."""
    for key, value in document.fields.items():
        line = f"{FIELD}{key}: {value}".encode(errors="ignore").decode()  # without surrogates
        match = FIELD_LINE.fullmatch(line)
        if match and (match["key"], match["value"]) == (key, value) and key not in RESERVED:
            yield line


def bracket(document: Document) -> str:
    """Return a document's text with its entities in brackets."""
    parts: list[str] = []
    last = 0
    for e in document.entities:
        parts += [_literal(document.text[last : e.start]), f"[{check_label(e.label)} "]
        parts += [_literal(document.text[e.start : e.end]), "]"]
        last = e.end
    parts.append(_literal(document.text[last:]))
    return re.sub(r"^#", r"\\#", "".join(parts), flags=re.MULTILINE)


def _literal(text: str) -> str:
    return re.sub(r"([\[\]\\])", r"\\\1", text)
