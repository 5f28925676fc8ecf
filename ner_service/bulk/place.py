"""A place is where a job writes: its outputs, its ledger of finished files, and its work."""

import hashlib
import os
import shutil
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path

from ner_service.errors import ConfigError, CorpusError
from ner_service.files import lock_file

WORK, LEDGER = ".ner-service", "_ner-service.jsonl"


@dataclass(frozen=True, slots=True)
class Place:
    """A place is a folder, or one file whose work lies in a hidden folder beside it."""

    output: Path
    is_file: bool = False

    @property
    def work(self) -> Path:
        """Return the folder of what is not finished; it goes when all is."""
        if self.is_file:
            return self.output.with_name(f".{self.output.name}{WORK}")
        return self.output / WORK

    @property
    def ledger(self) -> Path:
        """Return the file of what is finished. That of a folder stays, that of a file goes."""
        return (self.work if self.is_file else self.output) / LEDGER

    def final(self, name: str) -> Path:
        """Return where the output of that name goes."""
        return self.output if self.is_file else self.output / name

    def segments(self, name: str) -> Path:
        """Return the folder of the segments of an output."""
        return self.work / hashlib.sha256(os.fsencode(name)).hexdigest()[:32]

    def prepare(self) -> None:
        """Make the folders; raises `ConfigError` where the place holds what is not of a job."""
        if self.is_file:
            if self.output.is_dir():
                raise ConfigError(f"{self.output}: is a folder: end its name in /")
        elif self.output.exists() and not self.output.is_dir():
            raise ConfigError(f"{self.output}: is a file, and should be a folder: name another")
        elif self._holds_others():
            raise ConfigError(
                f"{self.output}: holds other files, which no run of this command wrote: name a new "
                "or an empty folder"
            )
        try:
            self.work.mkdir(parents=True, exist_ok=True)
        except OSError as error:
            raise CorpusError(f"{self.work}: {error.strerror}") from None

    def _holds_others(self) -> bool:
        if not self.output.exists() or self.ledger.exists():
            return False
        return any(path.name != WORK for path in self.output.iterdir())

    @contextmanager
    def lock(self) -> Iterator[None]:
        """Hold the place; raises `ConfigError` where another run holds it.

        The system gives the lock back when the process ends, however it ends; children of the
        process do not have it. Where a run is refused or does nothing, no folder of work stays.
        """
        lock = self.work / "lock"
        with lock.open("w") as file:
            if not lock_file(file):
                raise ConfigError(
                    f"{self.output}: another run writes there: wait for its end, or name another"
                )
            try:
                yield
            finally:
                if self.work.exists() and [*self.work.iterdir()] == [lock]:
                    self.clear()

    def clear(self) -> None:
        """Remove the work, when all is finished."""
        shutil.rmtree(self.work, ignore_errors=True)
        with suppress(OSError):
            self.work.rmdir()
