"""Training: from a configuration file to a model folder, with the loop in `train`."""

import math
import sys
from collections.abc import Callable, Iterable, Iterator
from dataclasses import replace
from pathlib import Path
from typing import cast

import numpy as np
from torch import nn
from tqdm import tqdm

from ner_service import __version__
from ner_service.corpora import lint
from ner_service.errors import ConfigError, ModelError, NerError
from ner_service.files import hold
from ner_service.nets.artefact import CONFIG, Artefact, check_place, save
from ner_service.nets.artefact import load as load_artefact
from ner_service.nets.record import ModelRecord
from ner_service.scoring.f1 import Score, exact, exact_by_label
from ner_service.taggers.models import model_path
from ner_service.training.calibration import calibrate
from ner_service.training.checkpoint import (
    ANEW,
    Checkpoint,
    Start,
    check_start,
    fingerprint,
    read_start,
)
from ner_service.training.compiled.crf_loss import path_losses
from ner_service.training.config import Optimiser, TrainConfig, read_config
from ner_service.training.data.batches import GoldBatch, batches, collate
from ner_service.training.data.length import Length, is_rising, plan_length
from ner_service.training.data.prepare import TrainingData, prepare
from ner_service.training.device import MissingHardware, Place, find_place
from ner_service.training.model import card
from ner_service.training.optimiser import learning_rate
from ner_service.training.progress.curves import Curves, choose_folder
from ner_service.training.progress.epoch import DevScores, Epoch, Meter, Step
from ner_service.training.progress.run_log import RunLog
from ner_service.training.progress.summary import (
    describe_data,
    describe_run,
    describe_start,
    doubts_about,
    next_commands,
)
from ner_service.training.state import State, first_state, seed_of
from ner_service.types import Document, Entity

NOTHING_LEARNED = (
    "the model finds no entity of dev: raise train.epochs and train.patience, give it more text, "
    "or start from a trained model with --from ru-news"
)
STILL_RISING = (
    "dev F1 was still rising at the last epoch: train longer with --resume --set train.epochs={}, "
    "or start from a trained model with --from ru-news"
)
STARTS_FROM_ITSELF = (
    "--from {} is the model that this run replaces, so --resume cannot go on with the run: name "
    "another folder by --set output=FOLDER if it should"
)
BEFORE_FIRST = "it was before the first epoch ended: nothing was saved in {}"
LOSS_ROSE = "the loss rose from {:.4f} to {:.4f}: lower {} (now {})"


class Diverged(NerError):
    """The loss, or a weight, is no longer a number."""


Watcher = Callable[[Epoch], None]  # gets each epoch that has ended


def train(
    data: TrainingData,
    state: State,
    place: Place,
    checkpoint: Checkpoint,
    log: RunLog,
    *watchers: Watcher,
) -> None:
    """Train until the epochs or the patience run out, and keep the model of the best epoch.

    The watchers get each epoch once it has ended and its checkpoint is written; whatever one of
    them raises ends the run.
    """
    config, settings = data.config, data.config.train
    length, steps_of_epoch = plan_run(data)
    steps = length.epochs * steps_of_epoch
    while not length.is_over(state.epoch, state.best_epoch, state.best, state.ended):
        state.net.train()
        meter, title = Meter(), f"epoch {state.epoch + 1}/{length.epochs}"
        for batch in batches(data.units, settings.batch_tokens, state.random):
            units = data.augmenter.augment(batch, state.random) if data.augmenter else batch
            example = place.move(collate(units, data.features))
            done = step(state, example, config.optimiser, state.step / steps, place)
            if not math.isfinite(done.loss):
                raise Diverged(
                    f"the loss is {done.loss} at step {state.step}: lower "
                    f"{config.key('optimiser.lr')} (now {config.optimiser.lr})"
                )
            tokens = sum(len(unit.words) for unit in batch)
            meter.add(done, tokens)
            log.advance(tokens, meter, title)
        state.epoch += 1
        model = make_artefact(data, state)
        if not all(np.isfinite(tensor).all() for tensor in model.tensors.values()):
            raise Diverged(
                f"the weights are no longer numbers after epoch {state.epoch}: lower "
                f"{config.key('optimiser.lr')} (now {config.optimiser.lr})"
            )
        epoch = meter.finish(state.epoch, evaluate(data, model, log), state.best)
        state.history.append(epoch.record())
        if epoch.is_best:
            state.best, state.best_epoch = epoch.dev.f1, state.epoch
            save(model, Path(config.output))
        checkpoint.save(state.snapshot())
        for watch in (log.add, *watchers):
            watch(epoch)


