"""Every reader makes these checks of a document before it lets one in."""

import re
from bisect import bisect
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import replace
from itertools import pairwise
from pathlib import Path
from typing import Literal

from ner_service.errors import CorpusError
from ner_service.labels import map_labels
from ner_service.types import Document, Entity

Overlap = Literal["error", "longest", "first", "innermost"]
PREFERENCES: dict[Overlap, Callable[[Entity], tuple[int, int]]] = {
    "longest": lambda e: (e.start - e.end, e.start),
    "first": lambda e: (e.start, 0),
    "innermost": lambda e: (e.end - e.start, e.start),
}

NO_DOCUMENTS = "holds no documents: name a file that has annotated texts"
UNFIT_LABEL = re.compile(r"[\x00-\x1f\x7f-\x9f\u2028\u2029]")  # no line of a file could hold it


def require_documents(documents: Iterable[Document], path: Path) -> Iterator[Document]:
    """Yield the documents of a file; raises `CorpusError` where there are none."""
    has_some = False
    for document in documents:
        has_some = True
        yield document
    if not has_some:
        raise CorpusError(f"{path}: {NO_DOCUMENTS}")


def check_entities(
    entities: Iterable[Entity], text: str, labels: Mapping[str, str], place: str
) -> tuple[Entity, ...]:
    """Return entities with mapped labels, sorted; raises `CorpusError` on wrong or shared bounds.

    `labels` maps first, so that dropping a label also drops its overlaps; `place` begins each
    error.
    """
    ordered = sort_entities(check_bounds(map_labels(entities, labels), text, place))
    check_apart(ordered, place)
    return tuple(ordered)


def check_bounds(entities: Iterable[Entity], text: str, place: str) -> list[Entity]:
    """Return the entities; raises `CorpusError` where one is empty, blank or beyond the text."""
    checked = list(entities)
    for entity in checked:
        if unfit := describe_unfit_label(entity.label):
            raise CorpusError(f"{place}: {unfit}")
        if not 0 <= entity.start < entity.end:
            raise CorpusError(
                f"{place}: {entity.start}:{entity.end} is not a span; mend or drop it"
            )
        if entity.end > len(text):
            raise CorpusError(
                f"{place}: {entity.start}:{entity.end} {entity.label} is beyond the text "
                f"({len(text)} characters); mend or drop it"
            )
        if not text[entity.start : entity.end].strip():
            raise CorpusError(f"{place}: {entity.start}:{entity.end} is white space alone; drop it")
    return checked


def describe_unfit_label(label: str) -> str:
    """Return what is wrong with a label that no line of a file could hold, or nothing."""
    if not UNFIT_LABEL.search(label):
        return ""
    return f"the label {label[:80]!r} has a line break or another control character: rename it"


def sort_entities(entities: Iterable[Entity]) -> list[Entity]:
    """Return the entities by their bounds; those with the same bounds stay in order."""
    return sorted(entities, key=lambda e: (e.start, e.end))


def check_apart(ordered: Iterable[Entity], place: str) -> None:
    """Raise `CorpusError` where two of the sorted entities overlap."""
    for before, after in pairwise(ordered):
        if after.start < before.end:
            or_drop = (
                f", or drop one label with {after.label}= in the label mapping"
                if before.label != after.label
                else ""
            )
            raise CorpusError(
                f"{place}: {before.start}:{before.end} {before.label} and "
                f"{after.start}:{after.end} {after.label} overlap; keep one with --overlap "
                f'longest, first or innermost (overlap = "longest" in a training file){or_drop}'
            )


def choose_apart(entities: Iterable[Entity], overlap: Overlap) -> tuple[list[Entity], list[Entity]]:
    """Return the sorted entities that stay, and those that overlap one of them and go.

    The policies `longest`, `first` (in the text) and `innermost` say which one is preferred; of
    equals the one that comes first in the text, and then in the file, stays.
    """
    kept: list[Entity] = []  # always sorted and apart
    dropped: list[Entity] = []
    for entity in sorted(entities, key=PREFERENCES[overlap]):
        at = bisect(kept, entity.start, key=lambda e: e.start)
        overlaps = (at and kept[at - 1].end > entity.start) or (
            at < len(kept) and kept[at].start < entity.end
        )
        if overlaps:
            dropped.append(entity)
        else:
            kept.insert(at, entity)
    return kept, dropped


def trim(entity: Entity, text: str) -> Entity:
    """Return the entity without the white space at its edges; it must hold more than that."""
    surface = text[entity.start : entity.end]
    if not surface[0].isspace() and not surface[-1].isspace():
        return entity
    start = entity.end - len(surface.lstrip())
    return replace(entity, start=start, end=start + len(surface.strip()))


def check_text(value: object, place: str) -> str:
    """Return a text that is a string and valid Unicode; raises `CorpusError`."""
    if not isinstance(value, str):
        found = "null" if value is None else type(value).__name__
        raise CorpusError(f"{place}: expected a string, found {found}")
    try:
        value.encode()
    except UnicodeEncodeError:
        raise CorpusError(f"{place}: holds half a surrogate pair") from None
    return value


def find_repeated(names: Iterable[str]) -> str | None:
    """Return a name that comes twice, or `None`; a million names take a tenth of a second."""
    seen: set[str] = set()
    for name in names:
        if name in seen:
            return name
        seen.add(name)
    return None


def check_label(label: str) -> str:
    """Return a label for a format that ends labels at white space; raises `CorpusError` on one."""
    if label.split() != [label]:
        raise CorpusError(f"label {label!r}: this format takes no white space; rename it by --map")
    return label
