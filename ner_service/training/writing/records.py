"""Texts such as offices write: templates filled with names, and lists of people and places."""

from collections.abc import Iterator
from random import Random

from ner_service.training.writing.lists import WAYS
from ner_service.training.writing.names import Names
from ner_service.training.writing.pieces import Piece, assemble
from ner_service.training.writing.slots import Writer, read_templates
from ner_service.types import Document

LIST_SHARE = 0.3
JOINTS = ("\n", "\n", "\n\n", " ", " ")


def write_records(names: Names, random: Random) -> Iterator[Document]:
    """Yield made documents without end, each of a list or of one to three templates."""
    writer, templates = Writer(names, random), read_templates()
    number = 0
    while True:
        number += 1
        yield assemble(f"made-{number}", _pieces(writer, templates, random))


def _pieces(writer: Writer, templates: list[str], random: Random) -> Iterator[Piece]:
    if random.random() < LIST_SHARE:
        yield from random.choice(WAYS)(writer, random)
        return
    for n in range(random.choice((1, 1, 1, 2, 3))):
        if n:
            yield Piece(random.choice(JOINTS))
        yield from writer.fill(random.choice(templates))
