"""A record is an object with a text and its entities, by whichever names a tool gives the two.

It is what a line of JSONL, an element of JSON or a row of a table holds: our own form, that of
doccano, Prodigy, spaCy, Dataturks and Label Studio's JSON-MIN, and the tokens of Hugging Face.
"""

from collections.abc import Sequence
from difflib import get_close_matches
from typing import get_args

from ner_service.corpora.check import check_text
from ner_service.corpora.forms import tags
from ner_service.corpora.forms.fields import (
    ENTITY_KEYS,
    RECORDED_KEY,
    SPANS_ALONE,
    TAG_KEYS,
    TEXT_KEYS,
    TOKEN_KEYS,
    Record,
    by_label,
    decode_cell,
    decode_tokens,
    entity_keys,
    has_tagged_tokens,
    hold_spans,
    hold_tags,
    tags_in_one_string,
)
from ner_service.corpora.forms.items import name_of, parse_items
from ner_service.corpora.forms.marks import Mark, Unit, in_code_points, place_marks
from ner_service.corpora.forms.occurrences import Occurrences
from ner_service.corpora.forms.standoff import LINE
from ner_service.corpora.reading import Reading
from ner_service.corpora.report import Kind
from ner_service.errors import CorpusError
from ner_service.labels import entities as entities_of
from ner_service.types import Document, Entity

UNITS: dict[str, Unit] = {  # by the names that records give them
    **{unit: unit for unit in get_args(Unit)},
    **{"utf-16": "utf16", "utf-8": "utf8", "byte": "utf8", "bytes": "utf8"},
}
REJECTED = ("reject", "ignore")  # Prodigy's answers to a task that is not to be learned from


def parse_record(record: Record, place: str, default_id: str, reading: Reading) -> Document | None:
    """Return the document of a record, or nothing where its annotator rejected it.

    Raises `CorpusError`, which begins with `place` and names the key.
    """
    if record.get("answer") in REJECTED and "spans" in record:
        reading.leave_out(place, f"its answer is {record['answer']!r}")
        return None
    record = decode_tokens(record)
    key = text_key(record, reading)
    if key in record and isinstance(record[key], list) and key != "text":
        return _parse_tokens(record, key, place, default_id, reading)
    text = check_text(record.get(key), _expected(record, key, place))
    entity_key, items = _entity_items(record, key, place, reading)
    marks = list(parse_items(items, f"{place}: {entity_key}", text, reading))
    _check_labels({mark.entity.label for mark in marks}, place)
    entities = _in_unit(record, marks, text)
    return reading.document(
        _id_of(record, place, default_id),
        text,
        entities,
        place,
        other_fields(record, key, entity_key),
    )


def bare_document(record: Record, place: str, default_id: str, reading: Reading) -> Document:
    """Return the document of a record without the entities that it may have.

    A text may be null. The record's own id stands among the fields, too.
    """
    record = decode_tokens(record)
    key = text_key(record, reading)
    value = record.get(key)
    if isinstance(value, list) and key != "text":
        value = " ".join(_tokens(record, key, place))
    is_null = value is None and key in record
    text = "" if is_null else check_text(value, _expected(record, key, place))
    fields = dict(other_fields(record, key, "entities"))
    if record.get("id") is not None:
        fields["id"] = record["id"]
    id = _id_of(record, place, default_id)
    return Document(id, text, (), fields, place, is_null=is_null)


def text_key(record: Record, reading: Reading) -> str:
    """Return the key of the text, or of the tokens that stand for it."""
    if named := reading.options.column_pair()[0]:
        return named
    if "text" not in record or has_tagged_tokens(record):
        for key in TOKEN_KEYS + TEXT_KEYS:
            expected = list if key in TOKEN_KEYS else str
            if isinstance(record.get(key), expected):
                return key
        nulls = (key for key in TEXT_KEYS if key in record and record[key] is None)
        return _key_of_surfaces(record) or next(nulls, "text")
    return "text"


