"""A run trains one configuration without a word, and says how good its model became."""

import time
from collections.abc import Iterable
from contextlib import redirect_stderr, redirect_stdout
from dataclasses import dataclass
from pathlib import Path

import torch

from ner_service.training.progress.epoch import Epoch
from ner_service.training.train import Watcher, train_from_file


@dataclass(frozen=True, slots=True)
class Run:
    """A run has a model folder, its best dev F1, and what training took."""

    folder: Path
    dev_f1: float
    epochs: int
    seconds: float


def train_quietly(
    config: Path,
    overrides: Iterable[str],
    log: Path,
    init: str | None,
    root: Path | None,
    *watchers: Watcher,
) -> Run:
    """Train as `train` does; all that it prints goes to the file `log`, line by line.

    One thread is used, which is the fastest for nets of this size on a CPU.
    """
    torch.set_num_threads(1)
    epochs: list[Epoch] = []
    began = time.perf_counter()
    with (
        log.open("w", encoding="utf-8", buffering=1) as file,
        redirect_stdout(file),
        redirect_stderr(file),
    ):
        folder = train_from_file(
            config, overrides, False, init, root, epochs.append, *watchers, overwrite=True
        )
    seconds = time.perf_counter() - began
    best = max(epoch.dev.f1 for epoch in epochs)
    return Run(folder, best, len(epochs), seconds)