def plan_run(data: TrainingData) -> tuple[Length, int]:
    """Return the length of a run, and the steps of its first epoch."""
    settings = data.config.train
    first_order = np.random.default_rng(seed_of(data.start, data.config))
    steps = len(batches(data.units, settings.batch_tokens, first_order))
    return plan_length(settings, steps), steps


def step(state: State, example: GoldBatch, settings: Optimiser, share: float, place: Place) -> Step:
    """Update the weights by one batch; return its loss a token, its gradient's norm and its rate.

    `share` is that of the whole run's steps which are done; the learning rate follows it.
    """
    rate = learning_rate(settings, state.epoch, share)
    for optimiser in state.optimisers:
        for group in optimiser.param_groups:
            group["lr"] = rate * group["share"]
        optimiser.zero_grad(set_to_none=True)
    mask = example.batch.mask  # batch x length
    with place.autocast():
        emissions = state.net(example.batch)  # batch x length x tags
    losses = path_losses(state.net.crf, emissions.float(), example.tags, mask)  # batch
    loss = (losses * example.weights).sum() / mask.sum()
    loss.backward()  # type: ignore[no-untyped-call]
    dense = [p for p in state.net.parameters() if p.grad is not None and not p.grad.is_sparse]
    gradient = nn.utils.get_total_norm([p.grad for p in dense if p.grad is not None])
    if settings.clip:
        nn.utils.clip_grads_with_norm_(dense, settings.clip, gradient)
    for optimiser in state.optimisers:
        optimiser.step()
    state.step += 1
    state.average.update(state.step)
    return Step(loss.item(), gradient.item(), rate)


def evaluate(data: TrainingData, artefact: Artefact, log: RunLog) -> DevScores:
    """Return the scores on the dev corpora, through the tagger that will serve."""
    scores: dict[str, Score] = {}
    documents: list[Document] = []
    answers: list[list[Entity]] = []
    for corpus in tqdm(data.dev, desc="dev", leave=False, delay=1, disable=log.hides_bars):
        predicted = corpus.predict(corpus.tagger(artefact))
        convention = corpus.source.convention
        name = f"{corpus.source.path}{'@' * bool(convention)}{convention}"
        scores[name] = exact(corpus.documents, predicted)
        documents += corpus.documents
        answers += predicted
    return DevScores(scores, exact_by_label(documents, answers))


def make_artefact(data: TrainingData, state: State) -> Artefact:
    """Return the averaged weights as a model that can be served, 16 bits a weight."""
    start, config = data.start, data.config
    weights = state.average.weights.items()
    meta = ModelRecord(
        name=config.name,
        version=__version__,
        languages=config.languages,
        data=[corpus.record() for corpus in data.train],
        dev=[corpus.record() for corpus in data.dev],
        config=config.public(),
        history=state.history,  # the list itself: this epoch joins it once it is scored
    )
    meta["from"] = ancestor(start) if start.hash else None
    with np.errstate(over="ignore"):  # `train` refuses weights that are not finite
        tensors = {name: w.detach().cpu().numpy().astype("float16") for name, w in weights}
    return replace(start, tensors=tensors, meta=meta, hash="")


