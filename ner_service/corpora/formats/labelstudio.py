"""Label Studio's JSON export is a list of tasks, each with a text and labelled regions.

Other lists of JSON values are read as well: JSON-MIN, spaCy's training data of version 2, records
as JSON lines have them.
"""

import json
from collections.abc import Iterable, Iterator, Mapping
from pathlib import Path

from ner_service.corpora.formats import jsonl
from ner_service.corpora.forms.analyses import PARTS, names_of
from ner_service.corpora.forms.json_text import dump, load_json
from ner_service.corpora.forms.tasks import is_task
from ner_service.corpora.forms.training import is_pair, is_paragraphs
from ner_service.corpora.forms.values import parse_value
from ner_service.corpora.reading import Reading
from ner_service.errors import CorpusError
from ner_service.files import BOM, read_text, write_text
from ner_service.types import Document, Entity

name = "labelstudio"
endings = (".json",)
description = (
    "Label Studio's JSON or JSON-MIN export (`completions`, `annotations`, `predictions`); also "
    "spaCy's training JSON, and a list of records as in JSON lines"
)


def read(path: Path, reading: Reading) -> Iterator[Document]:
    """Read the chosen annotation of each task that has one, or each record of another tool.

    Raises `CorpusError` naming task and field.
    """
    content = read_text(path).removeprefix(BOM)
    if _are_lines(content):
        yield from jsonl.read(path, reading)
        return
    is_html = '"hypertextlabels"' in content
    for number, value in enumerate(_values(load_json(content, str(path)), path)):
        place = f"{path}: [{number}]"
        with reading.record(place):
            if value == {}:
                raise CorpusError(f"{place}.data: expected an object, or {place}.text: a string")
            yield from parse_value(value, place, str(number + 1), reading, is_html)


def _are_lines(content: str) -> bool:
    """Say whether a file has a value a line, as JSON lines that are called `.json` do."""
    lines = content.strip().split("\n", 2)
    try:
        return len(lines) > 1 and all(isinstance(json.loads(line), dict) for line in lines[:2])
    except (ValueError, RecursionError):
        return False


def _values(content: object, path: Path) -> list[object]:
    """Return the list of values that a file holds, which may be one value alone."""
    if isinstance(content, dict):
        pairs = content.get("annotations")  # as NER Annotator writes them, with null for skipped
        if isinstance(pairs, list) and "text" not in content and "data" not in content:
            return [pair for pair in pairs if pair is not None]
        if (records := _wrapped(content)) is not None:
            return records
        if content:
            return [content]
    if is_pair(content):
        return [content]
    if not isinstance(content, list):
        raise CorpusError(f"{path}: expected a list of Label Studio tasks or of records")
    return content


def _wrapped(content: Mapping[str, object]) -> list[object] | None:
    """Return the only list of objects within objects that are no records, or None."""
    is_record = "text" in content or is_task(content) or is_paragraphs(content)
    if is_record or any(isinstance(value, str) for value in content.values()):
        return None
    lists = [value for value in content.values() if isinstance(value, list) and value]
    of_objects = [items for items in lists if all(isinstance(item, dict) for item in items)]
    if len(of_objects) == 1:
        return of_objects[0]
    inner = list(content.values())
    return _wrapped(inner[0]) if len(inner) == 1 and isinstance(inner[0], dict) else None


def write(path: Path, documents: Iterable[Document]) -> list[str]:
    """Write tasks to import, for a `Text` named `text` and `Labels` named `label`."""
    write_text(path, lines(documents))
    return []


def lines(documents: Iterable[Document]) -> Iterator[str]:
    """Yield the tasks with gold annotations as JSON, in one part."""
    yield dump_tasks({**data_of(d), "annotations": [{"result": regions_of(d)}]} for d in documents)


def predictions(documents: Iterable[Document], model_version: str) -> Iterator[str]:
    """Yield the tasks with what a tagger found as predictions to begin from, in one part."""
    yield dump_tasks(
        {**data_of(d), "predictions": [_prediction(d, model_version)]} for d in documents
    )


def dump_tasks(tasks: Iterable[dict[str, object]]) -> str:
    """Return tasks as indented JSON."""
    return dump(list(tasks), indented=True).decode()


def data_of(document: Document) -> dict[str, object]:
    """Return the data of a task: text, other fields, the id and the names where there are any."""
    id = {"id": document.id} if document.id else {}
    return {"data": {**id, **document.fields, "text": document.text, **names_of(document)}}


def _prediction(document: Document, model_version: str) -> dict[str, object]:
    """Return a prediction, whose score is the least of its entities', if they have any."""
    scores = [e.score for e in document.entities if e.score is not None]
    prediction: dict[str, object] = {"model_version": model_version} if model_version else {}
    prediction |= {"score": round(min(scores), 4)} if scores else {}
    return prediction | {"result": regions_of(document)}


def regions_of(document: Document) -> list[dict[str, object]]:
    """Return regions that count UTF-16 code units, in one pass over the text."""
    regions: list[dict[str, object]] = []
    at, end = 0, 0
    for e in document.entities:
        surface = document.text[e.start : e.end]
        start = end + _utf16_length(document.text[at : e.start])
        at, end = e.end, start + _utf16_length(surface)
        value: dict[str, object] = {
            "start": start,
            "end": end,
            "text": surface,
            "labels": [e.label],
        }
        region: dict[str, object] = {"from_name": "label", "to_name": "text", "type": "labels"}
        region["value"] = value
        if e.score is not None:
            region["score"] = round(e.score, 4)
        regions.append(region | _note_of(e))
    return regions


def _note_of(entity: Entity) -> dict[str, object]:
    """Return `meta` with the base form, which annotators see beside the region, and the parts."""
    note = {"text": [entity.normal]} if entity.normal else {}
    parts = {PARTS: entity.parts.record()} if entity.parts else {}
    return {"meta": note | parts} if note or parts else {}


def _utf16_length(text: str) -> int:
    return len(text.encode("utf-16-le")) // 2
