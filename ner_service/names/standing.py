"""A name stands alone in a cell, a list or a form, where no sentence decides about its case."""

import re
from collections.abc import Iterator, Sequence

from ner_service.names.posts import PostReader
from ner_service.types import Entity

BEFORE = re.compile(
    r"(?:^|[\n\r\t|/:;]|(?<=[\d)]) |\d[.)]| {2}|(?:уважением|пожеланиями),)[ \xa0*_]*(?:[-–—•] )?$"
)
BETWEEN = re.compile(r",\s+")  # names of a list
AFTER = re.compile(
    r"\.?[ \xa0*_]*(?:$|[\n\r\t|])|[ \xa0*_]*(?:[/;(\d]| {2}|[-–—] )"
    r"|[.,]?[ \xa0][А-ЯЁA-Z]\w*(?: \w+)?\.?:"  # another field of the form begins
)
AFTER_COMMA = re.compile(r",[ \xa0]*(?:\d|тел|т\.|e-?mail|эл\.|год)", re.IGNORECASE)
COMMA = re.compile(r",[ \xa0]")
LINE_ENDS = re.compile(r"[\n\r\t|;:]|\d{4}[ \xa0]?г\.")  # and of cells, dates, and before colons
NEAR = 14  # characters in front of a name that are looked at
LONGEST_POST = 100  # characters beside a name in which its post stands


def stand_alone(text: str, entities: Sequence[Entity], posts: PostReader) -> list[bool]:
    """Say of each entity of a text whether it is a person who stands alone.

    Before the name a line or a cell begins, a number ends (`1. Козлова М.И.`), or a colon stands
    (`Судья: Козлова М.И.`), perhaps with a post behind it (`Кассир Козлова М.И.`). Behind the name
    a line or a cell ends, a bracket or a number begins, or an age or a post follows. A list of
    persons stands alone as a whole.
    """
    return [
        alone
        for names in _lists(text, entities)
        for alone in [_is_alone(text, names, posts)] * len(names)
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


def _is_alone(text: str, names: Sequence[Entity], posts: PostReader) -> bool:
    if names[0].label != "PER":
        return False
    start, end = names[0].start, names[-1].end
    if BEFORE.search(text, max(0, start - NEAR), start):
        return AFTER.match(text, end) is not None or _is_described(text, end, posts)
    is_last = AFTER.match(text, end) or COMMA.match(text, end)
    return is_last is not None and posts.is_post(_line_before(text, start))


def _is_described(text: str, end: int, posts: PostReader) -> bool:
    """Say whether a comma, and then an age, a date or a post, stand behind a name that is alone."""
    if not COMMA.match(text, end):
        return False
    line = LINE_ENDS.split(text[end + 1 : end + LONGEST_POST])[0]
    if posts.has_plural_verb(line):
        return False
    return AFTER_COMMA.match(text, end) is not None or posts.is_post(line.partition(",")[0])


def _line_before(text: str, start: int) -> str:
    """Return what stands before a name in its line or cell, or nothing if that is long."""
    *others, line = LINE_ENDS.split(text[max(0, start - LONGEST_POST) : start])
    return line if others or start <= LONGEST_POST else ""
