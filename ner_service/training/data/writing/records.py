"""Texts such as offices write: templates filled with names, and lists of people and places."""

from collections.abc import Iterator
from dataclasses import replace
from random import Random

from ner_service.training.data.writing.lists import WAYS
from ner_service.training.data.writing.names import Names
from ner_service.training.data.writing.pieces import Piece, assemble
from ner_service.training.data.writing.slots import Writer, read_templates
from ner_service.types import Document

LIST_SHARE = 0.25
LOWER, UPPER = 0.12, 0.1  # shares of documents
LOWER_CHATS = 0.8  # the share of lower case in what begins with a small letter, as chats do
UPPER_NOTICES = 0.85  # the share of capitals in what has more capitals than small letters
JOINTS = ("\n", "\n", "\n\n", " ", " ")


def write_records(names: Names, random: Random) -> Iterator[Document]:
    """Yield made documents without end, each of a list or of one to three templates."""
    writer, templates = Writer(names, random), read_templates()
    number = 0
    while True:
        number += 1
        document = assemble(f"made-{number}", _pieces(writer, templates, random))
        yield _change_case(document, random)


def _change_case(document: Document, random: Random) -> Document:
    """Return a document as it is, or in lower case as chats are, or in capitals."""
    chance, lower, upper = random.random(), LOWER, UPPER
    if document.text[:1].islower():
        lower = LOWER_CHATS
    elif _is_notice(document.text):
        lower, upper = 0.0, UPPER_NOTICES
    change = str.lower if chance < lower else str.upper if chance < lower + upper else str
    text = change(document.text)
    return replace(document, text=text) if len(text) == len(document.text) else document


def _is_notice(text: str) -> bool:
    """Say whether more letters are capitals than not, though names in it may be in small ones."""
    return sum(map(str.isupper, text)) > sum(map(str.islower, text))


def _pieces(writer: Writer, templates: list[str], random: Random) -> Iterator[Piece]:
    if random.random() < LIST_SHARE:
        yield from random.choice(WAYS)(writer, random)
        return
    for n in range(random.choice((1, 1, 1, 2, 3))):
        if n:
            yield Piece(random.choice(JOINTS))
        yield from writer.fill(random.choice(templates))
