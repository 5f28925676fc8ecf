"""Preparation: corpora, labels, vocabularies and encoded units, before the first step."""

from collections.abc import Iterator, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from random import Random

from tqdm import tqdm

from ner_service.errors import ConfigError
from ner_service.nets.artefact import Artefact
from ner_service.nets.artefact import load as load_artefact
from ner_service.nets.config import NetConfig
from ner_service.nets.vectors import load_vectors
from ner_service.nets.vocab import Vocab, shape
from ner_service.taggers.models import model_path
from ner_service.training.config import TrainConfig
from ner_service.training.data.additions import Addition, add_documents
from ner_service.training.data.augmentation import Augmenter, make_augmenter
from ner_service.training.data.batches import EncodedUnit, Features, Lexicon, encode, rare_words
from ner_service.training.data.corpus import Corpus, check_labels, draw, labels_of, read_source
from ner_service.training.data.writing.names import check_lists
from ner_service.training.model.transfer import extend, transplant

RARE_CHAR, RARE_SHAPE = 5, 5  # symbols that occur less often are unknown to the net


@dataclass(frozen=True)
class TrainingData:
    """The constant part of a run: its configuration, its data, and the model it starts from."""

    config: TrainConfig
    start: Artefact  # vocabularies, and the weights to begin with; no weights from scratch
    units: list[EncodedUnit]
    features: Features
    augmenter: Augmenter | None
    train: list[Corpus]
    dev: list[Corpus]
    added: int  # documents written by program
    before: Artefact | None  # the model that training starts from


def prepare(
    config: TrainConfig, init: str | None, root: Path | None, hides_bars: bool | None = None
) -> TrainingData:
    """Read the corpora and lay out the net; `init` is a model to start from.

    Bars show the progress on a terminal, unless `hides_bars`.
    """
    check_lists(config.augmentation.lists)
    train = [draw(read_source(source, root, hides_bars), config) for source in config.data.train]
    dev = [read_source(source, root, hides_bars) for source in config.data.dev]
    labels = check_labels(train, dev)
    before = load_artefact(model_path(init)) if init is not None else None
    net = net_config(config, labels, _conventions(config, before))
    lexicon = Lexicon()
    units: list[EncodedUnit] = []
    for corpus in train:
        title = f"encoding {corpus.source.path}"
        shown = tqdm(corpus.documents, title, unit="doc", delay=1, disable=hides_bars)
        convention = net.conventions.index(corpus.source.convention)
        units += encode(shown, net, lexicon, convention, corpus.source.weight)
    added = 0
    for addition in _additions(config, train, before, hides_bars):
        added += 1
        convention = net.conventions.index(addition.convention)
        units += encode([addition.document], net, lexicon, convention, addition.weight)
    augmenter = make_augmenter(config.augmentation, lexicon, net.tags, net.restores_case)
    start = _start(net, lexicon, before)
    rare = rare_words(units, lexicon.words)
    features = Features(
        lexicon.words, rare, start.vectors(), start.words, start.chars, start.shapes
    )
    return TrainingData(config, start, units, features, augmenter, train, dev, added, before)


def _additions(
    config: TrainConfig, train: Sequence[Corpus], before: Artefact | None, hides_bars: bool | None
) -> Iterator[Addition]:
    """Return the documents that augmentation adds; stages of one seed get different ones."""
    rates = config.augmentation
    if not (rates.names or rates.records or rates.scans):
        return iter(())
    strange = sorted({"PER", "LOC", "ORG"} - set(labels_of(train)))
    if strange and (rates.names or rates.records):
        raise ConfigError(
            f"augmentation: names and records write PER, LOC and ORG, but no training corpus has "
            f'{", ".join(strange)}: rename labels with labels = {{ FROM = "TO" }}, or set both to 0'
        )
    random = Random(f"{config.train.seed} {before.hash if before else ''}")
    return add_documents(rates, train, random, hides_bars)


def net_config(
    config: TrainConfig, labels: tuple[str, ...], conventions: tuple[str, ...]
) -> NetConfig:
    """Return the net that a configuration asks for."""
    options = asdict(config.net)
    if config.net.char_encoder == "none":
        options["char_size"] = 0
    dim = load_vectors(config.net.vectors).dim if config.net.vectors else 0
    return NetConfig(labels=labels, conventions=conventions, vector_dim=dim, **options)


def _conventions(config: TrainConfig, before: Artefact | None) -> tuple[str, ...]:
    """Return the conventions of the corpora, the answering one first, then the model's others."""
    old = before.net.conventions if before and before.net.convention_dim else ()
    names = tuple(dict.fromkeys([*(source.convention for source in config.data.train), *old]))
    for source in config.data.dev:
        if source.convention and source.convention not in names:
            raise ConfigError(
                f"data.dev: {source.path}: convention {source.convention!r} is that of no "
                f"training corpus (there are {', '.join(names)})"
            )
    return names


def _start(net: NetConfig, lexicon: Lexicon, before: Artefact | None) -> Artefact:
    """Return the vocabularies of the net, and the weights of the model that it starts from."""
    table = Vocab.of((word.lower() for word in lexicon.words) if net.word_dim else (), 1)
    chars = Vocab.of((char for word in lexicon.words for char in word), RARE_CHAR)
    shapes = Vocab.of(map(shape, lexicon.words), RARE_SHAPE)
    if before:
        table = extend(before.words, table)
        chars = extend(before.chars, chars)
        shapes = extend(before.shapes, shapes)
    vectors_hash = load_vectors(net.vectors).hash if net.vectors else ""
    start = Artefact(net, table, chars, shapes, {}, vectors_hash=vectors_hash)
    return transplant(before, start) if before else start
