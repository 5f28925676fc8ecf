"""Brat's standoff format is a folder of `.txt` files, each with its `.ann`."""

from collections.abc import Iterable, Iterator
from pathlib import Path

from ner_service.corpora.check import check_bounds, check_label
from ner_service.corpora.forms.marks import Mark, in_code_points
from ner_service.corpora.forms.standoff import label_of, parse_line
from ner_service.corpora.losses import Losses
from ner_service.corpora.reading import Reading
from ner_service.corpora.report import Kind
from ner_service.errors import CorpusError
from ner_service.files import BOM, atomic_folder, read_lines, read_text, readable_name
from ner_service.types import Document, Entity

name = "brat"
endings = ()
description = "a folder of `.txt` files, each with its `.ann`"
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
    if not files:
        raise CorpusError(f"{readable_name(path)}: holds no .txt files: name a folder that does")
    for file in files:
        standoff = file.with_suffix(".ann")
        if not standoff.exists():
            raise CorpusError(
                f"{standoff}: missing, though {file.name} is there: add an empty file where "
                "nothing is annotated"
            )
        for part in (file, standoff):
            check_inside(path, part)
        with reading.record(readable_name(standoff)):
            written = read_text(file)
            text = written.removeprefix(BOM)
            marks = list(_marks(standoff, text, reading))
            entities = _entities(marks, text, len(written) - len(text), reading)
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


def _marks(path: Path, text: str, reading: Reading) -> Iterator[Mark]:
    for number, line in read_lines(path):
        place = f"{readable_name(path)}:{number}"
        if line.startswith("T"):
            if reading.labels.get(label_of(line)) != "":  # a dropped one may have words between
                yield parse_line(line, text, place)
        elif line.strip() and line[0] not in OTHERS:
            raise CorpusError(
                f"{place}: expected T<n>, a tab, LABEL START END, or a line of {OTHERS}"
            )
        elif line.strip() and line[0] not in "#*A":
            reading.report.remark(Kind.IGNORED_REGION, place, f"{line.split(maxsplit=1)[0]}")


def _entities(marks: list[Mark], text: str, bom: int, reading: Reading) -> list[Entity]:
    """Return the entities of marks, which may count UTF-16 code units, and a BOM or not."""
    plain = [mark.entity for mark in marks]
    behind_bom = [mark.entity.shift(-bom) for mark in marks]
    orders = (behind_bom, plain, in_code_points(plain, text, "utf16"))
    for order in orders:
        if all(mark.fits(entity, text) for mark, entity in zip(marks, order, strict=True)):
            return order
    for mark in marks:
        start, end = mark.entity.start, mark.entity.end
        if not reading.raw:
            check_bounds([mark.entity], text, mark.place)
        if start < end <= len(text) and not mark.fits(mark.entity, text):
            said = mark.surface or ""
            raise CorpusError(
                f"{mark.place}: says {' '.join(said.split())!r}, but {start}:{end} is "
                f"{' '.join(text[start:end].split())!r}: mend the offsets or the text"
            )
    return plain


def write(path: Path, documents: Iterable[Document]) -> list[str]:
    """Write `NNNNNN.txt` and `.ann` for each document, numbered from 1, or nothing at all.

    Raises `CorpusError` where the folder is there already, with anything in it.
    """
    if path.exists() and (not path.is_dir() or any(path.iterdir())):
        raise CorpusError(f"{path}: is there already: name another folder")
    losses = Losses()
    with atomic_folder(path) as folder:
        for number, document in enumerate(documents, 1):
            losses.drop(document)
            (folder / f"{number:06}.txt").write_bytes(document.text.encode())
            (folder / f"{number:06}.ann").write_bytes("".join(_lines(document)).encode())
    return losses.lines()


def _lines(document: Document) -> Iterator[str]:
    for n, e in enumerate(document.entities, 1):
        surface = " ".join(document.text[e.start : e.end].split())
        yield f"T{n}\t{check_label(e.label)} {e.start} {e.end}\t{surface}\n"
