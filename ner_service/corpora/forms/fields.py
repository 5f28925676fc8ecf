"""Fields of a record hold annotations by their names, or by the look of what is in them."""

import ast
import json
import re
import warnings
from collections.abc import Mapping
from typing import cast

from ner_service.corpora.forms.tags import parse_tag
from ner_service.labels import OUTSIDE

Record = Mapping[str, object]

TEXT_KEYS = ("text", "data", "content", "sentence")
TOKEN_KEYS = ("tokens", "words")
TAG_KEYS = ("ner_tags", "tags", "labels", "ner")
ENTITY_KEYS = ("entities", "spans", "ents", "labels", "label", "annotations", "annotation")
RECORDED_KEY = "recorded"  # holds the entities that other systems found
START_KEYS = ("start", "start_offset", "startOffset", "begin")
END_KEYS = ("end", "end_offset", "endOffset", "stop")
LABEL_KEYS = ("label", "labels", "entity_group", "entity", "tag", "type")
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
    if isinstance(item, dict):
        has_label = any(label in item for label in LABEL_KEYS)
        return "points" in item or (has_label and any(start in item for start in START_KEYS))
    kinds = [type(part) for part in item[:3]] if isinstance(item, list | tuple) else []
    return kinds.count(int) == 2 and str in kinds


def hold_tags(key: str, value: object) -> bool:
    """Say whether a field has the tags of tokens, such as `B-PER`, or numbers under `ner_tags`."""
    if not isinstance(value, list) or not value:
        return False
    tags = [parse_tag(tag) if isinstance(tag, str) else None for tag in value]
    return key == "ner_tags" or (None not in tags and any(tag != OUTSIDE for tag in tags))


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
