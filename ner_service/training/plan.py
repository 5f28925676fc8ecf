"""What a run is made of before its first step: corpora, labels, vocabularies, units."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import chain
from pathlib import Path
from typing import Any

from tqdm import tqdm

from ner_service import corpora
from ner_service.digest import digest
from ner_service.nets.artefact import Artefact
from ner_service.nets.artefact import load as load_artefact
from ner_service.nets.config import NetConfig
from ner_service.nets.vectors import load_vectors
from ner_service.nets.vocab import Vocab, shape
from ner_service.taggers import model_path
from ner_service.training.config import Source, TrainConfig
from ner_service.training.data import Features, Ints, Lexicon, Unit, encode, seen_once
from ner_service.training.transfer import extend, transplant
from ner_service.types import CorpusError, Document, Entity, Tagger

RARE_CHAR, RARE_SHAPE = 5, 5  # symbols seen less often are unknown to the net


@dataclass(frozen=True)
class Corpus:
    """The documents of one source, labels mapped, and the hash of its bytes."""

    source: Source
    sha256: str
    documents: list[Document]

    def record(self) -> dict[str, Any]:
        """What the model folder tells of it: the file's name alone, whatever folder it lay in."""
        name = Path(self.source.path).name
        entities = sum(len(document.entities) for document in self.documents)
        return {
            **self.source.model_dump(),
            "path": name,
            "sha256": self.sha256,
            "documents": len(self.documents),
            "entities": entities,
        }

    def tagged(self, tagger: Tagger) -> list[list[Entity]]:
        """What the tagger finds in each document."""
        return tagger.tag([document.text for document in self.documents])


def read_source(source: Source, root: Path | None) -> Corpus:
    """Reads a corpus by path, or by name under `root`; raises `CorpusError`."""
    path = corpora.locate(source.path, root)
    reader = corpora.read(path, source.labels)
    documents = list(tqdm(reader, desc=f"reading {source.path}", unit="doc", delay=1))
    if not documents:
        raise CorpusError(f"{path}: holds no documents")
    return Corpus(source, digest(path), documents)


def labels_of(corpora: Sequence[Corpus]) -> tuple[str, ...]:
    """The labels in use, sorted."""
    return tuple(sorted({e.label for c in corpora for d in c.documents for e in d.entities}))


def check_labels(train: Sequence[Corpus], dev: Sequence[Corpus]) -> tuple[str, ...]:
    """The labels to learn; raises `CorpusError` where the data cannot teach or judge them."""
    labels = labels_of(train)
    if not labels:
        raise CorpusError("data.train: holds no entities, so there is nothing to learn")
    if not labels_of(dev):
        raise CorpusError("data.dev: holds no entities, so no epoch can be judged")
    if strange := sorted(set(labels_of(dev)) - set(labels)):
        raise CorpusError(
            f"data.dev: labels {', '.join(strange)} are not in data.train "
            f'({", ".join(labels)}); map or drop them with labels = {{ FROM = "TO" }}'
        )
    return labels


@dataclass(frozen=True)
class Plan:
    """All that a run is made of before its first step."""

    config: TrainConfig
    start: Artefact  # vocabularies and the weights to begin with; none when from scratch
    units: list[Unit]
    features: Features
    forms: Ints | None  # each word in other cases, where the training asks for them
    train: list[Corpus]
    dev: list[Corpus]


def make_plan(config: TrainConfig, init: str | None, root: Path | None) -> Plan:
    """Reads the data and lays out the net; `init` is a model to go on from."""
    train = [read_source(source, root) for source in config.data.train]
    dev = [read_source(source, root) for source in config.data.dev]
    labels = check_labels(train, dev)
    before = load_artefact(model_path(init)) if init else None
    conventions = tuple(dict.fromkeys(source.convention for source in config.data.train))
    net = net_config(config, labels, conventions)
    lexicon = Lexicon()
    units = list(chain.from_iterable(_encode(c, net, lexicon) for c in train))
    forms = lexicon.recased() if config.train.case_noise else None
    start = _vocabularies(net, lexicon, before)
    rare = seen_once(units, lexicon.words)
    features = Features(
        lexicon.words, rare, start.vectors(), start.words, start.chars, start.shapes
    )
    return Plan(config, start, units, features, forms, train, dev)


def net_config(
    config: TrainConfig, labels: tuple[str, ...], conventions: tuple[str, ...]
) -> NetConfig:
    """The net that a configuration asks for."""
    values = config.net.model_dump()
    vectors = load_vectors(config.net.vectors) if config.net.vectors else None
    if config.net.char_encoder == "none":
        values["char_size"] = 0
    dim = vectors.dim if vectors else 0
    return NetConfig(labels=labels, conventions=conventions, vector_dim=dim, **values)


def _encode(corpus: Corpus, net: NetConfig, lexicon: Lexicon) -> Iterator[Unit]:
    source = corpus.source
    convention = net.conventions.index(source.convention)
    documents = tqdm(corpus.documents, desc=f"encoding {source.path}", unit="doc", delay=1)
    return encode(documents, net, lexicon, convention, source.weight)


def _vocabularies(net: NetConfig, lexicon: Lexicon, before: Artefact | None) -> Artefact:
    words = (word.lower() for word in lexicon.words) if net.word_dim else ()
    chars = Vocab.of((char for word in lexicon.words for char in word), RARE_CHAR)
    shapes = Vocab.of(map(shape, lexicon.words), RARE_SHAPE)
    known = Vocab.of(words, 1)
    if before:
        known, chars, shapes = (
            extend(old, new)
            for old, new in zip(
                (before.words, before.chars, before.shapes), (known, chars, shapes), strict=True
            )
        )
    vectors_hash = load_vectors(net.vectors).hash if net.vectors else ""
    start = Artefact(net, known, chars, shapes, {}, vectors_hash=vectors_hash)
    return transplant(before, start) if before else start
