"""A training run: from a configuration file to a model folder."""

import hashlib
import sys
from collections.abc import Iterator, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

import torch
from tqdm import tqdm

from ner_service import __version__
from ner_service.errors import ConfigError, MissingExtra, ModelError
from ner_service.nets.artefact import Artefact, check_place, save
from ner_service.nets.artefact import load as load_artefact
from ner_service.nets.encoder import Net, Rates
from ner_service.scoring.f1 import exact
from ner_service.training import checkpoint
from ner_service.training.calibration import calibrated
from ner_service.training.config import Optimisation, TrainConfig, read_config
from ner_service.training.data.prepare import Plan, make_plan
from ner_service.training.device import find_place
from ner_service.training.loop import Progress, State, Trainer, fit
from ner_service.training.model import card


def seed_of(start: Artefact, config: TrainConfig) -> int:
    """What chance begins with: another number after each model that training goes on from.

    Stages of one seed would repeat each other's order and noise, and learn them by heart.
    """
    if not start.hash:
        return config.train.seed
    digest = hashlib.sha256(f"{config.train.seed} {start.hash}".encode()).digest()
    return int.from_bytes(digest[:7], "big")


def build(start: Artefact, train: Optimisation, seed: int) -> Net:
    """A net with random weights, or with those that it starts from."""
    torch.manual_seed(seed)
    rates = Rates(
        features=train.dropout,
        states=train.dropout_states,
        words=train.dropout_words,
        rare=train.dropout_rare,
        chars=train.dropout_chars,
        variational=train.variational,
    )
    net = Net(start.net, len(start.words), len(start.chars), len(start.shapes), rates)
    state = net.state_dict()
    for key, array in start.tensors.items():
        state[key].copy_(torch.from_numpy(array.astype("float32")))
    return net


def ancestor(start: Artefact) -> dict[str, Any]:
    """What a model tells of the one it goes on from: its hash, data, configuration, ancestor."""
    told = ("name", "data", "config", "averaged", "from")
    return {"sha256": start.hash} | {key: start.meta[key] for key in told if key in start.meta}


def _board(folder: Path) -> Any:
    try:
        from torch.utils.tensorboard import SummaryWriter
    except ImportError as error:
        raise MissingExtra(f"train.tensorboard ({error})", "train") from error
    try:
        return SummaryWriter(str(folder))
    except OSError as error:
        raise ConfigError(f"{folder}: {error.strerror or error}") from None


class Run:
    """Ties the loop to the screen, to TensorBoard and to the disk."""

    def __init__(self, plan: Plan) -> None:
        self.plan, self.config = plan, plan.config
        self.output = Path(plan.config.output)
        log = self.output.with_name(f"{self.output.name}.runs")
        self.checkpoint = self.output.with_name(f"{self.output.name}.checkpoint.safetensors")
        place = find_place(plan.config.train)
        train, seed = plan.config.train, seed_of(plan.start, plan.config)
        net = build(plan.start, train, seed)
        self.trainer = Trainer(net, plan.features, train, place, seed, plan.noise)
        self.board = _board(log) if plan.config.train.tensorboard else None
        hashes = [corpus.sha256 for corpus in (*plan.train, *plan.dev)]
        self._print = checkpoint.fingerprint([plan.config.model_dump(), hashes, plan.start.hash])
        tqdm.write(f"{len(plan.units):,} units on {place.device}, bf16 {place.bf16}")

    def artefact(self, state: State) -> Artefact:
        """The weights as a model that can be served."""
        start, config = self.plan.start, self.config
        tensors = {k: v.detach().cpu().numpy().astype("float16") for k, v in state.items()}
        meta = {
            "name": config.name,
            "version": __version__,
            "languages": config.languages,
            "data": [corpus.record() for corpus in self.plan.train],
            "dev": [corpus.record() for corpus in self.plan.dev],
            "config": config.public(),
            "from": ancestor(start) if start.hash else None,
            "history": self.trainer.progress.history,
        }
        return Artefact(
            start.net, start.words, start.chars, start.shapes, tensors, meta, start.vectors_hash
        )

    def evaluate(self, state: State) -> float:
        """Mean micro F1 over the dev corpora, through the tagger that will serve."""
        artefact = self.artefact(state)
        scores = []
        for corpus in tqdm(self.plan.dev, desc="dev", leave=False, delay=1):
            found = corpus.tagged(corpus.tagger(artefact))
            scores.append(exact(corpus.documents, found).f1)
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
            try:
                for key in ("loss", "dev_f1"):
                    self.board.add_scalar(key, last[key], int(last["epoch"]))
                self.board.flush()
            except OSError as error:
                raise ConfigError(f"{self.output}.runs: {error.strerror or error}") from None

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
        self.finish()
        self.checkpoint.unlink(missing_ok=True)
        return progress

    def finish(self) -> None:
        """Calibrates the best model on dev, and writes its card, which tells of all epochs."""
        best = load_artefact(self.output)
        meta = {**best.meta, "history": self.trainer.progress.history}
        card.write(calibrated(replace(best, meta=meta), self.plan.dev), self.output)

    def stopped(self) -> str:
        """What a run that is stopped here leaves."""
        progress = self.trainer.progress
        if not progress.history:
            return f"stopped before the first epoch ended: nothing was saved in {self.output}"
        self.finish()
        return (
            f"stopped; {self.output} is the model of epoch {progress.best_epoch}; "
            f"--resume goes on after epoch {len(progress.history)}"
        )


def train_command(
    config: Path,
    overrides: Sequence[str] = (),
    resume: bool = False,
    init: str | None = None,
    root: Path | None = None,
) -> Path:
    """Trains as the file says and returns the model folder; `root` is where corpora lie.

    An interrupted run leaves the best model so far and a checkpoint that `resume` takes up.
    """
    settings = read_config(config, overrides)
    output = Path(settings.output)
    _check_output(output)
    run = Run(make_plan(settings, init, root))
    if resume:
        run.resume()
    try:
        progress = run.fit()
    except KeyboardInterrupt:
        tqdm.write(run.stopped(), file=sys.stderr)
        raise
    tqdm.write(f"{output}: dev F1 {progress.best:.4f} at epoch {progress.best_epoch}")
    return output


def _check_output(output: Path) -> None:
    try:
        check_place(output)
    except ModelError as error:
        raise ConfigError(f"output: {error}") from None
