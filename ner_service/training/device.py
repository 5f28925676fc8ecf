"""Where and in what precision a net trains: detected, never assumed."""

from contextlib import AbstractContextManager, nullcontext
from dataclasses import dataclass

import torch

from ner_service.errors import ConfigError
from ner_service.training.config import Optimisation


@dataclass(frozen=True, slots=True)
class Place:
    """A device and whether matrix products run in bfloat16 there."""

    device: torch.device
    bf16: bool

    def autocast(self) -> AbstractContextManager[None]:
        """The context in which forward passes run."""
        if not self.bf16:
            return nullcontext()
        return torch.autocast(self.device.type, dtype=torch.bfloat16)


def find_place(train: Optimisation) -> Place:
    """Picks CUDA where it is, and bfloat16 where the hardware multiplies it fast."""
    cuda = torch.cuda.is_available()
    if train.device == "cuda" and not cuda:
        raise ConfigError("train.device: cuda: no CUDA device here; use cpu or auto")
    device = torch.device("cuda" if cuda and train.device != "cpu" else "cpu")
    fast = torch.cuda.is_bf16_supported() if device.type == "cuda" else _has_bf16()
    return Place(device, fast if train.precision == "auto" else train.precision == "bf16")


def _has_bf16() -> bool:
    # without such units, AMX or those of AVX-512, bfloat16 on a CPU is slower than float32
    return bool(torch.cpu._is_amx_tile_supported() or torch.cpu._is_avx512_bf16_supported())