def ancestor(start: Artefact) -> ModelRecord:
    """Return the record of the model that training starts from, its own ancestor included."""
    kept = ("name", "data", "config", "averaged", "from")
    facts = {key: value for key, value in start.meta.items() if key in kept}
    return cast(ModelRecord, {"sha256": start.hash, **facts})


def train_from_file(
    config: Path,
    overrides: Iterable[str] = (),
    resume: bool = False,
    init: str | None = None,
    root: Path | None = None,
    *watchers: Watcher,
    overwrite: bool = False,
    quiet: bool = False,
    says_next: bool = True,
) -> Path:
    """Train as a file says and return the model folder; `root` is where corpora lie.

    The run leaves the best model and a checkpoint, by which `resume` takes up what was stopped, or
    makes a finished run longer, with the model that it began with unless `init` names it. A model
    that is there already stays unless `overwrite`. `says_next` ends with commands that use the
    model, which is to stay where it is.
    """
    settings = read_config(config, overrides)
    output = Path(settings.output)
    saved = check_output(output, resume, overwrite)
    with hold(output):
        _run(settings, saved, resume, init, root, watchers, RunLog(quiet), says_next)
    return output


def _run(
    settings: TrainConfig,
    saved: Path,
    resume: bool,
    init: str | None,
    root: Path | None,
    watchers: Iterable[Watcher],
    log: RunLog,
    says_next: bool,
) -> None:
    """Train by a configuration, or go on with the run whose checkpoint is saved."""
    output = Path(settings.output)
    try:
        place = find_place(settings.hardware)
    except MissingHardware as error:
        raise ConfigError(f"{settings.key(error.key)}: {error}") from None
    if resume and init is None and (began := read_start(saved)):
        source = began.model or None
    else:
        source = init
    data = prepare(settings, source, root, log.hides_bars)
    start = Start(source or "", data.start.hash)
    if resume:
        check_start(saved, start, init)
    if source is not None and model_path(source).resolve() == output.resolve():
        log.note(STARTS_FROM_ITSELF.format(source))
    for line in (*lint.summarise(parts_of(data)), *doubts_about(data)):
        log.note(line)
    checkpoint = Checkpoint(saved, fingerprint(data), start)
    state = first_state(data, place.device)
    length, steps = plan_run(data)
    if resume:
        state.restore(checkpoint.load())
        check_best(state, output)
        check_length(state, length, settings)
    runs = runs_of(output)
    curves = Curves(runs, settings.public(), state.epoch) if settings.train.tensorboard else None
    weights = sum(parameter.numel() for parameter in state.net.parameters())
    run = describe_run(data.start.net.encoder, weights, str(place), length, steps)
    for line in (*describe_data(data), *describe_start(data), run):
        log.say(line)
    tokens = sum(len(unit.words) for unit in data.units)
    drawing = [curves.add] if curves else []
    try:
        with log.bar(tokens * length.epochs, tokens * state.epoch):
            train(data, state, place, checkpoint, log, *drawing, *watchers)
    except KeyboardInterrupt:
        left = _leave(data, state, output)
        tqdm.write(f"stopped; {left}", file=sys.stderr)
        raise
    except SystemExit:  # a signal, whose sender will not wait for the model to be finished
        kept = f"--resume goes on after epoch {state.epoch}" if state.epoch else BEFORE_FIRST
        tqdm.write(f"ended; {kept.format(output)}", file=sys.stderr)
        raise
    except Diverged as error:
        raise Diverged(f"{error}; {_leave(data, state, output)}") from None
    _finish(data, state, output)
    state.ended = state.epoch
    checkpoint.save(state.snapshot())
    if curves:
        curves.finish(state.best, state.best_epoch)
    log.say(f"{output}: dev F1 {state.best:.4f} at epoch {state.best_epoch} of {state.epoch}")
    for line in doubts_of(state, settings):
        log.note(line)
    if says_next:
        log.say("next:")
        for command in next_commands(output, settings.name):
            log.say(f"  {command}")


