"""`python -m benchmarks.spacy_documents CONFIG FOLDER` writes what a spaCy pipeline learns from.

CONFIG is a file for `ner-service train`, so that a pipeline and a net can learn from the same: of
it count the corpora, each document as often as its corpus weighs, `augmentation` and the seed.
Texts are written as the service reads them, in parts that `spacy train` can read one by one.
"""

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from random import Random
from typing import Annotated

import typer

from ner_service.batching import gather
from ner_service.benchmark.disturbances import DISTURBANCES
from ner_service.cli.options import corpora_root
from ner_service.corpora.formats import docbin
from ner_service.errors import NerError
from ner_service.text.reading import read
from ner_service.training.config import Augmentation, TrainConfig, read_config
from ner_service.training.data.additions import add_documents
from ner_service.training.data.corpus import read_source
from ner_service.types import Document

PART = 12_000  # documents, some 0.7 million words
CASES = ("lower case", "UPPER CASE")


def write(
    config: Annotated[Path, typer.Argument(help="A file as for `ner-service train`.")],
    folder: Annotated[Path, typer.Argument(help="Where the parts go.")],
) -> None:
    """Write the documents in random order, some of them changed, as parts `00.spacy` and so on."""
    settings = read_config(config)
    random = Random(settings.train.seed)
    documents = [*collect(settings, random)]
    random.shuffle(documents)
    changed = (change(document, settings.augmentation, random) for document in documents)
    read_as_served = (replace(document, text=read(document.text).text) for document in changed)
    folder.mkdir(parents=True, exist_ok=True)
    kept = (document for document in read_as_served if document.text.strip())
    for n, part in enumerate(gather(kept, lambda _: 1, PART)):
        docbin.write(folder / f"{n:02}.spacy", part)
        typer.echo(f"{n:02}.spacy: {len(part)} documents")


def collect(settings: TrainConfig, random: Random) -> Iterator[Document]:
    """Yield the documents of corpora, as often as they weigh, and those that augmentation adds."""
    corpora = [read_source(source, corpora_root()) for source in settings.data.train]
    for corpus in corpora:
        for _ in range(round(corpus.source.weight)):
            yield from corpus.documents
    for addition in add_documents(settings.augmentation, corpora, random):
        yield addition.document


def change(document: Document, rates: Augmentation, random: Random) -> Document:
    """Return a document in another case or without punctuation, by the rates, or as it is."""
    if random.random() < rates.case:
        document = DISTURBANCES[random.choice(CASES)](document, random)
    if random.random() < rates.punctuation:
        document = DISTURBANCES["no punctuation"](document, random)
    return document


if __name__ == "__main__":
    try:
        typer.run(write)
    except (NerError, ValueError, OSError) as error:
        raise SystemExit(f"error: {error}") from None
