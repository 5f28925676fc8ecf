"""The corpora of a training run: read, re-annotated, and checked to be fit for it."""

import math
import sys
from collections.abc import Sequence
from dataclasses import dataclass, field, fields, replace
from pathlib import Path
from random import Random

from tqdm import tqdm

from ner_service import corpora
from ner_service.corpora.check import NO_DOCUMENTS
from ner_service.corpora.reading import ReadOptions
from ner_service.corpora.report import ReadReport, describe_unused
from ner_service.digest import digest
from ner_service.errors import CorpusError
from ner_service.nets.artefact import Artefact, answering
from ner_service.nets.record import CorpusRecord
from ner_service.taggers.bilstm import BilstmTagger
from ner_service.training.config import Source, TrainConfig
from ner_service.training.data.annotation import reannotate
from ner_service.types import Document, Entity, Tagger

MOST_LABELS = 200  # time and memory of a step grow with the square of their number


@dataclass(frozen=True)
class Corpus:
    """The documents of one source, labels mapped, and the hash of its bytes."""

    source: Source
    sha256: str
    documents: list[Document]
    report: ReadReport = field(default_factory=ReadReport)

    def record(self) -> CorpusRecord:
        """Return the facts for the model folder; the path is the file's name alone.

        How the file was read is among them where it is not as usual.
        """
        usual = {f.name for f in fields(ReadOptions) if not getattr(self.source, f.name)}
        usual |= {"overlap"} if self.source.overlap == "error" else set()
        return self.source.model_dump(exclude=usual) | {
            "path": Path(self.source.path).name,
            "sha256": self.sha256,
            "documents": len(self.documents),
            "entities": sum(len(document.entities) for document in self.documents),
        }

    def tagger(self, artefact: Artefact) -> BilstmTagger:
        """Return a tagger for the model, answering in the convention that the source names."""
        convention = self.source.convention
        return BilstmTagger(answering(artefact, convention) if convention else artefact)

    def predict(self, tagger: Tagger) -> list[list[Entity]]:
        """Return the entities that the tagger finds in each document."""
        return tagger.tag([document.text for document in self.documents])


def read_source(source: Source, root: Path | None, hides_bars: bool | None = None) -> Corpus:
    """Read a corpus by path, or by name under `root`; raise `CorpusError`.

    A bar shows the progress on a terminal, unless `hides_bars`.
    """
    path = corpora.locate(source.path, root)
    report = ReadReport()
    documents = corpora.read(path, source.labels, source.options(), report)
    reader = tqdm(documents, f"reading {source.path}", unit="doc", delay=1, disable=hides_bars)
    rules = (source.relabel, source.split_parentheses, source.outside, source.streets)
    changed = [replace(reannotate(document, *rules), fields={}) for document in reader]
    if not changed:
        raise CorpusError(f"{path}: {NO_DOCUMENTS}")
    for line in (*report.notes(), *describe_unused(source.labels, [report])):
        tqdm.write(f"note: {source.path}: {line}", file=sys.stderr)
    return Corpus(source, digest(path), changed, report)


def draw(corpus: Corpus, config: TrainConfig) -> Corpus:
    """Return a corpus with the share of its documents that a configuration asks for.

    With one seed a smaller share is a part of a larger one, so that a learning curve grows.
    """
    if config.train.share == 1:
        return corpus
    places = list(range(len(corpus.documents)))
    Random(f"{config.train.seed} {corpus.sha256}").shuffle(places)
    kept = sorted(places[: math.ceil(config.train.share * len(places))])
    return replace(corpus, documents=[corpus.documents[n] for n in kept])


def labels_of(corpora: Sequence[Corpus]) -> tuple[str, ...]:
    """Return the labels of the corpora's entities, sorted."""
    return tuple(sorted({e.label for c in corpora for d in c.documents for e in d.entities}))


def check_labels(train: Sequence[Corpus], dev: Sequence[Corpus]) -> tuple[str, ...]:
    """Return the labels to learn; raise `CorpusError` where the data cannot teach or judge them."""
    labels = labels_of(train)
    if not labels:
        raise CorpusError("data.train: holds no entities, so there is nothing to learn")
    if len(labels) > MOST_LABELS:
        raise CorpusError(
            f"data.train: has {len(labels):,} labels, but at most {MOST_LABELS} can be learned: "
            'join or drop some with labels = { FROM = "TO" }, or name the field that holds labels '
            "by columns"
        )
    if not labels_of(dev):
        raise CorpusError("data.dev: holds no entities, so no epoch can be judged")
    if strange := sorted(set(labels_of(dev)) - set(labels)):
        raise CorpusError(
            f"data.dev: labels {', '.join(strange)} are not in data.train "
            f'({", ".join(labels)}); map or drop them with labels = {{ FROM = "TO" }}'
        )
    return labels
