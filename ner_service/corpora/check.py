"""Every reader makes these checks of a document before it lets one in."""

from collections.abc import Iterable, Mapping
from itertools import pairwise

from ner_service.errors import CorpusError
from ner_service.labels import map_labels
from ner_service.types import Entity


def check_entities(
    entities: Iterable[Entity], text: str, labels: Mapping[str, str], place: str
) -> tuple[Entity, ...]:
    """Return entities with mapped labels, sorted; raises `CorpusError` on wrong or shared bounds.

    `labels` maps first, so that dropping a label also drops its overlaps; `place` begins each
    error.
    """
    ordered = sorted(map_labels(entities, labels), key=lambda e: (e.start, e.end))
    for entity in ordered:
        if not 0 <= entity.start < entity.end:
            raise CorpusError(f"{place}: {entity.start}:{entity.end} is not a span")
        if entity.end > len(text):
            raise CorpusError(
                f"{place}: {entity.start}:{entity.end} {entity.label} is beyond the text "
                f"({len(text)} characters)"
            )
        if not text[entity.start : entity.end].strip():
            raise CorpusError(f"{place}: {entity.start}:{entity.end} is white space alone")
    for before, after in pairwise(ordered):
        if after.start < before.end:
            raise CorpusError(
                f"{place}: {before.start}:{before.end} {before.label} and "
                f"{after.start}:{after.end} {after.label} overlap; drop one label with "
                f"{after.label}= in the label mapping"
            )
    return tuple(ordered)


def check_text(value: object, place: str) -> str:
    """Return a text that is a string and valid Unicode; raises `CorpusError`."""
    if not isinstance(value, str):
        raise CorpusError(f"{place}: expected a string")
    if any("\ud800" <= char <= "\udfff" for char in value):
        raise CorpusError(f"{place}: holds half a surrogate pair")
    return value


def check_label(label: str) -> str:
    """Return a label for a format that ends labels at white space; raises `CorpusError` on one."""
    if label.split() != [label]:
        raise CorpusError(f"label {label!r}: this format takes no white space; rename it by --map")
    return label
