"""An epoch of a run is described by how it was trained and how dev judges the model after it."""

import time
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import NamedTuple

from ner_service.scoring.f1 import Score


class Step(NamedTuple):
    """A step has a loss a token, the norm of its gradient before clipping, and its rate."""

    loss: float
    gradient: float
    rate: float


@dataclass(frozen=True, slots=True)
class DevScores:
    """Dev scores are strict scores of a model on each dev corpus, and of each label over all."""

    corpora: Mapping[str, Score]  # by the path that the configuration names
    labels: Mapping[str, Score]

    @property
    def f1(self) -> float:
        """Return the mean F1 over the corpora, which chooses the epoch."""
        return sum(score.f1 for score in self.corpora.values()) / len(self.corpora)

    @property
    def total(self) -> Score:
        """Return the counts of all corpora together."""
        counts = [(s.right, s.predicted, s.gold) for s in self.corpora.values()]
        return Score(*map(sum, zip(*counts, strict=True)))


@dataclass(frozen=True, slots=True)
class Epoch:
    """An epoch has the means of its steps, its speed in tokens a second, and its dev scores."""

    number: int  # from 1
    loss: float  # a token
    gradient: float  # mean norm before clipping
    rate: float  # learning rate of the last step
    tokens_s: float
    dev: DevScores
    is_best: bool  # of the run so far

    def record(self) -> dict[str, float]:
        """Return the figures that a model folder keeps, which are the same at every training."""
        return {"epoch": self.number, "loss": self.loss, "dev_f1": self.dev.f1}


@dataclass
class Meter:
    """A meter adds up the steps of an epoch."""

    tokens: int = 0
    steps: int = 0
    rate: float = 0.0  # learning rate of the last step
    _losses: float = 0.0
    _gradients: float = 0.0
    _began: float = field(default_factory=time.perf_counter)
    _seconds: float = 0.0

    def add(self, step: Step, tokens: int) -> None:
        """Count a step of so many tokens."""
        self._losses += step.loss * tokens
        self._gradients += step.gradient
        self.tokens, self.steps, self.rate = self.tokens + tokens, self.steps + 1, step.rate
        self._seconds = time.perf_counter() - self._began

    @property
    def loss(self) -> float:
        """Return the mean loss a token."""
        return self._losses / self.tokens

    def finish(self, number: int, dev: DevScores, best: float) -> Epoch:
        """Return the epoch of that number; `best` is the best dev F1 before it."""
        return Epoch(
            number=number,
            loss=self.loss,
            gradient=self._gradients / self.steps,
            rate=self.rate,
            tokens_s=self.tokens / self._seconds,
            dev=dev,
            is_best=dev.f1 > best,
        )