def _key_of_surfaces(record: Record) -> str:
    """Return the only string field that holds the text of each annotation, if there is one."""
    items = [i for key in ENTITY_KEYS for i in _plain_list(record.get(key)) if isinstance(i, dict)]
    surfaces = [text for item in items if isinstance(text := item.get("text"), str)]
    strings = {k: value for k, value in record.items() if k != "id" and isinstance(value, str)}
    holding = [key for key, value in strings.items() if _hold_all(value, surfaces)]
    return holding[0] if surfaces and len(holding) == 1 else ""


def _hold_all(text: str, surfaces: Sequence[str]) -> bool:
    places = Occurrences(text, surfaces)
    return all(surface in places for surface in surfaces)


def _plain_list(value: object) -> list[object]:
    return value if isinstance(value, list) else []


def other_fields(record: Record, *used: str) -> Record:
    """Return the fields that are neither text nor entities; an id only if it is no string.

    The unit of the offsets is left out, since those of a document count code points.
    """
    return {
        key: value
        for key, value in record.items()
        if key not in used
        and not (key == "id" and (value is None or isinstance(value, str)))
        and not (key == "offsets" and str(value).lower() in UNITS)
    }


def _expected(record: Record, key: str, place: str) -> str:
    """Return the beginning of the error about a record's text, with the keys that it has."""
    if key in record or not record:
        return f"{place}: {key}"
    keys = ", ".join(map(repr, list(record)[:8]))
    others = {name.casefold(): name for name in record if name.casefold() != "id"}
    near = get_close_matches(key.casefold(), others, 1) or ([*others] if len(others) == 1 else [])
    meant = others[near[0]] if near else "TEXT"
    return (
        f"{place}: {key} is none of its keys ({keys}): name that of the text, by --text-column "
        f"{meant} (tag) or --columns {meant},ENTITIES: {key}"
    )


def _id_of(record: Record, place: str, default_id: str) -> str:
    id = record.get("id")
    return default_id if id is None else check_text(str(id), f"{place}: id")


def _entity_items(
    record: Record, text_key: str, place: str, reading: Reading
) -> tuple[str, list[object]]:
    """Return the key of a record's annotations, and its items; none where it has none."""
    named = reading.options.column_pair()[1]
    candidates = {k: decode_cell(k, v) for k, v in record.items() if k not in (text_key, "id")}
    if named:
        if named not in record:
            raise CorpusError(f"{place}: {named}: is none of its keys; mend --columns")
        return named, _list_of(named, candidates[named], place)
    full = [key for key, value in candidates.items() if hold_spans(key, value)]
    if "entities" in candidates:
        for other in full:
            if other not in ("entities", RECORDED_KEY) and not _lists_tokens(other):
                reading.report.remark(Kind.IGNORED_KEY, place, f"{other!r} beside 'entities'")
        return "entities", _list_of("entities", candidates["entities"], place)
    known = [key for key in ENTITY_KEYS if key in full]
    text = str(record[text_key])
    for key in candidates:
        if not known and tags_in_one_string(record[key], text):
            raise CorpusError(
                f"{place}: {key!r} are tags in one string: give tokens and ner_tags as lists"
            )
        if key not in known and not _lists_tokens(key):
            _check_known(key, key in full, candidates[key], bool(known), place, reading)
    for other in known[1:]:
        reading.report.remark(Kind.IGNORED_KEY, place, f"{other!r} beside {known[0]!r}")
    if known:
        return known[0], _list_of(known[0], candidates[known[0]], place)
    if alone := entity_keys(record, text):
        raise CorpusError(
            f"{place}: {', '.join(map(repr, alone))} mark one entity beside the text, which would "
            "be lost: put all entities of a text into one list under 'entities'"
        )
    return "", []


