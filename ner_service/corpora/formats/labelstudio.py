"""Label Studio's JSON export is a list of tasks, each with a text and labelled regions."""

import json
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from itertools import accumulate
from pathlib import Path
from typing import Any

import orjson

from ner_service.corpora.check import check_entities, check_text
from ner_service.errors import CorpusError
from ner_service.files import BOM, read_text, write_text
from ner_service.types import Document, Entity

name = "labelstudio"
endings = (".json",)
description = "Label Studio's JSON export"


def read(path: Path, labels: Mapping[str, str]) -> Iterator[Document]:
    """Read the first annotation of each task that has one.

    Regions count UTF-16 code units or code points by the version that wrote them: UTF-16 where
    it gives the own text of every region of a task, else whichever gives a region's text. Raises
    `CorpusError` naming task and field.
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
    return [result for a in kept if isinstance(result := a.get("result"), list)]


def _document(
    task: dict[str, Any], regions: list[Any], labels: Mapping[str, str], place: str
) -> Document:
    text = check_text(task["data"].get("text"), f"{place}.data.text")
    labelled: list[_Region] = []
    for n, region in enumerate(regions):
        value = region.get("value") if isinstance(region, dict) else None
        if isinstance(value, dict) and "labels" in value:
            labelled.append(_region_of(value, f"{place}.annotations[0].result[{n}].value"))
    id = str(task["data"].get("id", task.get("id", "")))  # ours, before the one it was given there
    entities = check_entities(_locate(labelled, text), text, labels, place)
    return Document(check_text(id, f"{place}.data.id"), text, entities)


@dataclass(frozen=True, slots=True)
class _Region:
    """A region is an entity as it was written, with the text that it claims to cover."""

    entity: Entity
    surface: str | None
    place: str

    def fits(self, entity: Entity, text: str) -> bool:
        """Return whether the entity covers the region's text."""
        return self.surface is None or (
            entity.end - entity.start == len(self.surface)
            and text.startswith(self.surface, entity.start)
        )


def _region_of(value: dict[str, Any], place: str) -> _Region:
    start, end, names = value.get("start"), value.get("end"), value["labels"]
    if type(start) is not int or type(end) is not int:
        raise CorpusError(f"{place}: start and end: expected whole numbers")
    if not isinstance(names, list) or len(names) != 1 or not isinstance(names[0], str):
        raise CorpusError(f"{place}.labels: expected one label")
    label, surface = check_text(names[0], f"{place}.labels"), value.get("text")
    return _Region(Entity(start, end, label), surface if isinstance(surface, str) else None, place)


def _locate(regions: Sequence[_Region], text: str) -> list[Entity]:
    """Return the entities of regions, with offsets in code points."""
    units = accumulate((1 + (char > "\uffff") for char in text), initial=0)
    places = {unit: n for n, unit in enumerate(units)}
    utf16 = [
        replace(r.entity, start=places.get(r.entity.start, -1), end=places.get(r.entity.end, -1))
        for r in regions
    ]
    pairs = list(zip(regions, utf16, strict=True))
    if any(r.surface is not None for r in regions) and all(r.fits(e, text) for r, e in pairs):
        return utf16
    return [_either(region, entity, text) for region, entity in pairs]


def _either(region: _Region, utf16: Entity, text: str) -> Entity:
    for entity in (region.entity, utf16):
        if region.fits(entity, text):
            return entity
    start, end = region.entity.start, region.entity.end
    raise CorpusError(f"{region.place}: {start}:{end} is not where the region's text stands")


def write(path: Path, documents: Iterable[Document]) -> None:
    """Write tasks to import, for a `Text` named `text` and `Labels` named `label`."""
    write_text(path, lines(documents))


def lines(documents: Iterable[Document]) -> Iterator[str]:
    """Yield the tasks as JSON, in one part."""
    yield orjson.dumps([_task(d) for d in documents], option=orjson.OPT_INDENT_2).decode()


def _task(document: Document) -> dict[str, Any]:
    """Return a task whose regions count UTF-16 code units, in one pass over the text."""
    regions, at, end = [], 0, 0
    for e in document.entities:
        surface = document.text[e.start : e.end]
        start = end + _utf16_length(document.text[at : e.start])
        at, end = e.end, start + _utf16_length(surface)
        value = {"start": start, "end": end, "text": surface, "labels": [e.label]}
        region = {"from_name": "label", "to_name": "text", "type": "labels", "value": value}
        regions.append(region)
    data = {"text": document.text} | ({"id": document.id} if document.id else {})
    return {"data": data, "annotations": [{"result": regions}]}


def _utf16_length(text: str) -> int:
    return len(text.encode("utf-16-le")) // 2
