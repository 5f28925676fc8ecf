"""Label Studio's JSON export: a list of tasks, each with a text and labelled regions."""

import json
from collections.abc import Iterable, Iterator, Mapping
from pathlib import Path
from typing import Any

import orjson

from ner_service.corpora.checks import checked, checked_text
from ner_service.corpora.files import BOM, read_text, replacing
from ner_service.types import CorpusError, Document, Entity


def read(path: Path, labels: Mapping[str, str]) -> Iterator[Document]:
    """Reads the first annotation of each task that has one.

    Regions count UTF-16 code units or code points by the version that wrote them: whichever
    gives the region's own text is taken. Raises `CorpusError` naming task and field.
    """
    try:
        tasks = json.loads(read_text(path).removeprefix(BOM))
    except (ValueError, RecursionError) as error:
        raise CorpusError(f"{path}: not JSON: {error}") from None
    if not isinstance(tasks, list):
        raise CorpusError(f"{path}: expected a list of Label Studio tasks")
    for number, task in enumerate(tasks):
        place = f"{path}: [{number}]"
        if not isinstance(task, dict) or not isinstance(task.get("data"), dict):
            raise CorpusError(f"{place}.data: expected an object")
        if regions := _regions(task, place):
            yield _document(task, regions[0], labels, place)


def _regions(task: dict[str, Any], place: str) -> list[list[Any]]:
    annotations = task.get("annotations", [])
    if not isinstance(annotations, list):
        raise CorpusError(f"{place}.annotations: expected a list")
    kept = [a for a in annotations if isinstance(a, dict) and not a.get("was_cancelled")]
    return [found for a in kept if isinstance(found := a.get("result"), list)]


def _document(
    task: dict[str, Any], regions: list[Any], labels: Mapping[str, str], place: str
) -> Document:
    text = checked_text(task["data"].get("text"), f"{place}.data.text")
    found = []
    for n, region in enumerate(regions):
        value = region.get("value") if isinstance(region, dict) else None
        if isinstance(value, dict) and "labels" in value:
            found.append(_entity(value, text, f"{place}.annotations[0].result[{n}].value"))
    id = str(task["data"].get("id", task.get("id", "")))  # ours, before the one it was given there
    return Document(checked_text(id, f"{place}.data.id"), text, checked(found, text, labels, place))


def _entity(value: dict[str, Any], text: str, place: str) -> Entity:
    start, end, names = value.get("start"), value.get("end"), value["labels"]
    if type(start) is not int or type(end) is not int:
        raise CorpusError(f"{place}: start and end: expected whole numbers")
    if not isinstance(names, list) or len(names) != 1 or not isinstance(names[0], str):
        raise CorpusError(f"{place}.labels: expected one label")
    label, surface = checked_text(names[0], f"{place}.labels"), value.get("text")
    if not isinstance(surface, str) or text[start:end] == surface:
        return Entity(start, end, label)
    utf16 = text.encode("utf-16-le")
    begin = len(utf16[: 2 * start].decode("utf-16-le", "ignore"))
    if text[begin : begin + len(surface)] != surface:
        raise CorpusError(f"{place}: {start}:{end} is not where the region's text stands")
    return Entity(begin, begin + len(surface), label)


def write(path: Path, documents: Iterable[Document]) -> None:
    """Writes tasks to import, for a `Text` named `text` and `Labels` named `label`."""
    tasks = [
        {
            "data": {"text": document.text, "id": document.id},
            "annotations": [{"result": [_region(document.text, e) for e in document.entities]}],
        }
        for document in documents
    ]
    with replacing(path) as file:
        file.write(orjson.dumps(tasks, option=orjson.OPT_INDENT_2))


def _region(text: str, entity: Entity) -> dict[str, Any]:
    start, end = (len(text[:at].encode("utf-16-le")) // 2 for at in (entity.start, entity.end))
    value = {
        "start": start,
        "end": end,
        "text": text[entity.start : entity.end],
        "labels": [entity.label],
    }
    return {"from_name": "label", "to_name": "text", "type": "labels", "value": value}
