"""The state of a run: all that changes while training, so that it can be saved and resumed."""

import hashlib
from dataclasses import dataclass, field
from typing import Any, TypedDict

import numpy as np
import torch
from torch import Tensor
from torch.optim import Optimizer

from ner_service.errors import ConfigError
from ner_service.nets.artefact import Artefact
from ner_service.nets.encoder import CHAR_ENCODERS, Net
from ner_service.training.compiled.char_cnn import TabulatedCharCNN
from ner_service.training.config import TrainConfig
from ner_service.training.data.prepare import TrainingData
from ner_service.training.optimiser import MovingAverage, make_optimisers


class Snapshot(TypedDict):
    """A state as a checkpoint holds it, without the net's structure."""

    net: dict[str, Tensor]
    average: dict[str, Tensor]
    optimisers: list[dict[str, Any]]
    numpy: dict[str, Any]
    torch: Tensor
    epoch: int
    step: int
    best: float
    best_epoch: int
    history: list[dict[str, float]]
    ended: int


@dataclass
class State:
    """The net, its average, its optimisers and random numbers, and how far the run has come."""

    net: Net
    average: MovingAverage
    optimisers: list[Optimizer]
    random: np.random.Generator
    epoch: int = 0
    step: int = 0
    best: float = -1.0  # dev F1; below 0 before the first epoch ends
    best_epoch: int = 0
    history: list[dict[str, float]] = field(default_factory=list)  # epoch, loss, dev_f1
    ended: int = 0  # the epoch after which the run had ended once, if it goes on behind that

    def snapshot(self) -> Snapshot:
        """Return all that `restore` needs to go on as if never stopped."""
        return Snapshot(
            net=self.net.state_dict(),
            average=self.average.weights,
            optimisers=[optimiser.state_dict() for optimiser in self.optimisers],
            numpy=dict(self.random.bit_generator.state),
            torch=torch.get_rng_state(),
            epoch=self.epoch,
            step=self.step,
            best=self.best,
            best_epoch=self.best_epoch,
            history=self.history,
            ended=self.ended,
        )

    def restore(self, saved: Snapshot) -> None:
        """Take over a snapshot of a state of the same run."""
        self.net.load_state_dict(saved["net"])
        self.average.restore(saved["average"])
        for optimiser, state in zip(self.optimisers, saved["optimisers"], strict=True):
            optimiser.load_state_dict(state)
        self.random.bit_generator.state = saved["numpy"]
        torch.set_rng_state(saved["torch"])
        self.epoch, self.step, self.history = saved["epoch"], saved["step"], saved["history"]
        self.best, self.best_epoch = saved["best"], saved["best_epoch"]
        self.ended = saved["ended"]


def first_state(data: TrainingData, device: torch.device) -> State:
    """Return the state before the first step: random weights, or those of the model to start from.

    Seeds torch's random numbers, which draw the weights and then the dropout.
    """
    start, config = data.start, data.config
    seed = seed_of(start, config)
    torch.manual_seed(seed)
    sizes = len(start.words), len(start.chars), len(start.shapes)
    try:
        net = Net(start.net, *sizes, config.dropout, CHAR_ENCODERS | {"cnn": TabulatedCharCNN})
    except (MemoryError, OverflowError, RuntimeError, TypeError):  # whatever torch says of sizes
        raise ConfigError(
            f"net.hidden: a net of hidden {start.net.hidden}, layers {start.net.layers}, char_size "
            f"{start.net.char_size} does not fit into memory: use smaller numbers"
        ) from None
    weights = net.state_dict()
    for key, array in start.tensors.items():
        weights[key].copy_(torch.from_numpy(array.astype("float32")))
    net.to(device)
    average = MovingAverage(net, config.optimiser.ema)
    optimisers = make_optimisers(net, config.optimiser)
    return State(net, average, optimisers, np.random.default_rng(seed))


def seed_of(start: Artefact, config: TrainConfig) -> int:
    """Return the seed of a run, which is another one after each model that it starts from.

    Stages of one seed would repeat each other's order and noise, and learn them by heart.
    """
    if not start.hash:
        return config.train.seed
    digest = hashlib.sha256(f"{config.train.seed} {start.hash}".encode()).digest()
    return int.from_bytes(digest[:7], "big")
