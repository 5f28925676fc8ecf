"""WebAnno TSV 3, which INCEpTION writes too, has a token a line with its offsets and its layers.

The annotations of the layer that is called after named entities are read, else of the only layer
of spans that is none of tokens' grammar. See https://inception-project.github.io/releases/latest/docs/user-guide.html.
"""

import re
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import NamedTuple

from ner_service.corpora.forms.marks import in_code_points
from ner_service.corpora.reading import Reading
from ner_service.errors import CorpusError
from ner_service.files import BOM, read_lines
from ner_service.types import Document, Entity

name = "webanno"
endings = (".tsv", ".webanno")
description = "WebAnno TSV 3 (only read), recognised by its first line"
MAGIC, VERSION = "#FORMAT=WebAnno TSV ", "3"
SPANS, TEXT = "#T_SP=", "#Text="
LAYER = re.compile(r"#T_(?:SP|CH|RL)=")  # of spans, chains, relations: all of them have columns
LINGUISTIC = (".lexmorph.", ".segmentation.", ".syntax.", ".morph.")  # in names of no entities
ROW = re.compile(r"(?P<id>\d+-\d+(\.\d+)?)\t(?P<start>\d{1,9})-(?P<end>\d{1,9})\t(?P<token>[^\t]*)")
VALUE = re.compile(r"(?P<value>(?:\\.|[^\\\[|])*)(?:\[(?P<number>\d+)\])?(?:\||$)", re.DOTALL)
ESCAPE = re.compile(r"\\(->|.)", re.DOTALL)
CONTROLS = {"n": "\n", "t": "\t", "r": "\r"}
MOST_GAP = 10_000  # UTF-16 code units between sentences; more can only be wrong offsets


class Row(NamedTuple):
    """A row is a token with its bounds in UTF-16 code units, and the cells of its layers."""

    place: str
    start: int
    end: int
    token: str
    cells: Sequence[str]


class Layer(NamedTuple):
    """A layer of spans has a name, and the column of its label among the cells."""

    name: str
    column: int


def recognises(head: str) -> bool:
    """Say whether a file that begins so is of this format."""
    return head.removeprefix(BOM).startswith(MAGIC)


def read(path: Path, reading: Reading) -> Iterator[Document]:
    """Read the one document of a file; raises `CorpusError` naming the line."""
    layers: list[str] = []
    texts: list[str] = []
    rows: list[Row] = []
    sentences: list[tuple[str, list[Row]]] = []
    for number, line in read_lines(path):
        line = line.rstrip("\r")
        if line.startswith(MAGIC) and not line.startswith(MAGIC + VERSION):
            raise CorpusError(f"{path}:{number}: expected WebAnno TSV 3; export it again as that")
        if LAYER.match(line):
            layers.append(line)
        elif line.startswith(TEXT) or not line.strip():
            if rows:
                sentences.append(("\n".join(texts), rows))
                texts, rows = [], []
            texts += [line.removeprefix(TEXT)] if line.strip() else []
        elif not line.startswith("#"):
            rows.append(_row(line, f"{path}:{number}"))
    if rows:
        sentences.append(("\n".join(texts), rows))
    if not sentences:
        raise CorpusError(f"{path}: holds no tokens")
    text = _text_of(sentences)
    layer = _layer(layers, reading, str(path))
    marked = _entities([row for _, rows in sentences for row in rows], layer)
    entities = in_code_points(marked, text, "utf16")
    yield reading.document("1", text, entities, f"{path}")


def _row(line: str, place: str) -> Row:
    match = ROW.match(line)
    if not match:
        raise CorpusError(f"{place}: expected SENTENCE-TOKEN, a tab, START-END, a tab, the token")
    cells = line[match.end() :].removeprefix("\t").split("\t")
    return Row(place, int(match["start"]), int(match["end"]), match["token"], cells)


