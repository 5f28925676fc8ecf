"""Commands that tag documents show their progress while they do."""

import sys
from collections.abc import Iterable, Iterator
from dataclasses import replace

from tqdm import tqdm

from ner_service.corpora.texts import batches_of
from ner_service.types import Document, Tagger


def tag_documents(tagger: Tagger, documents: Iterable[Document]) -> Iterator[Document]:
    """Yield the documents with the tagger's entities, under a progress bar."""
    with tqdm(unit="char", unit_scale=True, disable=not sys.stderr.isatty()) as bar:
        for batch in batches_of(documents):
            answers = tagger.tag([document.text for document in batch])
            for document, entities in zip(batch, answers, strict=True):
                yield replace(document, entities=tuple(entities))
                bar.update(len(document.text))
