"""A record is an object with a text and its entities, by whichever names a tool gives the two.

It is what a line of JSONL, an element of JSON or a row of a table holds: our own form, that of
doccano, Prodigy, spaCy, Dataturks and Label Studio's JSON-MIN, and the tokens of Hugging Face.
"""

import ast
import json
import re
import warnings
from collections.abc import Iterator, Mapping
from difflib import get_close_matches
from typing import cast

from ner_service.corpora.check import check_text
from ner_service.corpora.forms import tags
from ner_service.corpora.forms.marks import Mark, in_code_points, place_marks
from ner_service.corpora.reading import Reading
from ner_service.corpora.report import Kind
from ner_service.errors import CorpusError
from ner_service.types import Document, Entity

Record = Mapping[str, object]

TEXT_KEYS = ("text", "data", "content", "sentence")
TOKEN_KEYS = ("tokens", "words")
TAG_KEYS = ("ner_tags", "tags", "labels", "ner")
ENTITY_KEYS = ("entities", "spans", "ents", "labels", "label", "annotations", "annotation")
START_KEYS = ("start", "start_offset", "startOffset", "begin")
END_KEYS = ("end", "end_offset", "endOffset", "stop")
LABEL_KEYS = ("label", "labels", "entity_group", "entity", "tag", "type")
LIST = re.compile(r"\s*(\[\s*[\[({\]]|\{\"entities\")")  # of annotations, or an empty one
REJECTED = ("reject", "ignore")  # Prodigy's answers to a task that is not to be learned from


def parse_record(record: Record, place: str, default_id: str, reading: Reading) -> Document | None:
    """Return the document of a record, or nothing where its annotator rejected it.

    Raises `CorpusError`, which begins with `place` and names the key.
    """
    if record.get("answer") in REJECTED and "spans" in record:
        reading.leave_out(place, f"its answer is {record['answer']!r}")
        return None
    key = text_key(record, reading)
    if key in record and isinstance(record[key], list) and key != "text":
        return _parse_tokens(record, key, place, default_id, reading)
    text = check_text(record.get(key), _expected(record, key, place))
    entity_key, items = _entity_items(record, key, place, reading)
    marks = [
        m
        for n, item in enumerate(items)
        for m in parse_item(item, f"{place}: {entity_key}[{n}]", reading)
    ]
    entities = _in_unit(record, marks, text)
    return reading.document(
        _id_of(record, place, default_id),
        text,
        entities,
        place,
        other_fields(record, key, entity_key),
    )


def bare_document(record: Record, place: str, default_id: str, reading: Reading) -> Document:
    """Return the document of a record without the entities that it may have."""
    key = text_key(record, reading)
    value = record.get(key)
    if isinstance(value, list) and key != "text":
        value = " ".join(_tokens(record, key, place))
    text = check_text(value, _expected(record, key, place))
    id = _id_of(record, place, default_id)
    return Document(id, text, (), other_fields(record, key, "entities"), place)


def text_key(record: Record, reading: Reading) -> str:
    """Return the key of the text, or of the tokens that stand for it."""
    if named := reading.options.column_pair()[0]:
        return named
    if "text" not in record or _has_tagged_tokens(record):
        for key in TOKEN_KEYS + TEXT_KEYS:
            expected = list if key in TOKEN_KEYS else str
            if isinstance(record.get(key), expected):
                return key
        return _key_of_surfaces(record) or "text"
    return "text"


def _key_of_surfaces(record: Record) -> str:
    """Return the only string field that holds the text of each annotation, if there is one."""
    items = [i for key in ENTITY_KEYS for i in _plain_list(record.get(key)) if isinstance(i, dict)]
    surfaces = [text for item in items if isinstance(text := item.get("text"), str)]
    strings = [key for key, value in record.items() if key != "id" and isinstance(value, str)]
    holding = [key for key in strings if all(text in str(record[key]) for text in surfaces)]
    return holding[0] if surfaces and len(holding) == 1 else ""


def _plain_list(value: object) -> list[object]:
    return value if isinstance(value, list) else []


def _has_tagged_tokens(record: Record) -> bool:
    """Say whether a record with a text has its annotations at tokens all the same."""
    tokens = next((value for key in TOKEN_KEYS if isinstance(value := record.get(key), list)), [])
    tagged = any(
        isinstance(value := record.get(key), list) and len(value) == len(tokens) for key in TAG_KEYS
    )
    spans = any(_hold_spans(key, record[key]) for key in ENTITY_KEYS if key in record)
    return tagged and not spans and bool(tokens) and all(isinstance(t, str) for t in tokens)