def _lists_tokens(key: str) -> bool:
    """Say whether a key holds tokens beside a text, as Prodigy's and spaCy's records have them."""
    return key in (*TOKEN_KEYS, "sents", "relations", "Comments", "cats")


def _check_known(
    key: str, full: bool, value: object, other: bool, place: str, reading: Reading
) -> None:
    """Raise `CorpusError` where annotations would be lost under a key that nobody knows."""
    meant = _meant_key(key, value)
    misspelt = bool(meant)
    if hold_tags(key, value) and not other:
        raise CorpusError(
            f"{place}: {key!r} are tags, but there are no tokens under {', '.join(TOKEN_KEYS)}: "
            "name both by --columns TOKENS,TAGS"
        )
    if not full and not misspelt:
        return
    if other:
        reading.report.remark(Kind.IGNORED_KEY, place, f"{key!r}")
        return
    mend = f"is {meant!r} meant?" if misspelt else "rename it to 'entities'."
    raise CorpusError(
        f"{place}: key {key!r} looks like annotations, but is none of "
        f"{', '.join(ENTITY_KEYS)}: {mend} Or name it by --columns TEXT,{key}"
    )


def _meant_key(key: str, value: object) -> str:
    """Return the key of annotations that a misspelt one may stand for, or nothing."""
    items = value if isinstance(value, list) else [value]
    may_be = all(isinstance(item, dict | list) or LINE.match(str(item)) for item in items)
    if key in ENTITY_KEYS or not may_be:
        return ""
    long = [known for known in ENTITY_KEYS if known != "ents"]
    near = get_close_matches(key, long, 1, 0.8) or get_close_matches(key, ["ents"], 1, 0.85)
    return near[0] if near else ""  # `ents` resembles too many words, such as events


def _list_of(key: str, value: object, place: str) -> list[object]:
    """Return the annotations of a field, which may have them by their labels."""
    if isinstance(value, dict) and set(value) == {"entities"}:
        value = value["entities"]
    if value is None or value == "":  # an empty cell of a table
        return []
    if key not in SPANS_ALONE and (items := by_label(value)) is not None:
        return items
    if not isinstance(value, list):
        found = (
            "several groups: put one under 'entities'" if key in SPANS_ALONE else "another value"
        )
        raise CorpusError(
            f'{place}: {key}: expected a list such as [[0, 4, "PER"]], found '
            f"{found if isinstance(value, dict) else type(value).__name__}"
        )
    return value


def _check_labels(labels: set[str], place: str) -> None:
    """Raise `CorpusError` where the labels are tags of pieces, as models give them out."""
    if piece := next((tag for tag in labels if tag[:2] == "I-" and f"B-{tag[2:]}" in labels), ""):
        raise CorpusError(
            f"{place}: B-{piece[2:]} and {piece} are tags of an entity's pieces: join each entity "
            'to one with a label (aggregation_strategy="simple" in a pipeline of transformers)'
        )


def _in_unit(record: Record, marks: list[Mark], text: str) -> list[Entity]:
    """Return the entities in code points, by the unit that the record states, if it does."""
    unit = UNITS.get(str(record.get("offsets")).lower())
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
    fields = other_fields(record, key, tag_key)
    written = record.get("text")
    if isinstance(written, str) and rows:
        found = list(tags.find_tokens(written, rows, "text"))
        entities = entities_of(found, tags.legal_tags(rows, scheme, reading))
        text = check_text(written, f"{place}: text")
    else:
        text, entities = tags.text_and_entities([rows] if rows else [], scheme, reading)
    return reading.document(_id_of(record, place, default_id), text, entities, place, fields)


def _tag(value: object, place: str, reading: Reading) -> str:
    name = name_of(value, place, reading) if type(value) is int else value
    tag = tags.parse_tag(check_text(name, place))
    if tag is None:
        raise CorpusError(f"{place}: {tags.describe_wrong_tag(str(name))}")
    return tag
