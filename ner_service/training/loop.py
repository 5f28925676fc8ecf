"""The training loop: batch, loss, step, average, evaluate, keep the best."""

from collections.abc import Callable, Iterator, Sequence
from copy import deepcopy
from dataclasses import dataclass, field
from typing import Any

import numpy as np
import torch
from torch import Tensor, nn

from ner_service.errors import NerError
from ner_service.nets.encoder import Net
from ner_service.training.config import Optimisation
from ner_service.training.crf_loss import path_losses
from ner_service.training.data.augmentation import Noise
from ner_service.training.data.batches import Example, Features, Unit, batches, collate
from ner_service.training.device import Place

State = dict[str, Tensor]


class Diverged(NerError):
    """The loss is no longer a number."""


@dataclass
class Progress:
    """How far a run has come; `history` holds one record an epoch."""

    epoch: int = 0
    step: int = 0
    best: float = -1.0
    best_epoch: int = 0
    history: list[dict[str, float]] = field(default_factory=list)


class Average:
    """An exponential moving average of the weights, which is what gets evaluated and kept."""

    def __init__(self, net: Net, decay: float) -> None:
        self._decay = decay
        self._net = net.state_dict()
        self.state: State = self._net if not decay else {k: v.clone() for k, v in self._net.items()}

    @torch.no_grad()
    def update(self, step: int) -> None:
        """Moves towards the net; early steps count more, so that the start is forgotten."""
        if self._decay:
            share = 1 - min(self._decay, (1 + step) / (10 + step))
            torch._foreach_lerp_(list(self.state.values()), list(self._net.values()), share)

    def resume(self, state: State) -> None:
        """Takes up a state that was saved."""
        for key, value in state.items():
            self.state[key].copy_(value)


class Trainer:
    """Holds all that changes while training, so that it can be saved and resumed."""

    def __init__(
        self,
        net: Net,
        features: Features,
        train: Optimisation,
        place: Place,
        seed: int,
        noise: Noise | None = None,
    ) -> None:
        self.net, self.features, self.noise = net.to(place.device), features, noise
        self.train, self.place, self.seed = train, place, seed
        self.optimizers = optimizers(net, train)
        self.average = Average(net, train.ema)
        self.progress = Progress()
        self.random = np.random.default_rng(seed)

    def epoch(self, units: Sequence[Unit], total: int) -> Iterator[tuple[float, int]]:
        """One pass over the data; yields the loss and token count of each batch.

        `total` is the number of steps of the whole run, which the learning rate follows.
        """
        self.net.train()
        for batch in batches(units, self.train.batch_tokens, self.random):
            read = self.noise(batch, self.random) if self.noise else batch
            yield self.step(collate(read, self.features), total), sum(len(u.words) for u in batch)
        self.progress.epoch += 1

    def step(self, example: Example, total: int) -> float:
        """One update; returns the loss a token. Raises `Diverged` when it is not a number."""
        example = to_device(example, self.place.device)
        rate = self.train.lr * self._rate(total)
        for optimizer in self.optimizers:
            for group in optimizer.param_groups:
                group["lr"] = rate * group["share"]
            optimizer.zero_grad(set_to_none=True)
        mask = example.batch.mask
        with self.place.autocast():
            emissions = self.net(example.batch)
        losses = path_losses(self.net.crf, emissions.float(), example.tags, mask)
        loss = (losses * example.weights).sum() / mask.sum()
        if not torch.isfinite(loss):
            raise Diverged(
                f"the loss is {loss.item()} at step {self.progress.step}: lower train.lr "
                f"(now {self.train.lr})"
            )
        loss.backward()  # type: ignore[no-untyped-call]
        dense = [p for p in self.net.parameters() if p.grad is not None and not p.grad.is_sparse]
        if self.train.clip:
            nn.utils.clip_grad_norm_(dense, self.train.clip)
        for optimizer in self.optimizers:
            optimizer.step()
        self.progress.step += 1
        self.average.update(self.progress.step)
        return loss.item()

    def _rate(self, total: int) -> float:
        if self.train.schedule == "inverse":
            return 1 / (1 + self.train.decay * self.progress.epoch)
        if self.train.schedule == "exponential":
            return self.train.decay**self.progress.epoch
        return cosine(self.progress.step / max(total, 1), self.train)

    def state(self) -> dict[str, Any]:
        """All that `resume` needs to go on as if never stopped."""
        return {
            "net": self.net.state_dict(),
            "average": self.average.state,
            "optimizers": [optimizer.state_dict() for optimizer in self.optimizers],
            "progress": vars(self.progress),
            "numpy": self.random.bit_generator.state,
            "torch": torch.get_rng_state(),
        }

    def resume(self, state: dict[str, Any]) -> None:
        """Takes up a state that `state` gave."""
        self.net.load_state_dict(state["net"])
        self.average.resume(state["average"])
        for optimizer, saved in zip(self.optimizers, state["optimizers"], strict=True):
            optimizer.load_state_dict(saved)
        self.progress = Progress(**state["progress"])
        self.random.bit_generator.state = state["numpy"]
        torch.set_rng_state(state["torch"])


