"""A training run: from a configuration file to a model folder."""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from itertools import chain
from pathlib import Path
from typing import Any

import torch
from torch.utils.tensorboard import SummaryWriter
from tqdm import tqdm

from ner_service import __version__, corpora, scoring
from ner_service.digest import digest
from ner_service.nets.artefact import Artefact, save
from ner_service.nets.artefact import load as load_artefact
from ner_service.nets.config import NetConfig
from ner_service.nets.encoder import Net, Rates
from ner_service.nets.vectors import load_vectors
from ner_service.nets.vocab import Vocab, shape
from ner_service.taggers import model_path
from ner_service.taggers.bilstm import BilstmTagger
from ner_service.training import checkpoint
from ner_service.training.config import Source, TrainConfig, read_config
from ner_service.training.data import Features, Ints, Lexicon, Unit, encode
from ner_service.training.device import find_place
from ner_service.training.loop import Progress, State, Trainer, fit
from ner_service.training.transfer import extend, transplant
from ner_service.types import ConfigError, CorpusError, Document

RARE_CHAR, RARE_SHAPE = 5, 5  # symbols seen less often are unknown to the net


@dataclass(frozen=True)
class Corpus:
    """The documents of one source, labels mapped, and the hash of its bytes."""

    source: Source
    sha256: str
    documents: list[Document]


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


@dataclass
class Plan:
    """All that a run is made of before its first step."""

    config: TrainConfig
    start: Artefact  # vocabularies and the weights to begin with; none when from scratch
    units: list[Unit]
    features: Features
    forms: Ints | None  # each word in other cases, where the training asks for them
    dev: list[Corpus]
    data: list[dict[str, Any]]


def plan(config: TrainConfig, init: str | None, root: Path | None) -> Plan:
    """Reads the data and lays out the net."""
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
    features = Features(lexicon.words, start.vectors(), start.words, start.chars, start.shapes)
    data = [
        {**c.source.model_dump(), "sha256": c.sha256, "documents": len(c.documents)} for c in train
    ]
    return Plan(config, start, units, features, forms, dev, data)


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
    tensors = before.tensors if before else {}
    start = Artefact(net, known, chars, shapes, tensors, vectors_hash=vectors_hash)
    return transplant(before, start) if before else start


def build(start: Artefact, config: TrainConfig) -> Net:
    """A net with random weights, or with those that it starts from."""
    torch.manual_seed(config.train.seed)
    train = config.train
    rates = Rates(train.dropout, train.dropout_states, train.dropout_words)
    net = Net(start.net, len(start.words), len(start.chars), len(start.shapes), rates)
    state = net.state_dict()
    for key, array in start.tensors.items():
        state[key].copy_(torch.from_numpy(array.astype("float32")))
    return net


class Run:
    """Ties the loop to the screen, to TensorBoard and to the disk."""

    def __init__(self, plan: Plan, log: Path | None) -> None:
        self.plan, self.config = plan, plan.config
        self.output = Path(plan.config.output)
        self.checkpoint = self.output.with_name(f"{self.output.name}.checkpoint.safetensors")
        place = find_place(plan.config.train)
        net = build(plan.start, plan.config)
        self.trainer = Trainer(net, plan.features, plan.config.train, place, plan.forms)
        self.board = SummaryWriter(str(log)) if log else None
        self._print = checkpoint.fingerprint([plan.config.model_dump(), plan.data])
        tqdm.write(f"{len(plan.units):,} units on {place.device}, bf16 {place.bf16}")

    def artefact(self, state: State) -> Artefact:
        """The weights as a model that can be served."""
        start, config = self.plan.start, self.config
        tensors = {k: v.detach().cpu().numpy().astype("float16") for k, v in state.items()}
        meta = {
            "name": config.name,
            "version": __version__,
            "languages": config.languages,
            "data": self.plan.data,
            "config": config.model_dump(mode="json"),
            "history": self.trainer.progress.history,
        }
        return Artefact(
            start.net, start.words, start.chars, start.shapes, tensors, meta, start.vectors_hash
        )

    def evaluate(self, state: State) -> float:
        """Mean micro F1 over the dev corpora, through the tagger that will serve."""
        tagger = BilstmTagger(self.artefact(state))
        scores = []
        for corpus in tqdm(self.plan.dev, desc="dev", leave=False, delay=1):
            predicted = tagger.tag([document.text for document in corpus.documents])
            scores.append(scoring.exact(corpus.documents, predicted).f1)
        shown = ", ".join(
            f"{corpus.source.path} {score:.4f}"
            for corpus, score in zip(self.plan.dev, scores, strict=True)
        )
        tqdm.write(f"epoch {self.trainer.progress.epoch}: dev F1 {shown}")
        return sum(scores) / len(scores)

    def watch(self, epoch: Iterator[tuple[float, int]], steps: int) -> float:
        """Shows an epoch's progress; returns its mean loss a token."""
        total, seen = 0.0, 0
        tokens = sum(len(unit.words) for unit in self.plan.units)
        title = f"epoch {self.trainer.progress.epoch + 1}/{self.config.train.epochs}"
        with tqdm(total=tokens, desc=title, unit="tok", unit_scale=True) as bar:
            for loss, count in epoch:
                total, seen = total + loss * count, seen + count
                bar.update(count)
                bar.set_postfix(loss=f"{total / seen:.4f}", refresh=False)
        return total / max(seen, 1)

    def record(self) -> None:
        """Writes the checkpoint and the curves after an epoch."""
        checkpoint.save(self.checkpoint, {"run": self._print, **self.trainer.state()})
        if self.board:
            last = self.trainer.progress.history[-1]
            for key in ("loss", "dev_f1"):
                self.board.add_scalar(key, last[key], int(last["epoch"]))

    def resume(self) -> None:
        """Goes on from the checkpoint; raises `ConfigError` where it is of another run."""
        state = checkpoint.load(self.checkpoint)
        if state.pop("run") != self._print:
            raise ConfigError(
                f"{self.checkpoint}: made with another configuration or other data; "
                "train without --resume"
            )
        self.trainer.resume(state)

    def keep(self, state: State) -> None:
        """Writes the model folder."""
        save(self.artefact(state), self.output)

    def fit(self) -> Progress:
        """Trains to the end and removes the checkpoint."""
        progress = fit(
            self.trainer, self.plan.units, self.evaluate, self.watch, self.keep, self.record
        )
        self.checkpoint.unlink(missing_ok=True)
        return progress


def train_command(
    config: Path,
    overrides: Sequence[str] = (),
    resume: bool = False,
    init: str | None = None,
    root: Path | None = None,
    say: Callable[[str], None] = tqdm.write,
) -> Path:
    """Trains as the file says and returns the model folder; `root` is where corpora lie.

    An interrupted run leaves the best model so far and a checkpoint that `resume` takes up.
    """
    settings = read_config(config, overrides)
    output = Path(settings.output)
    try:
        output.parent.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise ConfigError(f"output: {output}: {error.strerror or error}") from None
    run = Run(plan(settings, init, root), output.with_name(f"{output.name}.runs"))
    if resume:
        run.resume()
    progress = run.fit()
    say(f"{output}: dev F1 {progress.best:.4f} at epoch {progress.best_epoch}")
    return output
