"""A search space has a range or a list of choices for each key of a training configuration."""

import json
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any, Self

from pydantic import BaseModel, ConfigDict, ValidationError, model_validator

from ner_service.errors import ConfigError, reason_of
from ner_service.training.config import read_config, read_written

Value = str | int | float | bool
NET = "net."  # keys that a model to start from has decided
FIXED = ("name", "output", "languages", "data.dev", "train.tensorboard")  # say nothing of a net
DEFAULTS = {  # what moves dev F1 most of small corpora, and little else
    "optimiser.lr": {"low": 5e-4, "high": 8e-3, "log": True},
    "train.batch_tokens": [200, 400, 800, 1600],
    "dropout.features": {"low": 0.1, "high": 0.6},
    "dropout.states": {"low": 0.0, "high": 0.5},
    "dropout.words": {"low": 0.0, "high": 0.3},
    "net.hidden": [64, 128, 192],
    "net.char_size": [32, 64, 96],
}


class Range(BaseModel):
    """A range of numbers; with `log` its orders of magnitude are alike, and `step` divides it."""

    model_config = ConfigDict(extra="forbid", frozen=True, strict=True, allow_inf_nan=False)

    low: int | float
    high: int | float
    log: bool = False
    step: int | float | None = None

    @model_validator(mode="after")
    def _check(self) -> Self:
        if self.low >= self.high:
            raise ValueError("low must be below high")
        if self.log and self.low <= 0:
            raise ValueError("low must be above 0 where log = true")
        if self.log and self.step is not None:
            raise ValueError("step cannot be had with log = true: leave one of them out")
        if self.step is not None and self.step <= 0:
            raise ValueError("step must be above 0")
        return self

    @property
    def is_whole(self) -> bool:
        """Return whether only whole numbers are meant."""
        return all(isinstance(n, int) for n in (self.low, self.high, self.step or 1))


Dimension = Range | list[Value]
Space = Mapping[str, Dimension]


def read_space(path: Path, overrides: list[str], starts_from_model: bool) -> Space:
    """Return the ranges of the section `tune`, or sensible ones where the file has none.

    Raises `ConfigError` for a range that is none, for a key that a configuration has not, and for a
    value that it does not take.
    """
    ranges = read_written(path, overrides).ranges
    if not isinstance(ranges, dict):
        raise ConfigError(f"{path}: tune: expected a table of keys with ranges or lists")
    space = {key: _dimension(path, key, value) for key, value in _flatten(ranges)}
    if fixed := next((key for key in space if key.startswith(FIXED)), None):
        raise ConfigError(f"{path}: tune.{fixed}: must be the same for all trials: leave it out")
    space = space or {
        key: _dimension(path, key, value)
        for key, value in DEFAULTS.items()
        if not (starts_from_model and key.startswith(NET))
    }
    for key, dimension in space.items():
        for value in _extremes(dimension):
            try:
                read_config(path, [*overrides, as_override(key, value)])
            except ConfigError as error:
                reason = str(error).removeprefix(f"--set {as_override(key, value)}: ")
                raise ConfigError(f"{path}: tune.{key}: {json.dumps(value)}: {reason}") from None
    return space


def as_override(key: str, value: Value) -> str:
    """Return a value as `--set` takes it."""
    return f"{key}={json.dumps(value)}"


def suggest(trial: Any, space: Space) -> dict[str, Value]:
    """Return the values that Optuna proposes for a trial."""
    values: dict[str, Value] = {}
    for key, dimension in space.items():
        if isinstance(dimension, list):
            values[key] = trial.suggest_categorical(key, dimension)
            continue
        bounds = key, dimension.low, dimension.high
        if dimension.is_whole:
            values[key] = trial.suggest_int(*bounds, step=dimension.step or 1, log=dimension.log)
        else:
            values[key] = trial.suggest_float(*bounds, step=dimension.step, log=dimension.log)
    return values


def holds(dimension: Dimension, value: object) -> bool:
    """Return whether a value lies in a dimension."""
    if isinstance(dimension, list):
        return value in dimension
    is_number = isinstance(value, int | float) and not isinstance(value, bool)
    if not is_number or not dimension.low <= value <= dimension.high:  # type: ignore[operator]
        return False
    if dimension.step is None:
        return True
    steps = (value - dimension.low) / dimension.step  # type: ignore[operator]
    return bool(abs(steps - round(steps)) < 1e-9)


def _flatten(table: Mapping[str, Any], prefix: str = "") -> Iterator[tuple[str, Any]]:
    """Yield the keys of nested tables, joined by dots; a table with `low` or `high` is a range."""
    for key, value in table.items():
        if isinstance(value, dict) and not {"low", "high"} & value.keys():
            yield from _flatten(value, f"{prefix}{key}.")
        else:
            yield f"{prefix}{key}", value


def _dimension(path: Path, key: str, value: object) -> Dimension:
    """Return a range or a list of choices; raise `ConfigError` for anything else."""
    place = f"{path}: tune.{key}"
    if isinstance(value, list):
        if len(value) < 2 or not all(isinstance(choice, str | int | float) for choice in value):
            raise ConfigError(f"{place}: expected two or more numbers, words, or true and false")
        if len({json.dumps(choice) for choice in value}) < len(value):
            raise ConfigError(f"{place}: a choice stands there twice: leave one out")
        return value
    if not isinstance(value, dict):
        raise ConfigError(
            f"{place}: expected a list of choices, or {{ low = 0.1, high = 0.5 }}; write the key "
            f'in quotes: "optimiser.lr" = {{ low = 1e-4, high = 1e-2, log = true }}'
        )
    try:
        return Range.model_validate(value)
    except ValidationError as error:
        first = error.errors()[0]
        name = f"{first['loc'][0]}: " if first["loc"] else ""
        is_other = first["type"] not in ("int_type", "float_type")
        reason = reason_of(first["msg"]) if is_other else "expected a number"
        raise ConfigError(f"{place}: {name}{reason}") from None


def _extremes(dimension: Dimension) -> list[Value]:
    return dimension if isinstance(dimension, list) else [dimension.low, dimension.high]
