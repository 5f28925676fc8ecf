"""Brat's standoff format is a folder of `.txt` files, each with its `.ann`."""

from collections.abc import Iterable, Iterator, Mapping
from pathlib import Path

from ner_service.corpora.check import check_entities, check_label
from ner_service.errors import CorpusError
from ner_service.files import atomic_folder, read_lines, read_text, readable_name
from ner_service.types import Document, Entity

name = "brat"
endings = ()
description = "a folder of `.txt` files, each with its `.ann`"


def read(path: Path, labels: Mapping[str, str]) -> Iterator[Document]:
    """Read every text with its entities (`T` lines), sub-folders included.

    Raises `CorpusError` naming the line of an entity that is malformed, in several pieces, or not
    the text that its line says.
    """
    for file in sorted(path.rglob("*.txt")):
        standoff = file.with_suffix(".ann")
        if not standoff.exists():
            raise CorpusError(f"{standoff}: missing, though {file.name} is there")
        text = read_text(file)
        entities = list(_entities(standoff, text, labels))
        id = readable_name(file.relative_to(path).with_suffix(""))
        yield Document(id, text, check_entities(entities, text, labels, str(standoff)))


def _entities(path: Path, text: str, labels: Mapping[str, str]) -> Iterator[Entity]:
    for number, line in read_lines(path):
        if not line.startswith("T"):
            continue
        columns = line.split("\t")
        parts = columns[1].split() if len(columns) > 1 else []
        if parts and labels.get(parts[0]) == "":
            continue  # a dropped label may be discontinuous
        if len(parts) != 3 or not all(part.isdecimal() for part in parts[1:]):
            raise CorpusError(
                f"{path}:{number}: expected T<n>, a tab, LABEL START END "
                "(an entity in several pieces cannot be read)"
            )
        start, end = int(parts[1]), int(parts[2])
        stated, actual = (" ".join(s.split()) for s in ("\t".join(columns[2:]), text[start:end]))
        if stated and end <= len(text) and stated != actual:
            raise CorpusError(f"{path}:{number}: says {stated!r}, but {start}:{end} is {actual!r}")
        yield Entity(start, end, parts[0])


def write(path: Path, documents: Iterable[Document]) -> None:
    """Write `NNNNNN.txt` and `.ann` for each document, numbered from 1, or nothing at all.

    Raises `CorpusError` where the folder is there already, with anything in it.
    """
    if path.exists() and (not path.is_dir() or any(path.iterdir())):
        raise CorpusError(f"{path}: is there already: name another folder")
    with atomic_folder(path) as folder:
        for number, document in enumerate(documents, 1):
            (folder / f"{number:06}.txt").write_bytes(document.text.encode())
            (folder / f"{number:06}.ann").write_bytes("".join(_lines(document)).encode())


def _lines(document: Document) -> Iterator[str]:
    for n, e in enumerate(document.entities, 1):
        surface = " ".join(document.text[e.start : e.end].split())
        yield f"T{n}\t{check_label(e.label)} {e.start} {e.end}\t{surface}\n"
