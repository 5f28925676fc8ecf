"""A mark is an entity as another tool wrote it: offsets in its own unit, perhaps with the text."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from itertools import accumulate, product
from typing import Literal

from ner_service.errors import CorpusError
from ner_service.types import Entity

Unit = Literal["codepoint", "utf16", "utf8"]
NOWHERE = -1


@dataclass(frozen=True, slots=True)
class Mark:
    """A mark has an entity, the text that it claims to cover, and the place that errors name."""

    entity: Entity
    surface: str | None
    place: str

    def fits(self, entity: Entity, text: str, exactly: bool = False) -> bool:
        """Say whether the entity covers the mark's text; white space may differ, if not exactly."""
        if self.surface is None:
            return True
        if not 0 <= entity.start < entity.end:
            return False
        covered = text[entity.start : entity.end]
        if exactly:
            return covered == self.surface
        return "".join(covered.split()) == "".join(self.surface.split())


def place_marks(marks: Sequence[Mark], text: str, first: Unit = "codepoint") -> list[Entity]:
    """Return the entities of marks in code points, whether they count those or UTF-16 code units.

    The unit `first` is taken where it gives the text of every mark that states one; else whichever
    does, bytes of UTF-8 too, or gives a mark's text. Where all marks state their text, the ends may
    be those of their last characters. Raises `CorpusError` where nothing fits.
    """
    plain = [mark.entity for mark in marks]
    if all(mark.surface is None for mark in marks):
        return plain
    utf16 = plain if max(text, default="") <= "\uffff" else in_code_points(plain, text, "utf16")
    orders = [plain, utf16] if first == "codepoint" else [utf16, plain]
    if not text.isascii():
        orders.append(in_code_points(plain, text, "utf8"))
    if all(mark.surface for mark in marks):
        orders += [[replace(e, end=e.end + 1) for e in order] for order in orders]
    for exactly, order in product((True, False), orders):
        if all(m.fits(e, text, exactly) for m, e in zip(marks, order, strict=True)):
            return order
    pairs = zip(marks, plain, utf16, strict=True)
    return [_place(mark, text, (entity, other)) for mark, entity, other in pairs]


def _place(mark: Mark, text: str, candidates: Iterable[Entity]) -> Entity:
    for entity in candidates:
        if mark.fits(entity, text):
            return entity
    start, end = mark.entity.start, mark.entity.end
    raise CorpusError(
        f"{mark.place}: {start}:{end} is not where the region's text stands: says "
        f"{mark.surface!r}, but there is {text[max(0, start) : max(0, end)]!r}"
    )


def in_code_points(entities: Sequence[Entity], text: str, unit: Unit) -> list[Entity]:
    """Return the entities with offsets of another unit in code points; -1 for none of its."""
    if unit == "codepoint":
        return list(entities)
    if unit == "utf16":
        sizes = (1 + (char > "\uffff") for char in text)
    else:
        sizes = (len(char.encode()) for char in text)
    places = {at: n for n, at in enumerate(accumulate(sizes, initial=0))}
    return [
        replace(e, start=places.get(e.start, NOWHERE), end=places.get(e.end, NOWHERE))
        for e in entities
    ]
