"""Two public corpora are brat folders: Collection5 of 1000 articles, NEREL with nested entities."""

import re
from collections.abc import Iterable, Iterator
from dataclasses import replace
from pathlib import Path

from ner_service.corpora.check import choose_apart
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
ADJECTIVE = re.compile(r"\w+[сц]к(ий|ая|ое|ие|ого|ому|им|ом|ой|ую|их|ими|ою)")
QUOTES = "\"'”«„ʼ»“ʻ"


def convert_ne5(folder: Path) -> Iterator[Split]:
    """Take geopolitical entities as places and media as organisations, without outer quotes."""
    texts = (path for path in find_files(folder, "*.txt") if path.name != "readme.txt")
    yield "ne5", map(_read_ne5, texts)


def convert_nerel(folder: Path) -> Iterator[Split]:
    """Take people, organisations and places written with a capital letter, the outermost ones."""
    for part in ("train", "dev", "test"):
        yield f"nerel_{part}", map(_read_nerel, find_files(folder, f"NEREL-v1.1/{part}/*.txt"))


def convert_nerel_innermost(folder: Path) -> Iterator[Split]:
    """Take people, organisations and places written with a capital letter, the innermost ones.

    An adjective such as `Московский` in the name of a court is no place, so the court stays.
    """
    for part in ("train", "dev", "test"):
        files = find_files(folder, f"NEREL-v1.1/{part}/*.txt")
        yield f"nerel_innermost_{part}", map(_read_nerel_innermost, files)


def _read_ne5(path: Path) -> Document:
    text = read_text(path)
    outer = keep_outermost(_read_entities(path.with_suffix(".ann")))
    bare = (_strip_quotes(entity, text) for entity in outer)
    return make_document(path.stem, text, map_labels(keep_aligned(bare, text), NE5_LABELS), path)


def _read_nerel(path: Path) -> Document:
    text = read_text(path)
    named = _named_entities(_read_entities(path.with_suffix(".ann")), text)
    return make_document(path.stem, text, named, path)


def _read_nerel_innermost(path: Path) -> Document:
    text = read_text(path)
    inner = keep_innermost_names(_read_entities(path.with_suffix(".ann")), text)
    return make_document(path.stem, text, inner, path)


def keep_innermost_names(entities: Iterable[Entity], text: str) -> list[Entity]:
    """Return NEREL's names without adjectives, and of nested ones the innermost, as PER LOC ORG."""
    names = _named_entities(entities, text)
    nouns = [e for e in names if not _is_adjective_of_place(e, text)]
    return choose_apart(nouns, "innermost")[0]


def _named_entities(entities: Iterable[Entity], text: str) -> list[Entity]:
    """Return people, organisations and places that have a capital letter, as PER LOC ORG."""
    kept = (e for e in entities if e.label in NEREL_LABELS)
    named = (e for e in kept if any(map(str.isupper, text[e.start : e.end])))
    return map_labels(named, NEREL_LABELS)


def _is_adjective_of_place(entity: Entity, text: str) -> bool:
    """Say whether a place is an adjective before a noun, such as `Московский` before `суд`."""
    if entity.label != "LOC" or not ADJECTIVE.fullmatch(text[entity.start : entity.end]):
        return False
    return bool(re.match(r"\s+\w", text[entity.end : entity.end + 3]))


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