def checkpoint_of(output: Path) -> Path:
    """Return where the state of the run that trains a model is kept."""
    return output.with_name(f"{output.name}.checkpoint.safetensors")


def runs_of(output: Path) -> Path:
    """Return where the curves of the runs that train a model are kept."""
    return output.with_name(f"{output.name}.runs")


def move_runs(source: Path, target: Path) -> None:
    """Move the curves of one model's runs, where there are any, behind those of another's."""
    if not runs_of(source).is_dir():
        return
    runs_of(target).mkdir(exist_ok=True)
    for run in sorted(runs_of(source).iterdir(), key=lambda run: run.stat().st_mtime):
        run.rename(choose_folder(runs_of(target), goes_on=False))
    runs_of(source).rmdir()


def check_output(output: Path, resume: bool, overwrite: bool) -> Path:
    """Return where the checkpoint of a model stands.

    Raises `ConfigError` where no model can be written, or one is there that nobody gave up.
    """
    try:
        check_place(output)
    except ModelError as error:
        raise ConfigError(f"output: {error}") from None
    if resume and overwrite:
        raise ConfigError("--resume goes on with a model, which --overwrite gives up: choose one")
    saved = checkpoint_of(output)
    if resume or overwrite or not (output / CONFIG).exists():
        return saved
    goes_on = "go on with its run by --resume, " if saved.exists() else ""
    raise ConfigError(
        f"output: {output}: holds a model already: {goes_on}replace it by --overwrite, or name "
        "another folder by --set output=FOLDER"
    )


def check_best(state: State, output: Path) -> None:
    """Raise `ConfigError` where the best model of a run that is to go on is not there any more."""
    if state.best_epoch and not (output / CONFIG).exists():
        raise ConfigError(
            f"--resume: {output}: the best model of the run is gone: put it back, or {ANEW}"
        )


def check_length(state: State, length: Length, config: TrainConfig) -> None:
    """Raise `ConfigError` where a run that has ended would not go on for a single epoch."""
    if state.ended == state.epoch and length.is_over(
        state.epoch, state.best_epoch, state.best, state.ended
    ):
        raise ConfigError(
            f"--resume: the run has ended, after epoch {state.epoch}: for more of them set "
            f"train.epochs above {state.epoch}, such as --set train.epochs={2 * state.epoch}"
        )


def doubts_of(state: State, config: TrainConfig) -> Iterator[str]:
    """Yield what a finished run should be told to do otherwise."""
    first, last = state.history[0]["loss"], state.history[-1]["loss"]
    if last > first:
        yield LOSS_ROSE.format(first, last, config.key("optimiser.lr"), config.optimiser.lr)
    if not state.best:
        yield NOTHING_LEARNED
    elif state.best_epoch == state.epoch and is_rising(state.history):
        yield STILL_RISING.format(2 * state.epoch)


def parts_of(data: TrainingData) -> list[lint.Part]:
    """Return the corpora of a run for the linter, which knows dev as held out."""
    return [
        lint.Part(corpus.source.path, corpus.documents, held_out)
        for corpora, held_out in ((data.train, False), (data.dev, True))
        for corpus in corpora
    ]


def _finish(data: TrainingData, state: State, output: Path) -> None:
    """Calibrate the best model on dev, and write its card, which shows all epochs."""
    best = load_artefact(output)
    best = replace(best, meta=best.meta | {"history": state.history})
    card.write(calibrate(best, data.dev), output)


def _leave(data: TrainingData, state: State, output: Path) -> str:
    """Finish the best model of a run that ends early, and return what is left of the run."""
    if not state.history:
        return BEFORE_FIRST.format(output)
    _finish(data, state, output)
    return (
        f"{output} is the model of epoch {state.best_epoch}; "
        f"--resume goes on after epoch {len(state.history)}"
    )
