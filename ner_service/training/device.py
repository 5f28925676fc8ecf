"""The device and the precision in which a net trains: detected, never assumed."""

from contextlib import AbstractContextManager, nullcontext
from dataclasses import dataclass
from typing import Any

import torch
from torch import Tensor

from ner_service.training.config import Hardware
from ner_service.training.data.batches import GoldBatch


class MissingHardware(ValueError):
    """The machine lacks what a key of the configuration asks for."""

    def __init__(self, key: str, message: str) -> None:
        super().__init__(message)
        self.key = key


@dataclass(frozen=True, slots=True)
class Place:
    """A device, and whether matrix products run in bfloat16 there."""

    device: torch.device
    bf16: bool

    def __str__(self) -> str:
        """Return the device and the form of its numbers."""
        return f"{self.device} in {'bfloat16' if self.bf16 else 'float32'}"

    def autocast(self) -> AbstractContextManager[None]:
        """Return the context in which forward passes run."""
        if not self.bf16:
            return nullcontext()
        return torch.autocast(self.device.type, dtype=torch.bfloat16)

    def move(self, example: GoldBatch) -> GoldBatch:
        """Return the batch with every tensor on the device."""
        moved: GoldBatch = _move(example, self.device) if self.device.type != "cpu" else example
        return moved


def _move(value: Any, device: torch.device) -> Any:
    """Move every tensor inside nested dataclasses."""
    if value is None:
        return value
    if isinstance(value, Tensor):
        return value.to(device, non_blocking=True)
    parts = {name: _move(getattr(value, name), device) for name in value.__slots__}
    return type(value)(**parts)


def find_place(hardware: Hardware) -> Place:
    """Pick CUDA where it is, and bfloat16 where the hardware multiplies it fast.

    Raises `MissingHardware` where the machine lacks the device or precision that is asked for.
    """
    cuda = torch.cuda.is_available()
    if hardware.device == "cuda" and not cuda:
        raise MissingHardware("hardware.device", "cuda: no CUDA device here; use cpu or auto")
    device = torch.device("cuda" if cuda and hardware.device != "cpu" else "cpu")
    if hardware.precision == "bf16" and device.type == "cpu" and not can_compute_bf16():
        message = "bf16: this CPU cannot compute in bfloat16; use fp32 or auto"
        raise MissingHardware("hardware.precision", message)
    # without such units, AMX or those of AVX-512, bfloat16 on a CPU is slower than float32
    on_cpu = torch.cpu._is_amx_tile_supported() or torch.cpu._is_avx512_bf16_supported()
    fast = torch.cuda.is_bf16_supported() if device.type == "cuda" else on_cpu
    return Place(device, fast if hardware.precision == "auto" else hardware.precision == "bf16")


def can_compute_bf16() -> bool:
    """Say whether oneDNN has kernels in bfloat16 for this CPU, be they slow; an LSTM needs them."""
    return bool(torch.ops.mkldnn._is_mkldnn_bf16_supported())
