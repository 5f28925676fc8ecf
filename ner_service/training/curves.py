"""The curves of a run, written for TensorBoard after each epoch."""

from collections.abc import Mapping
from pathlib import Path

from ner_service.errors import ConfigError, MissingExtra


class Curves:
    """Writes loss and dev F1 to a folder that TensorBoard reads."""

    def __init__(self, folder: Path) -> None:
        """Open the folder; raise `MissingExtra` without TensorBoard."""
        try:
            from torch.utils.tensorboard import SummaryWriter
        except ImportError as error:
            raise MissingExtra(f"train.tensorboard ({error})", "train") from error
        self._folder = folder
        try:
            self._writer = SummaryWriter(str(folder))
        except OSError as error:
            raise ConfigError(f"{folder}: {error.strerror or error}") from None

    def add(self, record: Mapping[str, float]) -> None:
        """Add an epoch to the curves; raise `ConfigError` where the disk is full."""
        try:
            for key in ("loss", "dev_f1"):
                self._writer.add_scalar(key, record[key], int(record["epoch"]))
            self._writer.flush()
        except OSError as error:
            raise ConfigError(f"{self._folder}: {error.strerror or error}") from None
