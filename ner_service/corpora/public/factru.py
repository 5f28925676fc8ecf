"""FactRuEval-2016 has objects made of spans, each kind in a file beside the text."""

from collections.abc import Iterable, Iterator
from dataclasses import replace
from pathlib import Path

from ner_service.corpora.public.conversion import (
    Split,
    find_files,
    keep_aligned,
    keep_outermost,
    make_document,
)
from ner_service.files import read_lines, read_text
from ner_service.types import Document, Entity

LABELS = {"Person": "PER", "Org": "ORG", "LocOrg": "LOC", "Location": "LOC"}
SPANS = {"Org": "org_name", "LocOrg": "loc_name", "Location": "loc_name"}


def convert(folder: Path) -> Iterator[Split]:
    """Take objects as naeval does: a whole person, the names in organisations and places."""
    for part in ("devset", "testset"):
        texts = find_files(folder, f"{part}/book_*.txt")
        yield f"factru_{part}", (_read_document(path, part) for path in texts)


def _read_document(path: Path, part: str) -> Document:
    spans = {}
    for id, kind, start, size, *_ in _rows(path.with_suffix(".spans")):
        spans[id] = Entity(int(start), int(start) + int(size), kind)
    objects = [
        (kind, [spans[id] for id in ids]) for _, kind, *ids in _rows(path.with_suffix(".objects"))
    ]
    text = read_text(path)
    return make_document(f"{part}/{path.stem}", text, entities_of(objects, text), path)


def _rows(path: Path) -> Iterator[list[str]]:
    """Yield the fields of each line that is not empty, without comments."""
    return (line.partition("#")[0].split() for _, line in read_lines(path) if line.strip())


def entities_of(objects: Iterable[tuple[str, list[Entity]]], text: str) -> Iterator[Entity]:
    """Return the entities of objects, each given by its type and its spans."""
    entities: list[Entity] = []
    for kind, spans in objects:
        if kind == "Person" and spans:
            bounds = min(s.start for s in spans), max(s.end for s in spans)
            entities.append(Entity(*bounds, LABELS[kind]))
        elif kind in SPANS:
            named = keep_outermost(s for s in spans if s.label == SPANS[kind])
            entities += [replace(s, label=LABELS[kind]) for s in named]
    return keep_aligned(keep_outermost(entities), text)