def optimizers(net: Net, train: Optimisation) -> list[torch.optim.Optimizer]:
    """One for dense weights and, where a word table is learned, a sparse one for it.

    Momentum would touch every row of the table: its rate grows by what momentum adds up to.
    """
    table = [net.words.weight] if net.words is not None else []
    dense = [p for p in net.parameters() if all(p is not t for t in table)]
    lr = train.lr
    found: list[torch.optim.Optimizer]
    if train.optimizer == "sgd":
        found = [torch.optim.SGD([{"params": dense, "share": 1.0}], lr, train.momentum)]
        rows = {"params": table, "share": 1 / (1 - train.momentum)}
        return [*found, torch.optim.SGD([rows], lr)] if table else found
    found = [torch.optim.Adam([{"params": dense, "share": 1.0}], lr, fused=True)]
    rows = {"params": table, "share": 1.0}
    return [*found, torch.optim.SparseAdam([rows], lr)] if table else found


def cosine(share: float, train: Optimisation) -> float:
    """The learning rate's share of its peak: a linear rise, then half a cosine down."""
    if share < train.warmup:
        return (share + 1e-3) / (train.warmup + 1e-3)
    fall = min((share - train.warmup) / (1 - train.warmup), 1.0)
    return train.lr_final + (1 - train.lr_final) * 0.5 * (1 + float(np.cos(np.pi * fall)))


def to_device(value: Any, device: torch.device) -> Any:
    """Moves every tensor inside nested dataclasses."""
    if device.type == "cpu" or value is None:
        return value
    if isinstance(value, Tensor):
        return value.to(device, non_blocking=True)
    parts = {name: to_device(getattr(value, name), device) for name in value.__slots__}
    return type(value)(**parts)


def fit(
    trainer: Trainer,
    units: Sequence[Unit],
    evaluate: Callable[[State], float],
    watch: Callable[[Iterator[tuple[float, int]], int], float],
    keep: Callable[[State], None],
    checkpoint: Callable[[], None],
) -> Progress:
    """Trains until the epochs or the patience run out; `keep` gets each new best average.

    `watch` consumes an epoch (to show progress) and returns its mean loss; `evaluate` scores
    weights on the dev data.
    """
    train, progress = trainer.train, trainer.progress
    steps = len(batches(units, train.batch_tokens, np.random.default_rng(trainer.seed)))
    while progress.epoch < train.epochs:
        if progress.epoch - progress.best_epoch >= train.patience and progress.best >= 0:
            break
        loss = watch(trainer.epoch(units, steps * train.epochs), steps)
        score = evaluate(trainer.average.state)
        progress.history.append({"epoch": progress.epoch, "loss": loss, "dev_f1": score})
        if score > progress.best:
            progress.best, progress.best_epoch = score, progress.epoch
            keep(deepcopy(trainer.average.state))
        checkpoint()
    return progress
