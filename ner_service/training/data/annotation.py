"""One way of annotating for corpora that have several: entities changed as a source is read."""

import re
from collections.abc import Iterable, Mapping
from dataclasses import replace

from ner_service.types import Document, Entity

QUOTED = re.compile(r"[«\"„“'](?P<name>[^«»\"„“”']+)[»\"“”']?", re.DOTALL)
NAMED_AGAIN = re.compile(r"(?P<name>.*\w.*?)\s*\((?P<again>[^()]*\w[^()]*)\)", re.DOTALL)


def check_pattern(pattern: str) -> None:
    """Raises `ValueError` where the pattern is no regular expression."""
    try:
        re.compile(pattern)
    except re.error as error:
        raise ValueError(f"{pattern}: no regular expression: {error}") from None


def harmonised(
    document: Document, relabel: Mapping[str, str], split: bool, outside: str = ""
) -> Document:
    """The document with other labels for names that match, and with other bounds of names.

    `relabel` has a label for each pattern that an entity's whole text may match; an empty label
    drops it, and the first pattern that matches counts. With `split` names in parentheses stand
    apart. What `outside` matches at a name's beginning is none of it.
    """
    entities: Iterable[Entity] = document.entities
    if split:
        entities = (part for entity in entities for part in parted(document.text, entity))
    if outside:
        entities = (without(document.text, entity, outside) for entity in entities)
    found = (relabelled(document.text, entity, relabel) for entity in entities)
    return replace(document, entities=tuple(entity for entity in found if entity.label))


def relabelled(text: str, entity: Entity, relabel: Mapping[str, str]) -> Entity:
    """The entity with the label of the first pattern that its text matches."""
    name = text[entity.start : entity.end]
    for pattern, label in relabel.items():
        if re.fullmatch(pattern, name):
            return replace(entity, label=label)
    return entity


def parted(text: str, entity: Entity) -> list[Entity]:
    """An entity that ends in parentheses as two: the name, and what it is called besides."""
    whole = NAMED_AGAIN.fullmatch(text, entity.start, entity.end)
    if not whole:
        return [entity]
    spans = whole.span("name"), whole.span("again")
    return [replace(entity, start=start, end=end) for start, end in spans]


def without(text: str, entity: Entity, outside: str) -> Entity:
    """The entity without what matches at its beginning, and then without quotes around it."""
    begins = re.compile(rf"(?:{outside})\s+(?=\S)").match(text, entity.start, entity.end)
    if not begins:
        return entity
    quoted = QUOTED.fullmatch(text, begins.end(), entity.end)
    start, end = quoted.span("name") if quoted else (begins.end(), entity.end)
    return replace(entity, start=start, end=end)
