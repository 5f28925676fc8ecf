"""Tasks are Label Studio's records: data, and what annotators or models marked in it.

The exports of all versions are read: `completions` or `annotations`, `predictions`, labels of
`Text`, `HyperText` and `Paragraphs`.
"""

from collections.abc import Mapping, Sequence
from typing import NamedTuple

from ner_service.corpora.check import check_text
from ner_service.corpora.forms.fields import Record
from ner_service.corpora.forms.items import name_of
from ner_service.corpora.forms.marks import Mark, place_marks
from ner_service.corpora.forms.occurrences import Occurrences
from ner_service.corpora.forms.records import other_fields
from ner_service.corpora.forms.task_text import text_key, text_of
from ner_service.corpora.reading import Reading
from ner_service.corpora.report import Kind
from ner_service.errors import CorpusError
from ner_service.types import Document, Entity

ANNOTATION_KEYS = ("annotations", "completions")
PREDICTIONS, LAST = "predictions", "last"
LABEL_TYPES = ("labels", "hypertextlabels", "paragraphlabels")


class Annotation(NamedTuple):
    """An annotation is the regions of one annotator or model, and where the task has them."""

    regions: Sequence[object]
    place: str


def is_task(value: object) -> bool:
    """Say whether a JSON value is a task of Label Studio."""
    return isinstance(value, dict) and isinstance(value.get("data"), dict)


def parse_task(
    task: Record, place: str, default_id: str, reading: Reading, is_html: bool = False
) -> Document | None:
    """Return the document of a task, or nothing where it is not annotated.

    The text loses its tags where it is HTML, or regions count as in HTML. Regions count UTF-16
    code units or code points by the version that wrote them. Raises `CorpusError`, which begins
    with `place` and names the field.
    """
    chosen = _choose_annotation(task, place, reading)
    if chosen is None:
        return None
    data = task["data"]
    assert isinstance(data, dict)
    regions = [
        (value, f"{chosen.place}.result[{n}].value")
        for n, region in enumerate(chosen.regions)
        if (value := _label_value(region, f"{chosen.place}.result[{n}]", reading)) is not None
    ]
    key = text_key(data, chosen.regions, place, reading)
    is_html = is_html or any("hypertextlabels" in value for value, _ in regions)
    at = f"{place}.data.{key.field}"
    text, starts = text_of(data[key.field], is_html, at, key.paragraph)
    places = Occurrences(text, (str(value.get("text")) for value, _ in regions))
    marks = [m for value, at in regions for m in _marks_of(value, places, starts, at, reading)]
    id = data.get("id", task.get("id", default_id))  # ours, before the one it was given there
    entities = place_marks(marks, text, "utf16")
    fields = other_fields(data, key.field)
    return reading.document(check_text(str(id), f"{place}.data.id"), text, entities, place, fields)


def bare_task(task: Record, place: str, default_id: str, reading: Reading) -> Document:
    """Return the document of a task without what was marked in it."""
    data = task["data"]
    assert isinstance(data, dict)
    key = text_key(data, (), place, reading)
    text, _ = text_of(data[key.field], False, f"{place}.data.{key.field}", key.paragraph)
    id = data.get("id", task.get("id", default_id))
    return Document(str(id), text, (), other_fields(data, key.field), place)


def _choose_annotation(task: Record, place: str, reading: Reading) -> Annotation | None:
    """Return the annotation that the options choose; what is left out is reported."""
    wanted = reading.options.annotator
    key = next((k for k in ANNOTATION_KEYS if k in task), "")
    predicted = _results(task, PREDICTIONS, place)
    if wanted == PREDICTIONS or (not key and not wanted):
        if predicted:
            return predicted[-1 if wanted == LAST else 0][1]
        reading.leave_out(place, f"it has no {ANNOTATION_KEYS[0]} and no {PREDICTIONS}")
        return None
    made = _results(task, key, place)
    if wanted not in ("", LAST):
        made = [(who, annotation) for who, annotation in made if who == wanted]
    if not made:
        by = "" if wanted in ("", LAST) else f" by {wanted}"
        there = f"; read them by --annotator {PREDICTIONS}" if predicted else ""
        also = f" (it has {PREDICTIONS}{there})" if predicted else ""
        reading.leave_out(place, f"it has no annotation{by} that is not cancelled{also}")
        return None
    if len(made) > 1:
        who = ", ".join(name or "?" for name, _ in made)
        reading.report.remark(Kind.CHOICE, place, f"by {who}; --annotator chooses one")
    return made[-1 if wanted == LAST else 0][1]


