"""What a run is made of before its first step: corpora, labels, vocabularies, units."""

from collections.abc import Iterator
from dataclasses import dataclass
from itertools import chain
from pathlib import Path

from tqdm import tqdm

from ner_service.errors import ConfigError
from ner_service.nets.artefact import Artefact
from ner_service.nets.artefact import load as load_artefact
from ner_service.nets.config import NetConfig
from ner_service.nets.vectors import load_vectors
from ner_service.nets.vocab import Vocab, shape
from ner_service.taggers.models import model_path
from ner_service.training.config import TrainConfig
from ner_service.training.data.augmentation import Noise, make_noise
from ner_service.training.data.batches import Features, Lexicon, Unit, encode, seen_once
from ner_service.training.data.corpus import Corpus, check_labels, read_source
from ner_service.training.model.transfer import extend, transplant

RARE_CHAR, RARE_SHAPE = 5, 5  # symbols seen less often are unknown to the net


@dataclass(frozen=True)
class Plan:
    """All that a run is made of before its first step."""

    config: TrainConfig
    start: Artefact  # vocabularies and the weights to begin with; none when from scratch
    units: list[Unit]
    features: Features
    noise: Noise | None
    train: list[Corpus]
    dev: list[Corpus]


def make_plan(config: TrainConfig, init: str | None, root: Path | None) -> Plan:
    """Reads the data and lays out the net; `init` is a model to go on from."""
    train = [read_source(source, root) for source in config.data.train]
    dev = [read_source(source, root) for source in config.data.dev]
    labels = check_labels(train, dev)
    before = load_artefact(model_path(init)) if init is not None else None
    conventions = conventions_of(config, before)
    for source in config.data.dev:
        if source.convention and source.convention not in conventions:
            raise ConfigError(
                f"data.dev: {source.path}: convention {source.convention!r} is that of no "
                f"training corpus (there are {', '.join(conventions)})"
            )
    net = net_config(config, labels, conventions)
    lexicon = Lexicon()
    units = list(chain.from_iterable(_encode(c, net, lexicon) for c in train))
    noise = make_noise(config.train, lexicon, net.tags)
    start = _vocabularies(net, lexicon, before)
    rare = seen_once(units, lexicon.words)
    features = Features(
        lexicon.words, rare, start.vectors(), start.words, start.chars, start.shapes
    )
    return Plan(config, start, units, features, noise, train, dev)


def conventions_of(config: TrainConfig, before: Artefact | None) -> tuple[str, ...]:
    """The conventions of the corpora, the answering one first, and what else the model knows."""
    known = before.net.conventions if before and before.net.convention_dim else ()
    return tuple(dict.fromkeys([*(source.convention for source in config.data.train), *known]))


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