def other_fields(record: Record, *used: str) -> Record:
    """Return the fields that are neither text nor entities; an id only if it is no string."""
    return {
        key: value
        for key, value in record.items()
        if key not in used and not (key == "id" and (value is None or isinstance(value, str)))
    }


def _expected(record: Record, key: str, place: str) -> str:
    """Return the beginning of the error about a record's text, with the keys that it has."""
    if key in record or not record:
        return f"{place}: {key}"
    keys = ", ".join(map(repr, list(record)[:8]))
    return (
        f"{place}: {key} is none of its keys ({keys}); name two by --columns TEXT,ENTITIES: {key}"
    )


def _id_of(record: Record, place: str, default_id: str) -> str:
    id = record.get("id")
    return default_id if id is None else check_text(str(id), f"{place}: id")


def _entity_items(
    record: Record, text_key: str, place: str, reading: Reading
) -> tuple[str, list[object]]:
    """Return the key of a record's annotations, and its items; none where it has none."""
    named = reading.options.column_pair()[1]
    candidates = {k: _decoded(k, v) for k, v in record.items() if k not in (text_key, "id")}
    if named:
        if named not in record:
            raise CorpusError(f"{place}: {named}: is none of its keys; mend --columns")
        return named, _list_of(candidates[named], f"{place}: {named}")
    full = [key for key, value in candidates.items() if _hold_spans(key, value)]
    if "entities" in candidates:
        for other in full:
            if other != "entities" and not _lists_tokens(other):
                reading.report.remark(Kind.IGNORED_KEY, place, f"{other!r} beside 'entities'")
        return "entities", _list_of(candidates["entities"], f"{place}: entities")
    known = [key for key in ENTITY_KEYS if key in full]
    for key in candidates:
        if key not in known and not _lists_tokens(key):
            _check_known(key, key in full, candidates[key], bool(known), place, reading)
    for other in known[1:]:
        reading.report.remark(Kind.IGNORED_KEY, place, f"{other!r} beside {known[0]!r}")
    if known:
        return known[0], _list_of(candidates[known[0]], f"{place}: {known[0]}")
    return "", []


def _lists_tokens(key: str) -> bool:
    """Say whether a key holds tokens beside a text, as Prodigy's and spaCy's records have them."""
    return key in (*TOKEN_KEYS, "sents", "relations", "Comments", "cats")


def _check_known(
    key: str, full: bool, value: object, other: bool, place: str, reading: Reading
) -> None:
    """Raise `CorpusError` where annotations would be lost under a key that nobody knows."""
    may_be = key not in ENTITY_KEYS and isinstance(value, list | dict)
    meant = get_close_matches(key, ENTITY_KEYS, 1, 0.8) if may_be else []
    misspelt = bool(meant)
    if not full and not misspelt:
        return
    if other:
        reading.report.remark(Kind.IGNORED_KEY, place, f"{key!r}")
        return
    mend = f"is {meant[0]!r} meant?" if misspelt else "rename it to 'entities'"
    raise CorpusError(
        f"{place}: key {key!r} looks like annotations, but is none of "
        f"{', '.join(ENTITY_KEYS)}: {mend} Or name it by --columns TEXT,{key}"
    )


def _hold_spans(key: str, value: object) -> bool:
    """Say whether a field has annotations: a known key any lists or objects, others by their look.

    The labels of a whole text, which are strings or numbers, are none.
    """
    if isinstance(value, dict) and set(value) == {"entities"}:
        value = value["entities"]
    if key in ENTITY_KEYS and isinstance(value, dict):
        return True
    if not isinstance(value, list) or not value:
        return False
    item = value[0]
    if key in ENTITY_KEYS:
        return isinstance(item, dict | list | tuple)
    if isinstance(item, dict):
        has_label = any(label in item for label in LABEL_KEYS)
        return "points" in item or (has_label and any(start in item for start in START_KEYS))
    kinds = [type(part) for part in item[:3]] if isinstance(item, list | tuple) else []
    return kinds.count(int) == 2 and str in kinds