def _results(task: Record, key: str, place: str) -> list[tuple[str, Annotation]]:
    """Return who made each annotation that is not cancelled, and the annotation."""
    values = task.get(key, [])
    if values is None:
        return []
    if not isinstance(values, list):
        raise CorpusError(f"{place}.{key}: expected a list")
    results = []
    for n, value in enumerate(values):
        if type(value) is int and key == PREDICTIONS:  # the number of one that is not exported
            continue
        if not isinstance(value, dict):
            raise CorpusError(f"{place}.{key}[{n}]: expected an object")
        cancelled = value.get("was_cancelled") or value.get("skipped")
        if isinstance(regions := value.get("result"), list) and not cancelled:
            results.append((_author(value), Annotation(regions, f"{place}.{key}[{n}]")))
    return results


def _author(annotation: Mapping[str, object]) -> str:
    """Return the number or the address of who made an annotation, or the model's version."""
    by = annotation.get("completed_by", annotation.get("model_version", ""))
    if isinstance(by, dict):
        by = by.get("email", by.get("id", ""))
    return "" if by is None else str(by)


def _label_value(region: object, place: str, reading: Reading) -> Mapping[str, object] | None:
    """Return the value of a region that labels a span; others are reported."""
    if not isinstance(region, dict):
        raise CorpusError(f"{place}: expected an object")
    value = region.get("value")
    if isinstance(value, dict) and any(key in value and value[key] != [] for key in LABEL_TYPES):
        return value
    reading.report.remark(Kind.IGNORED_REGION, place, f"of type {region.get('type')!r}")
    return None


def _marks_of(
    value: Mapping[str, object],
    places: Occurrences,
    starts: Sequence[int],
    place: str,
    reading: Reading,
) -> list[Mark]:
    """Return a mark for each label of a region; raises `CorpusError` where it names no span."""
    key = next(key for key in LABEL_TYPES if key in value)
    names = value[key]
    surface = written if isinstance(written := value.get("text"), str) else None
    start, end = _bounds(value, surface, places, starts, place)
    is_one = isinstance(names, list) and len(names) == 1
    several = isinstance(names, list) and len(names) > 1 and reading.options.overlap != "error"
    if not isinstance(names, list) or not (is_one or several):
        raise CorpusError(f"{place}.{key}: expected one label; keep the first by --overlap first")
    labels = [
        name_of(n, f"{place}.{key}", reading) if type(n) is int else check_text(n, f"{place}.{key}")
        for n in names
    ]
    return [Mark(Entity(start, end, label), surface, place) for label in labels]


def _bounds(
    value: Mapping[str, object],
    surface: str | None,
    places: Occurrences,
    starts: Sequence[int],
    place: str,
) -> tuple[int, int]:
    """Return a region's bounds: its own, the global ones of HyperText, or those in paragraphs."""
    whole = value.get("globalOffsets")
    source = whole if isinstance(whole, dict) else value
    start, end = source.get("start"), source.get("end")
    if starts and "startOffset" in value:
        return (
            _in_paragraph(start, value.get("startOffset"), starts, place),
            _in_paragraph(end, value.get("endOffset"), starts, place),
        )
    if type(start) is int and type(end) is int:
        return start, end
    if surface and (at := places.start_of(surface)) is not None:  # an XPath is no offset
        return at, at + len(surface)
    raise CorpusError(f"{place}: start and end: expected whole numbers")


def _in_paragraph(number: object, offset: object, starts: Sequence[int], place: str) -> int:
    is_number = isinstance(number, int | str) and str(number).isdecimal() and len(str(number)) < 10
    if not is_number or type(offset) is not int or not int(str(number)) < len(starts):
        raise CorpusError(f"{place}: expected the number of a paragraph, and an offset in it")
    return starts[int(str(number))] + offset
