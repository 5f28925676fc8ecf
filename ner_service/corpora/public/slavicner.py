"""SlavicNER has texts in `raw/`, and tables of their entities in `ner/`."""

from collections.abc import Iterator
from pathlib import Path

from ner_service.corpora.public.conversion import Split, find_files, make_document
from ner_service.errors import CorpusError
from ner_service.files import read_lines, read_text
from ner_service.types import Document, Entity


def convert(folder: Path) -> Iterator[Split]:
    """Split the texts by language, with their own labels (PER LOC ORG PRO EVT)."""
    texts: dict[str, list[Path]] = {}
    for path in find_files(folder, "raw/*/*/*.txt"):
        texts.setdefault(path.parent.name, []).append(path)
    for language, paths in sorted(texts.items()):
        yield f"slavicner_{language}", (_read_document(path) for path in paths)


def _read_document(path: Path) -> Document:
    topic, language, name = path.parts[-3:]
    table = path.parents[3] / "ner" / topic / language / f"{name}.tsv"
    text = read_text(path)
    entities = []
    for number, line in read_lines(table):
        start, end, surface, _, label, *_ = line.split("\t")
        if text[int(start) : int(end)] != surface:
            raise CorpusError(f"{table}:{number}: {start}:{end} is not where the name stands")
        entities.append(Entity(int(start), int(end), label))
    return make_document(f"{topic}/{language}/{path.stem}", text, entities, table)
