"""Pieces of a text, each with a label or none, which are put together into a document."""

from collections.abc import Iterable
from typing import NamedTuple

from ner_service.types import Document, Entity


class Piece(NamedTuple):
    """A run of characters, which is an entity if it has a label."""

    text: str
    label: str = ""


def assemble(id: str, pieces: Iterable[Piece]) -> Document:
    """Return the document that pieces make one after another."""
    text, entities = "", []
    for piece in pieces:
        if piece.label:
            entities.append(Entity(len(text), len(text) + len(piece.text), piece.label))
        is_full_stop = piece.text[:1] == "." and piece.text[1:2] != "."
        text += piece.text[is_full_stop and text[-1:] == "." :]  # one stop behind initials
    return Document(id, text, tuple(entities))
