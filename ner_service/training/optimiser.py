"""Optimisers, the schedule of their learning rate, and the moving average of the weights."""

import numpy as np
import torch
from torch import Tensor

from ner_service.nets.encoder import Net
from ner_service.training.config import Optimiser

Weights = dict[str, Tensor]


def make_optimisers(net: Net, settings: Optimiser) -> list[torch.optim.Optimizer]:
    """Return an optimiser for dense weights and, for a learned word table, a sparse one.

    Momentum would touch every row of the table: its rate grows by what momentum adds up to.
    """
    table = [net.words.weight] if net.words is not None else []
    dense = [p for p in net.parameters() if all(p is not t for t in table)]
    group, rows = {"params": dense, "share": 1.0}, {"params": table, "share": 1.0}
    if settings.name == "adam":
        adam = torch.optim.Adam([group], settings.lr, fused=True)
        return [adam, torch.optim.SparseAdam([rows], settings.lr)] if table else [adam]
    rows["share"] = 1 / (1 - settings.momentum)
    sgd = torch.optim.SGD([group], settings.lr, settings.momentum)
    return [sgd, torch.optim.SGD([rows], settings.lr)] if table else [sgd]


def learning_rate(settings: Optimiser, epoch: int, share: float) -> float:
    """Return the rate after so many epochs, and after that share of all steps."""
    if settings.schedule == "inverse":
        return settings.lr * (1 / (1 + settings.decay * epoch))
    if settings.schedule == "exponential":
        return settings.lr * settings.decay**epoch
    return settings.lr * cosine(share, settings)


def cosine(share: float, settings: Optimiser) -> float:
    """Return the share of the peak rate: a linear rise, then half a cosine down.

    Cosine annealing is of Loshchilov and Hutter (2017), "SGDR"; the linear warm-up of Goyal et
    al. (2017), "Accurate, Large Minibatch SGD".
    """
    if share < settings.warmup:
        return (share + 1e-3) / (settings.warmup + 1e-3)
    fall = min((share - settings.warmup) / (1 - settings.warmup), 1.0)
    return settings.lr_final + (1 - settings.lr_final) * 0.5 * (1 + float(np.cos(np.pi * fall)))


class MovingAverage:
    """An exponential moving average of a net's weights, which is evaluated and kept.

    Polyak and Juditsky (1992). Early steps count more, so that the random start is forgotten: the
    decay is at most (1 + step) / (10 + step), as in TensorFlow's `ExponentialMovingAverage`. With
    a decay of 0 the average is the net's weights themselves.
    """

    def __init__(self, net: Net, decay: float) -> None:
        self._decay, self._net = decay, net.state_dict()
        self.weights: Weights = (
            {key: weight.clone() for key, weight in self._net.items()} if decay else self._net
        )

    @torch.no_grad()
    def update(self, step: int) -> None:
        """Move the average towards the net after a step; the first step is 1."""
        if self._decay:
            share = 1 - min(self._decay, (1 + step) / (10 + step))
            torch._foreach_lerp_(list(self.weights.values()), list(self._net.values()), share)

    def restore(self, weights: Weights) -> None:
        """Set the average to saved weights."""
        for key, weight in weights.items():
            self.weights[key].copy_(weight)
