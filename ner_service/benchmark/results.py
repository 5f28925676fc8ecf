"""Measurements are kept with all that is needed to judge and to repeat them, one file a part."""

import json
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from statistics import median
from typing import Any, ClassVar, Generic, TypeVar, TypeVarTuple

from pydantic import BaseModel, ConfigDict, JsonValue, TypeAdapter, ValidationError

from ner_service.benchmark.machine import Machine
from ner_service.errors import ConfigError
from ner_service.files import atomic_file

FORMAT = "1"
SEED = 20160229  # the default of what is drawn: samples, typos, order, tests of significance
FILE = TypeAdapter(dict[str, JsonValue])


class Result(BaseModel):
    """A result is one measurement; `kind` names the part that makes it, and the part's file."""

    model_config = ConfigDict(frozen=True, extra="forbid")
    kind: ClassVar[str]
    names_machine: ClassVar[bool] = False  # in the footnotes
    sets_order: ClassVar[bool] = False  # of the taggers in tables

    @property
    def taggers(self) -> Sequence[str]:
        """Returns the specs of the taggers that were measured."""
        return ()


class TaggerResult(Result):
    """A tagger result is a measurement of one tagger, named by its spec."""

    tagger: str

    @property
    def taggers(self) -> Sequence[str]:
        """Returns the specs of the taggers that were measured."""
        return (self.tagger,)


class CorpusResult(TaggerResult):
    """A corpus result is a measurement of one tagger on one corpus; `ours` marks our own corpus."""

    corpus: str
    ours: bool


@dataclass(frozen=True)
class Spread:
    """A spread is the median of several rounds, with the least and the greatest value."""

    median: float
    low: float
    high: float

    @classmethod
    def of(cls, values: Sequence[float]) -> "Spread":
        """Returns the spread of the values of all rounds."""
        return cls(median(values), min(values), max(values))

    @classmethod
    def of_ratios(cls, values: Sequence[float], base: Sequence[float]) -> "Spread":
        """Returns the spread of the ratios of two measurements, taken round by round."""
        return cls.of([a / b for a, b in zip(values, base, strict=True)])


R = TypeVar("R", bound=Result)
Ts = TypeVarTuple("Ts")


class Record(BaseModel, Generic[R]):
    """A record is a result with its seed, date and machine, and the key of what was measured."""

    key: dict[str, str]
    seed: int
    created: str
    machine: Machine
    result: R


class Store:
    """A store is a folder of records; a measurement whose key is there is not made again."""

    def __init__(self, folder: Path, seed: int, fresh: bool = False) -> None:
        self.folder, self.seed, self._fresh = folder, seed, fresh

    def measure(
        self, kind: type[R], name: str, key: Mapping[str, str], run: Callable[[*Ts], R], *args: *Ts
    ) -> R:
        """Returns the stored result of that name and key, or calls `run` and stores its result."""
        full_key = {"format": FORMAT, "seed": str(self.seed), **key}
        stored = _parse(kind, self._read(kind).get(name))
        if stored and stored.key == full_key and not self._fresh:
            return stored.result
        record = Record[kind](  # type: ignore[valid-type]
            key=full_key,
            seed=self.seed,
            machine=Machine.current(),
            result=run(*args),
            created=datetime.now(UTC).isoformat(timespec="seconds"),
        )
        self._write(kind, {**self._read(kind), name: record.model_dump(mode="json")})
        return record.result

    def records(self, kind: type[R]) -> list[Record[R]]:
        """Returns every record of a kind, by name; raises `ConfigError` for an unreadable one."""
        parsed = []
        for name, value in sorted(self._read(kind).items()):
            record = _parse(kind, value)
            if record is None:
                raise ConfigError(
                    f"{self._path(kind)}: {name}: is of another format: measure again with --fresh"
                )
            parsed.append(record)
        return parsed

    def _path(self, kind: type[Result]) -> Path:
        return self.folder / f"{kind.kind}.json"

    def _read(self, kind: type[Result]) -> dict[str, JsonValue]:
        path = self._path(kind)
        if not path.exists():
            return {}
        try:
            return FILE.validate_json(path.read_bytes())
        except ValidationError:
            raise ConfigError(f"{path}: is no file of results: delete it, then measure") from None
        except OSError as error:
            raise ConfigError(f"{path}: {error.strerror}") from None

    def _write(self, kind: type[Result], records: Mapping[str, JsonValue]) -> None:
        """Writes a JSON object with a line a record, so that a diff shows what was measured."""
        lines = [
            f"{json.dumps(name, ensure_ascii=False)}: {json.dumps(value, ensure_ascii=False)}"
            for name, value in sorted(records.items())
        ]
        with atomic_file(self._path(kind)) as file:
            file.write(("{\n" + ",\n".join(lines) + "\n}\n").encode())


def _parse(kind: type[R], value: JsonValue | None) -> Record[R] | None:
    """Returns a record, or `None` where there is none, or one of another format."""
    try:
        record: Any = Record[kind].model_validate(value)  # type: ignore[valid-type]
    except ValidationError:
        return None
    return record  # type: ignore[no-any-return]
