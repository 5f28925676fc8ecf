"""Checkpoints: the state of a run in one safetensors file, with JSON in its header."""

import json
import os
from dataclasses import dataclass
from hashlib import sha256
from pathlib import Path
from typing import Any

from safetensors import SafetensorError, safe_open
from safetensors.torch import save_file
from torch import Tensor

from ner_service.errors import ConfigError
from ner_service.training.data.prepare import TrainingData
from ner_service.training.state import Snapshot


@dataclass(frozen=True)
class Checkpoint:
    """The file that a stopped run goes on from; `run` is the run's fingerprint."""

    path: Path
    run: str

    def save(self, state: Snapshot) -> None:
        """Write the file whole or not at all; raise `ConfigError` and leave the former one."""
        tensors: dict[str, Tensor] = {}
        header = {"run": self.run, "state": json.dumps(_pack(state, tensors))}
        temporary = self.path.with_name(f"{self.path.name}.part")
        try:
            save_file(tensors, temporary, metadata=header)
            os.replace(temporary, self.path)
        except (OSError, SafetensorError) as error:
            raise ConfigError(f"{self.path}: cannot write the checkpoint: {error}") from None
        finally:
            temporary.unlink(missing_ok=True)

    def load(self) -> Snapshot:
        """Read the state; raise `ConfigError` where there is none, or that of another run."""
        if not self.path.exists():
            raise ConfigError(f"{self.path}: no checkpoint to resume from; train without --resume")
        try:
            with safe_open(self.path, framework="pt") as file:
                header = file.metadata() or {}
                tensors = {key: file.get_tensor(key) for key in file.keys()}  # noqa: SIM118

            def unpack(packed: dict[str, Any]) -> Any:
                return tensors[packed["tensor"]] if "tensor" in packed else dict(packed["dict"])

            state: Snapshot = json.loads(header["state"], object_hook=unpack)
        except (OSError, SafetensorError, KeyError, TypeError, ValueError) as error:
            raise ConfigError(f"{self.path}: cannot resume from this checkpoint: {error}") from None
        if header.get("run") != self.run:
            raise ConfigError(
                f"{self.path}: made with another configuration, other data or another version; "
                "train without --resume, and with --overwrite to replace the model"
            )
        return state


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


MAY_CHANGE = {  # keys of the configuration: a run may go on for longer, or by smaller steps
    "train": {"epochs", "steps", "patience", "tensorboard"},
    "optimiser": {"lr"},
}


def fingerprint(data: TrainingData) -> str:
    """Return a short name of all that must not change between a run and its continuation."""
    hashes = [corpus.sha256 for corpus in (*data.train, *data.dev)]
    parts = [data.config.model_dump(exclude=MAY_CHANGE), hashes, data.start.hash]
    return sha256(json.dumps(parts, sort_keys=True).encode()).hexdigest()[:16]
