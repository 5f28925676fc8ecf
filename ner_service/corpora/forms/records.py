"""A record is an object with a text and its entities, by whichever names a tool gives the two.

It is what a line of JSONL, an element of JSON or a row of a table holds: our own form, that of
doccano, Prodigy, spaCy, Dataturks and Label Studio's JSON-MIN, and the tokens of Hugging Face.
"""

from difflib import get_close_matches

from ner_service.corpora.check import check_text
from ner_service.corpora.forms import tags
from ner_service.corpora.forms.fields import (
    ENTITY_KEYS,
    RECORDED_KEY,
    TAG_KEYS,
    TEXT_KEYS,
    TOKEN_KEYS,
    Record,
    decode_cell,
    has_tagged_tokens,
    hold_spans,
    hold_tags,
)
from ner_service.corpora.forms.items import name_of, parse_item
from ner_service.corpora.forms.marks import Mark, in_code_points, place_marks
from ner_service.corpora.reading import Reading
from ner_service.corpora.report import Kind
from ner_service.errors import CorpusError
from ner_service.types import Document, Entity

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
    if "text" not in record or has_tagged_tokens(record):
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
    candidates = {k: decode_cell(k, v) for k, v in record.items() if k not in (text_key, "id")}
    if named:
        if named not in record:
            raise CorpusError(f"{place}: {named}: is none of its keys; mend --columns")
        return named, _list_of(candidates[named], f"{place}: {named}")
    full = [key for key, value in candidates.items() if hold_spans(key, value)]
    if "entities" in candidates:
        for other in full:
            if other not in ("entities", RECORDED_KEY) and not _lists_tokens(other):
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
    mend = f"is {meant[0]!r} meant?" if misspelt else "rename it to 'entities'."
    raise CorpusError(
        f"{place}: key {key!r} looks like annotations, but is none of "
        f"{', '.join(ENTITY_KEYS)}: {mend} Or name it by --columns TEXT,{key}"
    )


def _list_of(value: object, place: str) -> list[object]:
    if isinstance(value, dict) and set(value) == {"entities"}:
        value = value["entities"]
    if value is None or value == "":  # an empty cell of a table
        return []
    if not isinstance(value, list):
        raise CorpusError(f"{place}: expected a list")
    return value


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
