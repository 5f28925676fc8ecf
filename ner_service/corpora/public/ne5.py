"""Collection5 is a brat folder of 1000 news articles."""

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

from ner_service.corpora.public.conversion import (
    Split,
    find_files,
    keep_aligned,
    keep_outermost,
    make_document,
    read_standoff,
)
from ner_service.files import read_text
from ner_service.labels import map_labels
from ner_service.types import Document, Entity

LABELS = {"GEOPOLIT": "LOC", "MEDIA": "ORG"}
QUOTES = "\"'”«„ʼ»“ʻ"


def convert(folder: Path) -> Iterator[Split]:
    """Take geopolitical entities as places and media as organisations, without outer quotes."""
    texts = (path for path in find_files(folder, "*.txt") if path.name != "readme.txt")
    yield "ne5", map(_read_document, texts)


def _read_document(path: Path) -> Document:
    text = read_text(path)
    outer = keep_outermost(read_standoff(path.with_suffix(".ann")))
    bare = (_strip_quotes(entity, text) for entity in outer)
    return make_document(path.stem, text, map_labels(keep_aligned(bare, text), LABELS), path)


def _strip_quotes(entity: Entity, text: str) -> Entity:
    """Return an entity without the quotes that stand around all of it."""
    surface = text[entity.start : entity.end]
    left = len(surface) - len(surface.lstrip(QUOTES))
    right = len(surface) - len(surface.rstrip(QUOTES))
    if not (left and right) or left + right >= len(surface):
        return entity
    return replace(entity, start=entity.start + left, end=entity.end - right)
