"""Additions: documents written by program that join the training data."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from random import Random

from tqdm import tqdm

from ner_service.training.config import Augmentation
from ner_service.training.data.corpus import Corpus
from ner_service.training.data.writing.names import Names, load_names
from ner_service.training.data.writing.records import write_records
from ner_service.training.data.writing.scans import scan
from ner_service.training.data.writing.swapping import swap_names
from ner_service.types import Document


@dataclass(frozen=True, slots=True)
class Addition:
    """A document that joins the data, with the convention and weight of a corpus."""

    document: Document
    convention: str
    weight: float = 1.0


def add_documents(
    rates: Augmentation, corpora: Sequence[Corpus], random: Random, hides_bars: bool | None = None
) -> Iterator[Addition]:
    """Yield the documents that the rates ask for: gold with other names, made records, scans."""
    names = load_names(rates.lists) if rates.names or rates.records else None
    for corpus in corpora:
        source = corpus.source
        for document in tqdm(corpus.documents, "writing", unit="doc", delay=1, disable=hides_bars):
            if names and random.random() < rates.names:
                other = swap_names(document, names, random)
                yield Addition(other, source.convention, source.weight)
            for other in _scans(rates.scans, document, random):
                yield Addition(other, source.convention, source.weight)
    if names:
        for record in _records(rates.records, corpora, names, random):
            yield record
            for other in _scans(rates.scans, record.document, random):
                yield replace(record, document=other)


def _scans(share: float, document: Document, random: Random) -> Iterator[Document]:
    """Yield a document as a scanner reads it, or nothing, by the share that is read so."""
    if share and random.random() < share:
        yield scan(document, random)


def _records(
    share: float, corpora: Sequence[Corpus], names: Names, random: Random
) -> Iterator[Addition]:
    """Yield made records until they have a share of the corpora's words, in every convention."""
    conventions = sorted({corpus.source.convention for corpus in corpora})
    wanted = share * sum(_words(document) for c in corpora for document in c.documents)
    if not wanted:
        return
    for document in write_records(names, random):
        yield Addition(document, random.choice(conventions))
        wanted -= _words(document)
        if wanted <= 0:
            return


def _words(document: Document) -> int:
    return len(document.text.split())