def _layer(layers: Sequence[str], reading: Reading, path: str) -> Layer:
    """Return the layer of named entities, or the one that the options name, with its feature."""
    wanted, named = reading.options.column_pair()
    wanted_feature = named or "value"
    column, found = 0, []
    for layer in layers:
        title, *features = LAYER.sub("", layer).split("|")
        at = features.index(wanted_feature) if wanted_feature in features else 0
        if layer.startswith(SPANS):
            found.append(Layer(title, column + at))
        column += max(1, len(features))
    chosen = [layer for layer in found if (wanted or "NamedEntity").lower() in layer.name.lower()]
    if not chosen and not wanted:
        own = [layer for layer in found if not any(part in layer.name for part in LINGUISTIC)]
        chosen = own or found
        if len(chosen) > 1:
            raise CorpusError(
                f"{path}: which layer has the entities? Name one of "
                f"{', '.join(layer.name for layer in chosen)} by --columns LAYER,FEATURE"
            )
    if not chosen:
        spans = [layer.removeprefix(SPANS) for layer in layers if layer.startswith(SPANS)]
        raise CorpusError(
            f"{path}: has no layer of spans {wanted}: there are {', '.join(spans) or 'none'}"
        )
    return chosen[0]


def _text_of(sentences: Sequence[tuple[str, list[Row]]]) -> str:
    """Return the text that the sentences stand in, with the white space between them made up."""
    parts: list[str] = []
    at = 0  # in UTF-16 code units
    for written, rows in sentences:
        sentence, start = _sentence(written, rows)
        gap = start - at
        if not 0 <= gap <= MOST_GAP:
            raise CorpusError(
                f"{rows[0].place}: begins at {start}, but the text before ends at {at}"
            )
        parts += ["\n" + " " * (gap - 1) if gap else "", sentence]
        at = start + _length(sentence)
    return "".join(parts)


def _sentence(written: str, rows: Sequence[Row]) -> tuple[str, int]:
    """Return a sentence's text and where it starts; raises `CorpusError` where no token fits it."""
    for text in (written, _unescape(written)):
        before = text.find(_unescape(rows[0].token))
        start = rows[0].start - _length(text[: max(0, before)])
        units = text.encode("utf-16-le")
        misfit = next((r for r in rows if not _fits(r, units, start)), None)
        if misfit is None and before >= 0:
            return text, start
    row = misfit or rows[0]
    raise CorpusError(
        f"{row.place}: {row.token!r} is not at {row.start}-{row.end} of the #Text above"
    )


def _fits(row: Row, units: bytes, start: int) -> bool:
    covered = units[2 * max(0, row.start - start) : 2 * max(0, row.end - start)]
    return covered in (row.token.encode("utf-16-le"), _unescape(row.token).encode("utf-16-le"))


def _entities(rows: Sequence[Row], layer: Layer) -> list[Entity]:
    """Return the spans of a layer, in UTF-16 code units; a number joins the tokens of one."""
    spans: dict[tuple[str, str], Entity] = {}
    for row in rows:
        if layer.column >= len(row.cells):
            raise CorpusError(
                f"{row.place}: has {len(row.cells)} cells, but the header more columns"
            )
        for n, (label, number) in enumerate(_values(row.cells[layer.column])):
            label = layer.name.rpartition(".")[2] if label == "*" else label
            key = (number or f"{row.place}#{n}", label)
            start = spans[key].start if key in spans else row.start
            spans[key] = Entity(start, row.end, label)
    return list(spans.values())


def _values(cell: str) -> Iterator[tuple[str, str]]:
    """Yield the label and the number of each annotation in a cell."""
    if cell in ("_", ""):
        return
    for match in VALUE.finditer(cell):
        if match["value"] and match["value"] != "_":
            yield _unescape(match["value"]), match["number"] or ""


def _unescape(text: str) -> str:
    return ESCAPE.sub(lambda match: CONTROLS.get(match[1], match[1]), text)


def _length(text: str) -> int:
    return len(text.encode("utf-16-le")) // 2
