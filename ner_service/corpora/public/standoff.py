"""Two public corpora are brat folders: Collection5 of 1000 articles, NEREL with nested entities."""

import re
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

from ner_service.corpora.public.conversion import (
    Split,
    find_files,
    keep_aligned,
    keep_outermost,
    make_document,
)
from ner_service.errors import CorpusError
from ner_service.files import read_lines, read_text
from ner_service.labels import map_labels
from ner_service.types import Document, Entity

NE5_LABELS = {"GEOPOLIT": "LOC", "MEDIA": "ORG"}
NEREL_PLACES = ("CITY", "COUNTRY", "DISTRICT", "LOCATION", "STATE_OR_PROVINCE")
NEREL_LABELS = {"PERSON": "PER", "ORGANIZATION": "ORG"} | dict.fromkeys(NEREL_PLACES, "LOC")
QUOTES = "\"'”«„ʼ»“ʻ"


def convert_ne5(folder: Path) -> Iterator[Split]:
    """Take geopolitical entities as places and media as organisations, without outer quotes."""
    texts = (path for path in find_files(folder, "*.txt") if path.name != "readme.txt")
    yield "ne5", map(_read_ne5, texts)


def convert_nerel(folder: Path) -> Iterator[Split]:
    """Take people, organisations and places written with a capital letter, the outermost ones."""
    for part in ("train", "dev", "test"):
        yield f"nerel_{part}", map(_read_nerel, find_files(folder, f"NEREL-v1.1/{part}/*.txt"))


def _read_ne5(path: Path) -> Document:
    text = read_text(path)
    outer = keep_outermost(_read_entities(path.with_suffix(".ann")))
    bare = (_strip_quotes(entity, text) for entity in outer)
    return make_document(path.stem, text, map_labels(keep_aligned(bare, text), NE5_LABELS), path)


def _read_nerel(path: Path) -> Document:
    text = read_text(path)
    kept = (e for e in _read_entities(path.with_suffix(".ann")) if e.label in NEREL_LABELS)
    named = (e for e in kept if any(map(str.isupper, text[e.start : e.end])))
    return make_document(path.stem, text, map_labels(named, NEREL_LABELS), path)


def _read_entities(path: Path) -> Iterator[Entity]:
    """Yield the entities of an `.ann` file that are in one piece, nested ones too."""
    for number, line in read_lines(path):
        if match := re.match(r"T\d+\t(\S+) (\d+) (\d+)\t", line):
            yield Entity(int(match[2]), int(match[3]), match[1])
        elif line.startswith("T") and ";" not in line.split("\t")[1]:
            raise CorpusError(f"{path}:{number}: expected T<n>, a tab, LABEL START END")


def _strip_quotes(entity: Entity, text: str) -> Entity:
    """Return an entity without the quotes that stand around all of it."""
    surface = text[entity.start : entity.end]
    left = len(surface) - len(surface.lstrip(QUOTES))
    right = len(surface) - len(surface.rstrip(QUOTES))
    if not (left and right) or left + right >= len(surface):
        return entity
    return replace(entity, start=entity.start + left, end=entity.end - right)
