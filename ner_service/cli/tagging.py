"""Commands that tag documents show their progress while they do."""

import sys
from collections.abc import Iterable, Iterator
from dataclasses import replace
from typing import TYPE_CHECKING

from tqdm import tqdm

from ner_service.bulk.annotator import analyse_documents
from ner_service.corpora.texts import batches_of
from ner_service.types import Document, Tagger

if TYPE_CHECKING:
    from ner_service.names.analyser import Analyser


class Counts:
    """Counts of the documents that went by, and of their entities."""

    def __init__(self) -> None:
        self.texts = self.entities = 0

    def count(self, documents: Iterable[Document]) -> Iterator[Document]:
        """Yield the documents as they come, and count them."""
        for document in documents:
            self.texts += 1
            self.entities += len(document.entities)
            yield document

    def __str__(self) -> str:
        texts, entities = numbered(self.texts, "text"), numbered(self.entities, "entity")
        return f"{texts}, {entities}"


def numbered(count: int, noun: str) -> str:
    """Return a count with its noun, in the plural unless it is one."""
    plural = f"{noun.removesuffix('y')}ies" if noun.endswith("y") else f"{noun}s"
    return f"{count:,} {noun if count == 1 else plural}"


def tag_documents(
    tagger: Tagger, documents: Iterable[Document], analyser: "Analyser | None" = None
) -> Iterator[Document]:
    """Yield the documents with the tagger's entities, under a progress bar.

    With an analyser they have base forms and joined mentions.
    """
    with tqdm(unit="char", unit_scale=True, disable=not sys.stderr.isatty()) as bar:
        for batch in batches_of(documents):
            answers = tagger.tag([document.text for document in batch])
            tagged = (
                replace(document, entities=tuple(entities))
                for document, entities in zip(batch, answers, strict=True)
            )
            for document in analyse_documents(tagged, analyser) if analyser else tagged:
                yield document
                bar.update(len(document.text))
