"""NEREL is a brat folder with nested entities of 29 types."""

from collections.abc import Iterator
from pathlib import Path

from ner_service.corpora.public.conversion import Split, find_files, make_document, read_standoff
from ner_service.files import read_text
from ner_service.labels import map_labels
from ner_service.types import Document

LABELS = {
    "PERSON": "PER",
    "ORGANIZATION": "ORG",
    "CITY": "LOC",
    "COUNTRY": "LOC",
    "DISTRICT": "LOC",
    "LOCATION": "LOC",
    "STATE_OR_PROVINCE": "LOC",
}


def convert(folder: Path) -> Iterator[Split]:
    """Take people, organisations and places written with a capital letter, the outermost ones."""
    for part in ("train", "dev", "test"):
        yield f"nerel_{part}", map(_read_document, find_files(folder, f"NEREL-v1.1/{part}/*.txt"))


def _read_document(path: Path) -> Document:
    text = read_text(path)
    kept = (e for e in read_standoff(path.with_suffix(".ann")) if e.label in LABELS)
    named = (e for e in kept if any(map(str.isupper, text[e.start : e.end])))
    return make_document(path.stem, text, map_labels(named, LABELS), path)
