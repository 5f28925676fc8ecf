"""Brat's standoff format is a folder of `.txt` files, each with its `.ann`."""

import re
from collections.abc import Iterable, Iterator
from itertools import pairwise
from pathlib import Path

from ner_service.corpora.check import check_label
from ner_service.corpora.reading import Reading
from ner_service.corpora.report import Kind
from ner_service.errors import CorpusError
from ner_service.files import atomic_folder, read_lines, read_text, readable_name
from ner_service.types import Document, Entity

name = "brat"
endings = ()
description = "a folder of `.txt` files, each with its `.ann`"
PIECES = re.compile(r"\d{1,18} \d{1,18}(;\d{1,18} \d{1,18})*")
OTHERS = "REAMN*#"  # what the lines begin with that are no entities: relations, events, notes …


def read(path: Path, reading: Reading) -> Iterator[Document]:
    """Read every text with its entities (`T` lines), sub-folders included.

    Raises `CorpusError` naming the line of an entity that is malformed, in pieces with words
    between them, or not the text that its line says; and a file without its other half.
    """
    files = sorted(path.rglob("*.txt"))
    if alone := sorted({*path.rglob("*.ann")} - {file.with_suffix(".ann") for file in files}):
        raise CorpusError(
            f"{alone[0].with_suffix('.txt')}: missing, though {alone[0].name} is there"
        )
    for file in files:
        standoff = file.with_suffix(".ann")
        if not standoff.exists():
            raise CorpusError(f"{standoff}: missing, though {file.name} is there")
        for part in (file, standoff):
            check_inside(path, part)
        with reading.record(readable_name(standoff)):
            text = read_text(file)
            entities = list(_entities(standoff, text, reading))
            id = readable_name(file.relative_to(path).with_suffix(""))
            yield reading.document(id, text, entities, readable_name(standoff))


def check_inside(folder: Path, file: Path) -> None:
    """Raise `CorpusError` for a pipe, a device, or a link that leads out of the folder."""
    if not file.is_file():
        raise CorpusError(f"{readable_name(file)}: is no file: remove it")
    if not file.resolve().is_relative_to(folder.resolve()):
        raise CorpusError(
            f"{readable_name(file)}: leads out of {readable_name(folder)}: copy the file there"
        )


def _entities(path: Path, text: str, reading: Reading) -> Iterator[Entity]:
    for number, line in read_lines(path):
        place = f"{readable_name(path)}:{number}"
        if line.startswith("T"):
            columns = line.rstrip("\r").split("\t")
            label, _, bounds = (columns[1] if len(columns) > 1 else "").strip().partition(" ")
            if not label or reading.labels.get(label) != "":  # a dropped one may have words between
                yield _entity(label, bounds.strip(), "\t".join(columns[2:]), text, place)
        elif line.strip() and line[0] not in OTHERS:
            raise CorpusError(
                f"{place}: expected T<n>, a tab, LABEL START END, or a line of {OTHERS}"
            )
        elif line.strip() and line[0] not in "#*A":
            reading.report.remark(Kind.IGNORED_REGION, place, f"{line.split(maxsplit=1)[0]}")


def _entity(label: str, bounds: str, stated: str, text: str, place: str) -> Entity:
    """Return the entity of a line; pieces that only white space divides are one."""
    if not PIECES.fullmatch(bounds):
        raise CorpusError(f"{place}: expected T<n>, a tab, LABEL START END, a tab, the text")
    pieces = [tuple(map(int, piece.split())) for piece in bounds.split(";")]
    for (_, end), (start, _) in pairwise(pieces):
        if end > start or text[end:start].strip() or start > len(text):
            raise CorpusError(
                f"{place}: {label} is in several pieces with words between them, which no entity "
                f"here can be; drop its label by --map {label}="
            )
    start, end = pieces[0][0], pieces[-1][1]
    said, actual = ("".join(s.split()) for s in (stated, text[start:end]))
    if said and start < end <= len(text) and said != actual:
        said, actual = (" ".join(s.split()) for s in (stated, text[start:end]))
        raise CorpusError(f"{place}: says {said!r}, but {start}:{end} is {actual!r}")
    return Entity(start, end, label)


def write(path: Path, documents: Iterable[Document]) -> list[str]:
    """Write `NNNNNN.txt` and `.ann` for each document, numbered from 1, or nothing at all.

    Raises `CorpusError` where the folder is there already, with anything in it.
    """
    if path.exists() and (not path.is_dir() or any(path.iterdir())):
        raise CorpusError(f"{path}: is there already: name another folder")
    with atomic_folder(path) as folder:
        for number, document in enumerate(documents, 1):
            (folder / f"{number:06}.txt").write_bytes(document.text.encode())
            (folder / f"{number:06}.ann").write_bytes("".join(_lines(document)).encode())
    return ["lost: ids (documents are numbered), scores and other fields"]


def _lines(document: Document) -> Iterator[str]:
    for n, e in enumerate(document.entities, 1):
        surface = " ".join(document.text[e.start : e.end].split())
        yield f"T{n}\t{check_label(e.label)} {e.start} {e.end}\t{surface}\n"
