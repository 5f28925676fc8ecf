"""Checkpoints: the state of a run in one safetensors file, with JSON in its header."""

import json
import os
from dataclasses import asdict, dataclass
from hashlib import sha256
from pathlib import Path
from typing import Any

from safetensors import SafetensorError, safe_open
from safetensors.torch import save_file
from torch import Tensor

from ner_service.errors import ConfigError
from ner_service.training.data.prepare import TrainingData
from ner_service.training.state import Snapshot

ANEW = "train without --resume, and with --overwrite to replace the model"


@dataclass(frozen=True)
class Start:
    """The start of a run is a model, as `--from` names it, with its hash; empty from scratch."""

    model: str = ""
    sha256: str = ""

    def __str__(self) -> str:
        """Return the start as it stands in an error."""
        return f"the model {self.model}" if self.model else "random weights"


@dataclass(frozen=True)
class Checkpoint:
    """The file that a stopped run goes on from; `run` is the run's fingerprint."""

    path: Path
    run: str
    start: Start

    def save(self, state: Snapshot) -> None:
        """Write the file whole or not at all; raise `ConfigError` and leave the former one."""
        tensors: dict[str, Tensor] = {}
        header = {
            "run": self.run,
            "start": json.dumps(asdict(self.start)),
            "state": json.dumps(_pack(state, tensors)),
        }
        temporary = self.path.with_name(f"{self.path.name}.part")
        try:
            save_file(tensors, temporary, metadata=header)
            os.replace(temporary, self.path)
        except (OSError, SafetensorError) as error:
            raise ConfigError(
                f"{self.path}: cannot write the checkpoint: {error}: make room, then --resume"
            ) from None
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
            raise ConfigError(
                f"{self.path}: cannot resume from this checkpoint: {error}: {ANEW}"
            ) from None
        if header.get("run") != self.run:
            raise ConfigError(
                f"{self.path}: made with another configuration, other data or another version: "
                f"go on with what it was made with, or {ANEW}"
            )
        return state


def read_start(path: Path) -> Start | None:
    """Return what the run of a checkpoint began with; nothing where no readable file says it."""
    try:
        with safe_open(path, framework="pt") as file:
            return Start(**json.loads((file.metadata() or {})["start"]))
    except (OSError, SafetensorError, KeyError, TypeError, ValueError):
        return None


def check_start(path: Path, start: Start, given: str | None) -> None:
    """Raise `ConfigError` where a run would go on from another model than it began with."""
    began = read_start(path)
    if began is None or began.sha256 == start.sha256:
        return
    if given is not None and given != began.model:
        raise ConfigError(
            f"--from: {given}: the run to resume began with {began}: leave --from out, or leave "
            "--resume out and name another folder by --set output=FOLDER"
        )
    raise ConfigError(
        f"--resume: the run began with {began}, which has changed since: put back what it was, "
        f"or {ANEW}"
    )


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
