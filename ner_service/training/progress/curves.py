"""The curves of a run, its figures and its hyperparameters, are written for TensorBoard."""

import json
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from ner_service.errors import ConfigError, MissingExtra
from ner_service.training.progress.epoch import Epoch

SECTIONS = ("net", "train", "optimiser", "dropout", "augmentation")  # of the hyperparameters


class Curves:
    """Curves of each run have a folder of their own, so that TensorBoard compares runs."""

    def __init__(self, runs: Path, config: Mapping[str, Any], done: int) -> None:
        """Open `runs/N` for a run of a configuration that may be published.

        `N` is that of the last run where it goes on after `done` epochs, else a new one. Raises
        `MissingExtra` without TensorBoard.
        """
        try:
            from torch.utils.tensorboard import SummaryWriter
        except ImportError as error:
            raise MissingExtra(f"train.tensorboard ({error})", "train") from error
        self._runs, self._config = runs, config
        folder = choose_folder(runs, done > 0)
        with self._disk_errors():
            self._writer = SummaryWriter(
                str(folder), purge_step=done + 1 if done else None, max_queue=1000
            )
            shown = json.dumps(config, ensure_ascii=False, indent=1)
            self._writer.add_text("configuration", f"```\n{shown}\n```", done)

    def add(self, epoch: Epoch) -> None:
        """Add an epoch to the curves; raise `ConfigError` where the disk is full."""
        total = epoch.dev.total
        figures = {
            "loss": epoch.loss,
            "dev_f1": epoch.dev.f1,
            "dev/precision": total.precision,
            "dev/recall": total.recall,
            "optimiser/learning_rate": epoch.rate,
            "optimiser/gradient_norm": epoch.gradient,
            "speed/tokens_per_second": epoch.tokens_s,
            **{f"label_f1/{label}": score.f1 for label, score in epoch.dev.labels.items()},
        }
        if len(epoch.dev.corpora) > 1:
            figures |= {f"corpus_f1/{path}": s.f1 for path, s in epoch.dev.corpora.items()}
        with self._disk_errors():
            for name, figure in figures.items():
                self._writer.add_scalar(name, figure, epoch.number)
            self._writer.flush()

    def finish(self, best: float, best_epoch: int) -> None:
        """Add the hyperparameters with what they led to, and close the files."""
        metrics = {"hparam/best_dev_f1": best, "hparam/best_epoch": best_epoch}
        with self._disk_errors():
            self._writer.add_hparams(hyperparameters(self._config), metrics, run_name=".")
            self._writer.close()

    @contextmanager
    def _disk_errors(self) -> Iterator[None]:
        try:
            yield
        except OSError as error:
            raise ConfigError(f"{self._runs}: {error.strerror or error}") from None


def choose_folder(runs: Path, goes_on: bool) -> Path:
    """Return the folder of a run: the last one where the run goes on, else one more."""
    here = runs.iterdir() if runs.is_dir() else ()
    last = max((int(path.name) for path in here if path.name.isdecimal()), default=0)
    return runs / str(max(last, 1) if goes_on else last + 1)


def hyperparameters(config: Mapping[str, Any]) -> Mapping[str, Any]:
    """Return the numbers, words and switches of a configuration by their keys."""
    return {"preset": config["preset"]} | {
        f"{section}.{key}": value
        for section in SECTIONS
        for key, value in config[section].items()
        if isinstance(value, bool | int | float | str)
    }
