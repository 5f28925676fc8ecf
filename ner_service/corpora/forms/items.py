"""Items are the annotations of a record: lists `[start, end, label]`, or objects of many tools."""

from collections.abc import Iterator, Mapping
from dataclasses import fields

from ner_service.corpora.check import check_text
from ner_service.corpora.forms.fields import END_KEYS, LABEL_KEYS, START_KEYS
from ner_service.corpora.forms.marks import Mark
from ner_service.corpora.reading import Reading
from ner_service.errors import CorpusError
from ner_service.types import Entity, Parts

PARTS = {field.name for field in fields(Parts)}


def parse_item(item: object, place: str, reading: Reading) -> Iterator[Mark]:
    """Yield the mark of an annotation, or one for each of its labels and pieces."""
    if isinstance(item, list | tuple):
        if len(item) < 3:
            raise CorpusError(f"{place}: expected an object, or [start, end, label]")
        item = {"start": item[0], "end": item[1], "label": item[2]}
    if not isinstance(item, dict):
        raise CorpusError(f"{place}: expected an object, or [start, end, label]")
    if "points" in item:
        yield from _marks_at_points(item, place, reading)
        return
    start, end = _first(item, START_KEYS), _first(item, END_KEYS)
    if type(start) is not int:
        raise CorpusError(f"{place}.start: expected a whole number")
    if type(end) is not int:
        raise CorpusError(f"{place}.end: expected a whole number")
    surface = item.get("text")
    normal, parts = item.get("normal"), parse_parts(item.get("parts"))
    for label in _labels(_first(item, LABEL_KEYS), f"{place}.label", reading):
        base = normal if isinstance(normal, str) else None
        entity = Entity(start, end, label, normal=base, parts=parts)
        yield Mark(entity, surface if isinstance(surface, str) else None, place)


def parse_parts(value: object) -> Parts | None:
    """Return the parts of a person's name, as our own files have them."""
    if not isinstance(value, dict) or not value.keys() <= PARTS:
        return None
    parts = {key: part for key, part in value.items() if isinstance(part, str)}
    return Parts(**parts) if all(key in parts for key in value if value[key] is not None) else None


def _marks_at_points(item: Mapping[str, object], place: str, reading: Reading) -> Iterator[Mark]:
    """Yield the marks of an annotation of Dataturks, whose bounds are both inclusive."""
    points = item["points"]
    if not isinstance(points, list) or not points:
        raise CorpusError(f"{place}.points: expected a list of objects with start and end")
    for n, point in enumerate(points):
        if not isinstance(point, dict) or type(point.get("end")) is not int:
            raise CorpusError(f"{place}.points[{n}].end: expected a whole number")
        span = {**point, "end": point["end"] + 1, "label": item.get("label")}
        yield from parse_item(span, f"{place}.points[{n}]", reading)


def _first(item: Mapping[str, object], keys: tuple[str, ...]) -> object:
    for key in keys:
        if key in item:
            return item[key]
    return None


def _labels(value: object, place: str, reading: Reading) -> list[str]:
    """Return the labels of an annotation; several only where a policy chooses among them."""
    labels = value if isinstance(value, list) else [value]
    if len(labels) > 1 and reading.options.overlap == "error":
        raise CorpusError(f"{place}: expected one label; keep the first by --overlap first")
    if not labels:
        raise CorpusError(f"{place}: expected a label")
    return [_label(label, place, reading) for label in labels]


def _label(label: object, place: str, reading: Reading) -> str:
    if type(label) is int:
        return name_of(label, place, reading)
    if not isinstance(label, str) or not label:
        raise CorpusError(f"{place}: expected a label")
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