def _decoded(key: str, value: object) -> object:
    """Return a cell of a table that holds a list as that list, and spaCy's only group of spans.

    Any other value stays as it is.
    """
    if key == "spans" and isinstance(value, dict) and len(value) < 2:
        return next(iter(value.values()), [])
    if not isinstance(value, str) or not LIST.match(value):
        return value
    try:
        return cast(object, json.loads(value))
    except (ValueError, RecursionError):
        return _literal(value)


def _literal(value: str) -> object:
    """Return a list that Python printed, as pandas writes it into a table; else the string."""
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # about code that a text may look like
            return cast(object, ast.literal_eval(value.strip()))
    except (ValueError, SyntaxError, RecursionError, MemoryError):
        return value


def _list_of(value: object, place: str) -> list[object]:
    if isinstance(value, dict) and set(value) == {"entities"}:
        value = value["entities"]
    if value is None or value == "":  # an empty cell of a table
        return []
    if not isinstance(value, list):
        raise CorpusError(f"{place}: expected a list")
    return value


def parse_item(item: object, place: str, reading: Reading) -> Iterator[Mark]:
    """Yield the mark of an annotation, or one for each of its labels and pieces."""
    if isinstance(item, list | tuple):
        if len(item) < 3:
            raise CorpusError(f"{place}: expected an object, or [start, end, label]")
        item = {"start": item[0], "end": item[1], "label": item[2]}
    if not isinstance(item, dict):
        raise CorpusError(f"{place}: expected an object, or [start, end, label]")
    if isinstance(item.get("points"), list):  # Dataturks: both bounds are inclusive
        for point in item["points"]:
            inner = point if isinstance(point, dict) else {}
            last = inner.get("end")
            inner = inner | {"label": item.get("label")}
            yield from parse_item(
                inner | {"end": last + 1} if type(last) is int else inner, place, reading
            )
        return
    start, end = _first(item, START_KEYS), _first(item, END_KEYS)
    if type(start) is not int:
        raise CorpusError(f"{place}.start: expected a whole number")
    if type(end) is not int:
        raise CorpusError(f"{place}.end: expected a whole number")
    surface = item.get("text")
    for label in _labels(_first(item, LABEL_KEYS), f"{place}.label", reading):
        yield Mark(Entity(start, end, label), surface if isinstance(surface, str) else None, place)


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


def _in_unit(record: Record, marks: list[Mark], text: str) -> list[Entity]:
    """Return the entities in code points, by the unit that the record states, if it does."""
    unit = record.get("offsets")
    if unit in ("utf16", "utf8"):
        return in_code_points([mark.entity for mark in marks], text, unit)
    return place_marks(marks, text)


def _tokens(record: Record, key: str, place: str) -> list[str]:
    values = record[key]
    assert isinstance(values, list)
    return [check_text(value, f"{place}: {key}[{n}]") for n, value in enumerate(values)]


def _parse_tokens(
    record: Record, key: str, place: str, default_id: str, reading: Reading
) -> Document:
    """Return the document of tokens and tags, which may be numbers, as Hugging Face has them."""
    tokens = _tokens(record, key, place)
    named = reading.options.column_pair()[1]
    tag_key = named or next((k for k in TAG_KEYS if isinstance(record.get(k), list)), "")
    values = record.get(tag_key)
    if not isinstance(values, list):
        raise CorpusError(
            f"{place}: {key} have no tags: expected a list under {', '.join(TAG_KEYS)}, "
            f"or name its key by --columns {key},KEY"
        )
    if len(values) != len(tokens):
        raise CorpusError(f"{place}: {len(tokens)} {key}, but {len(values)} {tag_key}")
    at = f"{place}: {tag_key}"
    rows = [
        tags.Row(f"{at}[{n}]", token, _tag(value, f"{at}[{n}]", reading))
        for n, (token, value) in enumerate(zip(tokens, values, strict=True))
    ]
    scheme = tags.scheme_of([rows], reading.options.lenient)
    text, entities = tags.text_and_entities([rows] if rows else [], scheme, reading)
    fields = other_fields(record, key, tag_key)
    return reading.document(_id_of(record, place, default_id), text, entities, place, fields)


def _tag(value: object, place: str, reading: Reading) -> str:
    name = name_of(value, place, reading) if type(value) is int else value
    tag = tags.parse_tag(check_text(name, place))
    if tag is None:
        raise CorpusError(f"{place}: {name!r} is not a tag: expected O, B-..., I-...")
    return tag
