"""A ledger lists the finished files of a job, a JSON line each, behind a line about the job."""

import json
import os
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Self

from ner_service.bulk.chunk import Counts
from ner_service.bulk.job import digest_of
from ner_service.bulk.segments import sync
from ner_service.errors import ConfigError


@dataclass(frozen=True, slots=True)
class Finished:
    """A finished file has the state of its source, by which a changed one is noticed."""

    name: str
    size: int
    mtime_ns: int
    texts: int
    chars: int
    entities: int

    @property
    def counts(self) -> Counts:
        """Return what was tagged in the file."""
        return Counts(self.texts, self.chars, self.entities)

    def is_of(self, state: os.stat_result) -> bool:
        """Return whether a source is as it was."""
        return (self.size, self.mtime_ns) == (state.st_size, state.st_mtime_ns)


class Ledger:
    """A ledger grows by a line as each file is finished."""

    def __init__(self, path: Path, key: str, finished: dict[str, Finished]) -> None:
        self._path, self.key, self.finished = path, key, finished

    @classmethod
    def open(cls, path: Path, facts: Mapping[str, object]) -> Self:
        """Read the ledger of a job, or begin it; raises `ConfigError` where it is another's."""
        lines = _whole_lines(path)
        if not lines:
            path.write_text(json.dumps(facts) + "\n")
            return cls(path, digest_of(facts), {})
        earlier, finished = _parse(lines, path)
        _check_same(earlier, facts, path)
        return cls(path, digest_of(facts), {each.name: each for each in finished})

    def add(self, finished: Finished) -> None:
        """Note a finished file."""
        with self._path.open("a") as file:
            file.write(json.dumps(asdict(finished)) + "\n")
        sync(self._path)
        self.finished[finished.name] = finished


def _whole_lines(path: Path) -> list[str]:
    """Return the lines of a ledger; one that a crash cut short is taken off the file."""
    if not path.exists():
        return []
    try:
        data = path.read_bytes()
    except OSError as error:
        raise ConfigError(f"{path}: {error.strerror}: name another folder") from None
    whole = data[: data.rfind(b"\n") + 1]
    if whole != data:
        os.truncate(path, len(whole))
    return whole.decode(errors="replace").splitlines()


def _parse(lines: Sequence[str], path: Path) -> tuple[Mapping[str, object], list[Finished]]:
    """Return the facts of the job and its finished files; raises `ConfigError` on other lines."""
    try:
        earlier, *rest = map(json.loads, lines)
        if isinstance(earlier, dict):
            return earlier, [Finished(**line) for line in rest]
    except (ValueError, TypeError):
        pass
    raise ConfigError(
        f"{path}: was not written by this command, or was changed: name another folder, or delete "
        "this one"
    )


def _check_same(earlier: Mapping[str, object], facts: Mapping[str, object], path: Path) -> None:
    """Raise `ConfigError` where a ledger is of another job; it says what differs."""
    now = json.loads(json.dumps(facts))
    for key in dict.fromkeys([*earlier, *now]):
        if earlier.get(key) != now.get(key):
            raise ConfigError(
                f"{path.parent}: holds the output of another job ({key}: "
                f"{_show(earlier.get(key))}, now {_show(now.get(key))}): name another folder, or "
                "delete this one"
            )


def _show(value: object) -> str:
    return json.dumps(value, ensure_ascii=False)
