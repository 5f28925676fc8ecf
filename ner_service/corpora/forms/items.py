"""Items are the annotations of a record: lists `[start, end, label]`, or objects of many tools."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import fields
from typing import NoReturn

from ner_service.corpora.check import check_text
from ner_service.corpora.forms.fields import END_KEYS, LABEL_KEYS, START_KEYS, Record
from ner_service.corpora.forms.marks import Mark
from ner_service.corpora.forms.occurrences import Occurrences
from ner_service.corpora.forms.standoff import LINE, parse_line
from ner_service.corpora.reading import Reading
from ner_service.errors import CorpusError
from ner_service.types import Entity, Parts

PARTS = {field.name for field in fields(Parts)}

PAIR_KEYS = ("offsets", "span")  # of both bounds, or of those of each piece
EXPECTED = "expected an object, or [start, end, label]"
LABEL_NAMES = ("value", "name", "label")  # of a label that is an object


def parse_items(items: Sequence[object], place: str, text: str, reading: Reading) -> Iterator[Mark]:
    """Yield the marks of annotations; raises `CorpusError`, which begins with `place`."""
    places = Occurrences(text, _surfaces_to_find(items))
    for n, item in enumerate(items):
        yield from _parse_item(item, f"{place}[{n}]", text, places, reading)


def _surfaces_to_find(items: Iterable[object]) -> Iterator[str]:
    """Yield the strings that are looked for in the text."""
    for item in items:
        if isinstance(item, list | tuple) and len(item) > 3 and isinstance(item[3], str):
            yield item[3]
        elif isinstance(item, dict) and not _has_bounds(item) and (surface := _surface_of(item)):
            yield surface


def _parse_item(
    item: object, place: str, text: str, places: Occurrences, reading: Reading
) -> Iterator[Mark]:
    """Yield the mark of an annotation, or one for each of its labels and pieces."""
    if isinstance(item, str) and LINE.match(item):
        yield parse_line(item, text, place)
        return
    if isinstance(item, list | tuple):
        item = _object_of(item, places, place)
    if not isinstance(item, dict):
        raise CorpusError(f"{place}: {EXPECTED}")
    if "points" in item:
        yield from _marks_at_points(item, place, text, places, reading)
        return
    surface = _surface_of(item)
    start, end = _bounds(item, surface, text, places, place)
    normal, parts = item.get("normal"), parse_parts(item.get("parts"))
    base = normal if isinstance(normal, str) else None
    for label in _labels(_first(item, LABEL_KEYS), f"{place}.label", reading):
        entity = Entity(start, end, label, normal=base, parts=parts)
        yield Mark(entity, surface, place)


def parse_parts(value: object) -> Parts | None:
    """Return the parts of a person's name, as our own files have them."""
    if not isinstance(value, dict) or not value.keys() <= PARTS:
        return None
    parts = {key: part for key, part in value.items() if isinstance(part, str)}
    return Parts(**parts) if all(key in parts for key in value if value[key] is not None) else None


def _object_of(item: list[object] | tuple[object, ...], places: Occurrences, place: str) -> Record:
    """Return the object that a list stands for; a fourth member may be the text, or an id."""
    if len(item) < 3:
        raise CorpusError(f"{place}: {EXPECTED}, found {len(item)} values")
    start, end, label, *more = item
    if isinstance(start, str) and type(end) is int and type(label) is int:
        start, end, label = end, label, start
    record = {"start": start, "end": end, "label": label}
    has_text = more and isinstance(more[0], str) and more[0] and more[0] in places
    return record | {"text": more[0]} if has_text else record


def _surface_of(item: Record) -> str | None:
    """Return the text that an annotation claims to cover; BigBio has a list of its pieces."""
    value = item.get("text")
    if isinstance(value, list) and len(value) == 1:
        value = value[0]
    return value if isinstance(value, str) else None


def _bounds(
    item: Record, surface: str | None, text: str, places: Occurrences, place: str
) -> tuple[int, int]:
    """Return the bounds of an annotation.

    One that has only its text is where that text stands, if it stands there once.
    """
    start, end = _first(item, START_KEYS), _first(item, END_KEYS)
    pair = _first(item, PAIR_KEYS)
    if start is None and end is None and isinstance(pair, list) and pair:
        return _join_pieces(pair if isinstance(pair[0], list) else [pair], text, place)
    if surface and not _has_bounds(item):
        return _find(surface, places, place)
    if start is None:
        _raise_missing(item, START_KEYS, f"{place}.start")
    first = _whole_number(start, f"{place}.start")
    if end is None and type(length := item.get("length")) is int:
        return first, first + length
    if end is None:
        _raise_missing(item, END_KEYS, f"{place}.end")
    return first, _whole_number(end, f"{place}.end")


