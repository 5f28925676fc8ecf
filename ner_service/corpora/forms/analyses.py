"""Analyses of names are written as fields of entities, and as a list of the names of a text."""

from collections.abc import Iterable, Sequence

from ner_service.types import Mention, Name, Parts

NORMAL, PARTS, NAMES = "normal", "parts", "names"  # the keys, in this order
PERSON = "PER"  # whose names have parts


def add_mentions(entities: Iterable[dict[str, object]], mentions: Sequence[Mention]) -> None:
    """Add its base form to each entity, and the parts of the name to a person."""
    for entity, mention in zip(entities, mentions, strict=True):
        entity[NORMAL] = mention.normal
        if entity["label"] == PERSON:
            entity[PARTS] = parts_of(mention.parts)


def names_of(names: Iterable[Name]) -> list[dict[str, object]]:
    """Return the names of a text as objects; `mentions` are indices of its entities."""
    return [
        {
            "label": name.label,
            NORMAL: name.normal,
            **({PARTS: parts_of(name.parts)} if name.label == PERSON else {}),
            "mentions": [*name.mentions],
        }
        for name in names
    ]


def parts_of(parts: Parts | None) -> dict[str, str | None] | None:
    """Return the parts of a person's name as an object."""
    if parts is None:
        return None
    return {"first": parts.first, "middle": parts.middle, "last": parts.last}
