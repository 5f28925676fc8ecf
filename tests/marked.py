"""A text with its entities marked: `[PER Анна Каренина] в [LOC Москве]`."""

import re

from ner_service.types import Document, Entity

MARK = re.compile(r"\[(\w+) ([^\]]+)\]")


def marked(source: str, id: str = "1") -> Document:
    """The document that the marks describe."""
    text, entities, last = "", [], 0
    for match in MARK.finditer(source):
        text += source[last : match.start()]
        entities.append(Entity(len(text), len(text) + len(match[2]), match[1]))
        text += match[2]
        last = match.end()
    return Document(id, text + source[last:], tuple(entities))
