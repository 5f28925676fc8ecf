"""A run's state in one safetensors file: tensors as such, all else as JSON in its header."""

import json
import os
from hashlib import sha256
from pathlib import Path
from typing import Any

from safetensors import SafetensorError, safe_open
from safetensors.torch import save_file
from torch import Tensor

from ner_service.errors import ConfigError


def save(path: Path, state: Any) -> None:
    """Writes the file whole or not at all; raises `ConfigError` and leaves the former one."""
    tensors: dict[str, Tensor] = {}
    header = {"state": json.dumps(_pack(state, tensors))}
    temporary = path.with_name(f"{path.name}.part")
    try:
        save_file(tensors, temporary, metadata=header)
        os.replace(temporary, path)
    except (OSError, SafetensorError) as error:
        raise ConfigError(f"{path}: cannot write the checkpoint: {error}") from None
    finally:
        temporary.unlink(missing_ok=True)


def load(path: Path) -> Any:
    """Reads what `save` wrote; raises `ConfigError` where it cannot be read."""
    if not path.exists():
        raise ConfigError(f"{path}: no checkpoint to resume from; train without --resume")
    try:
        with safe_open(path, framework="pt") as file:
            tensors = {key: file.get_tensor(key) for key in file.keys()}  # noqa: SIM118
            return _unpack(json.loads(file.metadata()["state"]), tensors)
    except (OSError, SafetensorError, KeyError, TypeError, ValueError) as error:
        raise ConfigError(f"{path}: cannot resume from this checkpoint: {error}") from None


def _pack(value: Any, tensors: dict[str, Tensor]) -> Any:
    if isinstance(value, Tensor):
        key = str(len(tensors))
        tensors[key] = value.detach().cpu().clone().contiguous()
        return {"tensor": key}
    if isinstance(value, dict):  # keys may be numbers, which JSON would turn into text
        return {"dict": [[k, _pack(v, tensors)] for k, v in value.items()]}
    if isinstance(value, list | tuple):
        return [_pack(item, tensors) for item in value]
    return value


def _unpack(value: Any, tensors: dict[str, Tensor]) -> Any:
    if isinstance(value, list):
        return [_unpack(item, tensors) for item in value]
    if not isinstance(value, dict):
        return value
    if "tensor" in value:
        return tensors[value["tensor"]]
    return {k: _unpack(v, tensors) for k, v in value["dict"]}


def fingerprint(parts: object) -> str:
    """A short name of what must not change between a run and its continuation."""
    return sha256(json.dumps(parts, sort_keys=True).encode()).hexdigest()[:16]
