"""Fields of a record hold annotations by their names, or by the look of what is in them."""

import ast
import json
import re
import warnings
from collections.abc import Mapping
from typing import cast

from ner_service.corpora.forms.standoff import LINE
from ner_service.corpora.forms.tags import parse_tag
from ner_service.labels import OUTSIDE

Record = Mapping[str, object]

TEXT_KEYS = ("text", "data", "content", "sentence")
TOKEN_KEYS = ("tokens", "words")
TAG_KEYS = ("ner_tags", "tags", "labels", "ner")
ENTITY_KEYS = ("entities", "spans", "ents", "labels", "label", "annotations", "annotation")
RECORDED_KEY = "recorded"  # holds the entities that other systems found
START_KEYS = (
    *("start", "start_offset", "startOffset", "begin", "beginOffset", "start_char", "char_start"),
    *("start_idx", "start_index", "start_pos", "startIndex", "BeginOffset", "offset"),
)
END_KEYS = (
    *("end", "end_offset", "endOffset", "stop", "end_char", "char_end"),
    *("end_idx", "end_index", "end_pos", "endIndex", "EndOffset"),
)
LABEL_KEYS = (
    *("label", "labels", "entity_group", "entity", "tag", "type"),
    *("label_", "entity_type", "category", "class", "Type"),
)
SPANS_ALONE = ("spans", "ents")  # keys that can hold nothing else than annotations
OF_A_TEXT = ("label", "labels")  # keys that may hold the labels of a whole text
LIST = re.compile(r"\s*(\[\s*[\[({\]]|\{\"entities\")")  # of annotations, or an empty one


def hold_spans(key: str, value: object) -> bool:
    """Say whether a field has annotations: a known key any lists or objects, others by their look.

    The labels of a whole text, which are strings or numbers, are none.
    """
    if isinstance(value, dict) and set(value) == {"entities"}:
        value = value["entities"]
    if isinstance(value, dict):
        return key in ENTITY_KEYS or any(hold_spans("", group) for group in value.values())
    if not isinstance(value, list):
        return key in SPANS_ALONE and value not in (None, "")
    if key not in ENTITY_KEYS:
        return any(_is_span(item) for item in value)
    is_any = key not in OF_A_TEXT and bool(value)
    return is_any or any(isinstance(item, dict | list | tuple) for item in value)


def _is_span(item: object) -> bool:
    """Say whether a value can only be a span with a label."""
    if isinstance(item, str):
        return bool(LINE.match(item))
    if isinstance(item, dict):
        groups = (LABEL_KEYS, START_KEYS, (*END_KEYS, "length"))
        return "points" in item or all(any(key in item for key in keys) for keys in groups)
    kinds = [type(part) for part in item[:3]] if isinstance(item, list | tuple) else []
    return kinds.count(int) == 2 and str in kinds


def hold_tags(key: str, value: object) -> bool:
    """Say whether a field has the tags of tokens, such as `B-PER`, or numbers under `ner_tags`."""
    if not isinstance(value, list) or not value:
        return False
    tags = [parse_tag(tag) if isinstance(tag, str) else None for tag in value]
    return key == "ner_tags" or (None not in tags and any(tag != OUTSIDE for tag in tags))


def tags_in_one_string(value: object, text: str) -> bool:
    """Say whether a field has the tags of a text's words in one string, as `B-PER O O`."""
    words = value.split() if isinstance(value, str) else []
    tags = [parse_tag(word) for word in words]
    fits = len(words) > 1 and len(words) == len(text.split())
    return fits and None not in tags and any(tag != OUTSIDE for tag in tags)


def entity_keys(record: Record, text: str) -> list[str]:
    """Return the keys of a start, an end and a label that stand beside the text, or nothing.

    So a table may have an entity a row, and a text in as many rows as it has entities.
    """
    keys = [next((key for key in group if key in record), "") for group in (START_KEYS, END_KEYS)]
    if not all(key and re.fullmatch(r"\d{1,9}", str(record[key])) for key in keys):
        return []
    start, end = (int(str(record[key])) for key in keys)
    label = next((key for key in LABEL_KEYS if isinstance(record.get(key), str)), "")
    return [*keys, label] if label and start < end <= len(text) else []


def by_label(value: object) -> list[object] | None:
    """Return the annotations of an object that has them by their labels, or None if it is none.

    Each label has bounds, or a list of bounds, texts, or objects without a label of their own.
    """
    if not isinstance(value, dict) or not value:
        return None
    items: list[object] = []
    for label, group in value.items():
        if not isinstance(group, list):
            return None
        are_bounds = len(group) == 2 and all(type(part) is int for part in group)
        for part in [group] if are_bounds else group:
            item = _with_label(part, label)
            if item is None:
                return None
            items.append(item)
    return items


def _with_label(item: object, label: str) -> object:
    """Return an annotation with its label, or None where it cannot be one without."""
    if isinstance(item, str):
        return {"text": item, "label": label}
    if isinstance(item, list) and [type(part) for part in item] == [int, int]:
        return [*item, label]
    if isinstance(item, dict) and not any(key in item for key in LABEL_KEYS):
        return {**item, "label": label}
    return None


def has_tagged_tokens(record: Record) -> bool:
    """Say whether a record with a text has its annotations at tokens all the same."""
    tokens = next((value for key in TOKEN_KEYS if isinstance(value := record.get(key), list)), [])
    tagged = any(
        hold_tags(key, value) or len(value) == len(tokens)
        for key in TAG_KEYS
        if isinstance(value := record.get(key), list)
    )
    spans = any(hold_spans(key, record[key]) for key in ENTITY_KEYS if key in record)
    return tagged and not spans and bool(tokens) and all(isinstance(t, str) for t in tokens)


def decode_cell(key: str, value: object) -> object:
    """Return a cell of a table that holds a list as that list, and spaCy's only group of spans.

    Any other value stays as it is.
    """
    if key == "spans" and isinstance(value, dict) and len(value) < 2:
        return next(iter(value.values()), [])
    is_list = isinstance(value, str) and LIST.match(value)
    return _literal_list(str(value)) if is_list else value


def decode_tokens(record: Record) -> Record:
    """Return a record with its tokens and tags as lists, which cells of a table have as text."""
    if isinstance(record.get("text"), str):
        return record
    texts = {key: record[key] for key in TOKEN_KEYS + TAG_KEYS if isinstance(record.get(key), str)}
    lists = {k: v for k, text in texts.items() if isinstance(v := _literal_list(str(text)), list)}
    return {**record, **lists} if any(key in lists for key in TOKEN_KEYS) else record


def _literal_list(value: str) -> object:
    if not value.lstrip().startswith(("[", "{")):
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
