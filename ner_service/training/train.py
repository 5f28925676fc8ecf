"""Training: from a configuration file to a model folder, with the loop in `train`."""

import math
import sys
from collections.abc import Callable, Iterable, Mapping
from dataclasses import replace
from pathlib import Path
from typing import cast

import numpy as np
from torch import nn
from tqdm import tqdm

from ner_service import __version__
from ner_service.corpora import lint
from ner_service.errors import ConfigError, ModelError, NerError
from ner_service.nets.artefact import Artefact, check_place, save
from ner_service.nets.artefact import load as load_artefact
from ner_service.nets.record import ModelRecord
from ner_service.scoring.f1 import exact
from ner_service.training.calibration import calibrate
from ner_service.training.checkpoint import Checkpoint, fingerprint
from ner_service.training.config import Optimiser, read_config
from ner_service.training.crf_loss import path_losses
from ner_service.training.curves import Curves
from ner_service.training.data.batches import GoldBatch, batches, collate
from ner_service.training.data.length import is_rising, plan_length
from ner_service.training.data.prepare import TrainingData, prepare
from ner_service.training.device import Place, find_place
from ner_service.training.model import card
from ner_service.training.optimiser import learning_rate
from ner_service.training.state import State, first_state, seed_of

NOTHING_LEARNED = (
    "the model finds no entity of dev: raise train.epochs and train.patience, give it more text, "
    "or start from a trained model with --from ru-news"
)
STILL_RISING = (
    "dev F1 was still rising at the last epoch: train longer with --set train.epochs={}, or start "
    "from a trained model with --from ru-news"
)


class Diverged(NerError):
    """The loss, or a weight, is no longer a number."""


Watcher = Callable[[Mapping[str, float]], None]  # gets the record of each epoch that has ended


def train(
    data: TrainingData, state: State, place: Place, checkpoint: Checkpoint, *watchers: Watcher
) -> None:
    """Train until the epochs or the patience run out, and keep the model of the best epoch.

    The watchers get each epoch once it has ended; whatever one of them raises ends the run.
    """
    config, settings = data.config, data.config.train
    first_order = np.random.default_rng(seed_of(data.start, config))
    steps_of_epoch = len(batches(data.units, settings.batch_tokens, first_order))
    length = plan_length(settings, steps_of_epoch)
    steps = length.epochs * steps_of_epoch
    tokens = sum(len(unit.words) for unit in data.units)
    while not length.is_over(state.epoch, state.best_epoch, state.best):
        state.net.train()
        total, seen, title = 0.0, 0, f"epoch {state.epoch + 1}/{length.epochs}"
        with tqdm(total=tokens, desc=title, unit="tok", unit_scale=True) as bar:
            for batch in batches(data.units, settings.batch_tokens, state.random):
                units = data.augmenter.augment(batch, state.random) if data.augmenter else batch
                example = place.move(collate(units, data.features))
                loss = step(state, example, config.optimiser, state.step / steps, place)
                if not math.isfinite(loss):
                    raise Diverged(
                        f"the loss is {loss} at step {state.step}: lower "
                        f"{config.key('optimiser.lr')} (now {config.optimiser.lr})"
                    )
                count = sum(len(unit.words) for unit in batch)
                total, seen = total + loss * count, seen + count
                bar.update(count)
                bar.set_postfix(loss=f"{total / seen:.4f}", refresh=False)
        state.epoch += 1
        model = make_artefact(data, state)
        if not all(np.isfinite(tensor).all() for tensor in model.tensors.values()):
            raise Diverged(
                f"the weights are no longer numbers after epoch {state.epoch}: lower "
                f"{config.key('optimiser.lr')} (now {config.optimiser.lr})"
            )
        score = evaluate(data, state.epoch, model)
        state.history.append({"epoch": state.epoch, "loss": total / seen, "dev_f1": score})
        if score > state.best:
            state.best, state.best_epoch = score, state.epoch
            save(model, Path(config.output))
        checkpoint.save(state.snapshot())
        for watch in watchers:
            watch(state.history[-1])


def step(
    state: State, example: GoldBatch, settings: Optimiser, share: float, place: Place
) -> float:
    """Update the weights by one batch and return its loss a token.

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
    if settings.clip:
        nn.utils.clip_grad_norm_(dense, settings.clip)
    for optimiser in state.optimisers:
        optimiser.step()
    state.step += 1
    state.average.update(state.step)
    return loss.item()


def evaluate(data: TrainingData, epoch: int, artefact: Artefact) -> float:
    """Return the mean micro F1 over the dev corpora, through the tagger that will serve."""
    scores = []
    for corpus in tqdm(data.dev, desc="dev", leave=False, delay=1):
        predicted = corpus.predict(corpus.tagger(artefact))
        scores.append((corpus.source.path, exact(corpus.documents, predicted).f1))
    shown = ", ".join(f"{path} {f1:.4f}" for path, f1 in scores)
    tqdm.write(f"epoch {epoch}: dev F1 {shown}")
    return sum(f1 for _, f1 in scores) / len(scores)


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
) -> Path:
    """Train as a file says and return the model folder; `root` is where corpora lie.

    An interrupted run leaves the best model so far and a checkpoint that `resume` takes up.
    """
    settings = read_config(config, overrides)
    output = Path(settings.output)
    try:
        check_place(output)
    except ModelError as error:
        raise ConfigError(f"output: {error}") from None
    try:
        place = find_place(settings.hardware)
    except ValueError as error:
        raise ConfigError(f"{settings.key('hardware.device')}: {error}") from None
    data = prepare(settings, init, root)
    for line in lint.summarise(parts_of(data)):
        tqdm.write(f"note: {line}", file=sys.stderr)
    saved = output.with_name(f"{output.name}.checkpoint.safetensors")
    checkpoint = Checkpoint(saved, fingerprint(data))
    runs = output.with_name(f"{output.name}.runs")
    state = first_state(data, place.device)
    curves = [Curves(runs).add] if settings.train.tensorboard else []
    if resume:
        state.restore(checkpoint.load())
    tqdm.write(f"{len(data.units):,} units on {place.device}, bf16 {place.bf16}")
    try:
        train(data, state, place, checkpoint, *curves, *watchers)
    except KeyboardInterrupt:
        tqdm.write(_stop(data, state, output), file=sys.stderr)
        raise
    _finish(data, state, output)
    checkpoint.path.unlink(missing_ok=True)
    tqdm.write(f"{output}: dev F1 {state.best:.4f} at epoch {state.best_epoch}")
    if not state.best:
        tqdm.write(f"note: {NOTHING_LEARNED}", file=sys.stderr)
    elif state.best_epoch == state.epoch and is_rising(state.history):
        tqdm.write(f"note: {STILL_RISING.format(2 * state.epoch)}", file=sys.stderr)
    return output


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


def _stop(data: TrainingData, state: State, output: Path) -> str:
    """Finish the best model of a run that is stopped, and return what is left of the run."""
    if not state.history:
        return f"stopped before the first epoch ended: nothing was saved in {output}"
    _finish(data, state, output)
    return (
        f"stopped; {output} is the model of epoch {state.best_epoch}; "
        f"--resume goes on after epoch {len(state.history)}"
    )
