"""A name stands alone in a cell, a list or a form, where no sentence decides about its case."""

import re
from collections.abc import Iterator, Sequence

from ner_service.types import Entity

BEFORE = re.compile(r"(?:^|[\n\r\t|/:;]|(?<=[\d)]) |\d[.)]| {2})[ \xa0*_]*(?:[-–—•] )?$")
BETWEEN = re.compile(r",\s+")  # names of a list
AFTER = re.compile(r"\.?[ \xa0*_]*(?:$|[\n\r\t|])|[ \xa0*_]*(?:[/;(\d]| {2}|[-–—] )")
NEAR = 12  # characters in front of a name that are looked at


def stand_alone(text: str, entities: Sequence[Entity]) -> list[bool]:
    """Say of each entity of a text whether it is a person who stands alone.

    Before the name a line or a cell begins, a number ends (`1. Козлова М.И.`), or a colon stands
    (`Судья: Козлова М.И.`); behind it a line or a cell ends, or a bracket or a number begins. A
    list of persons stands alone as a whole.
    """
    return [
        alone for names in _lists(text, entities) for alone in [_is_alone(text, names)] * len(names)
    ]


def _lists(text: str, entities: Sequence[Entity]) -> Iterator[list[Entity]]:
    """Yield persons that commas join as a list, and every other entity by itself."""
    names: list[Entity] = []
    for entity in entities:
        if names and not (
            names[-1].label == entity.label == "PER"
            and BETWEEN.fullmatch(text, names[-1].end, entity.start)
        ):
            yield names
            names = []
        names.append(entity)
    if names:
        yield names


def _is_alone(text: str, names: Sequence[Entity]) -> bool:
    if names[0].label != "PER":
        return False
    start, end = names[0].start, names[-1].end
    before = BEFORE.search(text, max(0, start - NEAR), start)
    return before is not None and AFTER.match(text, end) is not None
