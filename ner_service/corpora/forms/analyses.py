"""Analyses of names are written as fields of entities, and as a list of the names of a text."""

from ner_service.types import PERSON, Document, Entity

NORMAL, PARTS, NAMES = "normal", "parts", "names"  # the keys, in this order
SOURCES = "sources"


def base_form_of(entity: Entity, is_analysed: bool) -> dict[str, object]:
    """Return the base form of an entity and the parts of a person's name.

    Where names are analysed an unsure base form is null; else only what somebody has told stands.
    """
    if not is_analysed and entity.normal is None and entity.parts is None:
        return {}
    parts = {PARTS: entity.parts and entity.parts.record()} if entity.label == PERSON else {}
    return {NORMAL: entity.normal, **parts}


def sources_of(entity: Entity) -> dict[str, object]:
    """Return who found an entity under its key, and nothing where nobody says."""
    return {SOURCES: list(entity.sources)} if entity.sources else {}


def names_of(document: Document) -> dict[str, object]:
    """Return the names of a document under their key, and nothing where they are not analysed."""
    if document.names is None:
        return {}
    return {NAMES: [name.record() for name in document.names]}