def _has_bounds(item: Record) -> bool:
    return any(key in item for key in START_KEYS + END_KEYS)


def _join_pieces(pieces: list[object], text: str, place: str) -> tuple[int, int]:
    """Return the bounds of pieces that only white space divides."""
    bounds: list[tuple[int, int]] = []
    for n, piece in enumerate(pieces):
        at = f"{place}.offsets[{n}]"
        if not isinstance(piece, list) or len(piece) != 2:
            raise CorpusError(f"{at}: expected [start, end]")
        start, end = (_whole_number(offset, at) for offset in piece)
        if bounds and (start < bounds[-1][1] or text[bounds[-1][1] : start].strip()):
            raise CorpusError(
                f"{at}: the entity is in several pieces with words between them, which none here "
                "can be; take its pieces apart, or drop it"
            )
        bounds.append((start, end))
    return bounds[0][0], bounds[-1][1]


def _find(surface: str, places: Occurrences, place: str) -> tuple[int, int]:
    if (start := places.start_of(surface)) is None:
        raise CorpusError(
            f"{place}.start: expected a whole number: {surface!r} alone is in the text "
            f"{places.count(surface)} times; give start and end"
        )
    return start, start + len(surface)


def _raise_missing(item: Record, keys: tuple[str, ...], place: str) -> NoReturn:
    if any(key in item for key in keys):
        raise CorpusError(f"{place}: expected a whole number, found null; give start and end")
    there = ", ".join(map(repr, list(item)[:8]))
    raise CorpusError(
        f"{place}: expected a whole number, found none of {', '.join(keys[:4])} … among its keys "
        f"({there}); rename the key of the offset to {keys[0]!r}"
    )


def _whole_number(value: object, place: str) -> int:
    """Return an offset; raises `CorpusError` unless it is a whole number, perhaps as 4.0."""
    if type(value) is int:
        return value
    if isinstance(value, float) and value.is_integer():  # pandas makes them of columns with gaps
        return int(value)
    mend = "; write it without quotes" if isinstance(value, str) and value.isdecimal() else ""
    kind = "null" if value is None else type(value).__name__
    raise CorpusError(f"{place}: expected a whole number, found {kind}{mend}")


def _marks_at_points(
    item: Mapping[str, object], place: str, text: str, places: Occurrences, reading: Reading
) -> Iterator[Mark]:
    """Yield the marks of an annotation of Dataturks, whose bounds are both inclusive."""
    points = item["points"]
    if not isinstance(points, list) or not points:
        raise CorpusError(f"{place}.points: expected a list of objects with start and end")
    for n, point in enumerate(points):
        if not isinstance(point, dict) or type(point.get("end")) is not int:
            raise CorpusError(f"{place}.points[{n}].end: expected a whole number")
        span = {**point, "end": point["end"] + 1, "label": item.get("label")}
        yield from _parse_item(span, f"{place}.points[{n}]", text, places, reading)


def _first(item: Mapping[str, object], keys: tuple[str, ...]) -> object:
    """Return the first value that is not null of the keys."""
    return next((item[key] for key in keys if item.get(key) is not None), None)


def _labels(value: object, place: str, reading: Reading) -> list[str]:
    """Return the labels of an annotation; several only where a policy chooses among them."""
    labels = value if isinstance(value, list) else [value]
    if len(labels) > 1 and reading.options.overlap == "error":
        raise CorpusError(f"{place}: expected one label; keep the first by --overlap first")
    if not labels or value is None:
        raise CorpusError(
            f"{place}: expected a label under one of {', '.join(LABEL_KEYS)}; name or drop it"
        )
    return [_label(label, place, reading) for label in labels]


def _label(label: object, place: str, reading: Reading) -> str:
    if isinstance(label, dict):
        label = _first(label, LABEL_NAMES)
    if type(label) is int:
        return name_of(label, place, reading)
    if not isinstance(label, str) or not label:
        raise CorpusError(f"{place}: expected a label, which is a string that is not empty")
    return check_text(label, place)


def name_of(number: int, place: str, reading: Reading) -> str:
    """Return the name that stands for a number; raises `CorpusError` where none is given."""
    names = reading.options.names
    if not 0 <= number < len(names):
        raise CorpusError(
            f"{place}: number {number} has no name; give all of them in order by --names "
            "(names in a training file), such as O,B-PER,I-PER"
        )
    return names[number]
