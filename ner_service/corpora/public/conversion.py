"""Converters of public corpora share these steps.

Nested entities are reduced to the outermost, as naeval does, since taggers here are flat.
"""

from collections.abc import Iterable, Iterator
from pathlib import Path

from ner_service.corpora.check import check_entities
from ner_service.errors import CorpusError
from ner_service.text.tokens import tokenize
from ner_service.types import Document, Entity

Split = tuple[str, Iterator[Document]]  # a corpus, by its name


def keep_outermost(entities: Iterable[Entity]) -> Iterator[Entity]:
    """Yield the entities that overlap no earlier and no longer one."""
    end = 0
    for entity in sorted(entities, key=lambda e: (e.start, -e.end)):
        if entity.start >= end:
            yield entity
            end = entity.end


def keep_aligned(entities: Iterable[Entity], text: str) -> Iterator[Entity]:
    """Return the entities that begin and end where razdel's tokens do; naeval drops the others."""
    tokens = tokenize(text)
    starts, ends = {token.start for token in tokens}, {token.end for token in tokens}
    return (e for e in entities if e.start in starts and e.end in ends)


def find_files(folder: Path, pattern: str) -> list[Path]:
    """Return the files of a download by a pattern; raises `CorpusError` where there are none."""
    files = sorted(folder.rglob(pattern))
    if not files:
        raise CorpusError(f"{folder}: holds no {pattern}")
    return files


def make_document(id: str, text: str, entities: Iterable[Entity], place: Path) -> Document:
    """Return a document of the outermost entities; `place` begins each error."""
    return Document(id, text, check_entities(keep_outermost(entities), text, {}, str(place)))
