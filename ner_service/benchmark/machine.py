"""Each number is recorded with its machine, the versions of packages and the commit."""

import os
import platform
import re
import subprocess
from contextlib import suppress
from functools import cache
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path

from pydantic import BaseModel

from ner_service.cores import list_cores
from ner_service.errors import MissingExtra
from ner_service.taggers.registry import BACKENDS

PACKAGES = (
    "ner-service",
    *dict.fromkeys(name for backend in BACKENDS.values() for name in backend.packages),
    *("razdel", "numpy", "torch", "seqeval", "fastapi", "uvicorn", "locust"),
)
FLAGS = ("sse4_2", "avx", "avx2", "fma", "avx512f", "avx512_vnni", "avx512_bf16", "amx", "asimd")


class Machine(BaseModel):
    """A machine is where and with what something was measured."""

    cpu: str
    flags: list[str]  # instruction sets that speed up matrix products
    cores: int
    load: float  # average of the minute before
    memory_gb: float
    system: str
    python: str
    versions: dict[str, str]
    commit: str

    @classmethod
    def current(cls) -> "Machine":
        """Returns this machine as it is now."""
        try:
            import psutil
        except ModuleNotFoundError as error:
            raise MissingExtra("psutil", "bench") from error

        cpu, flags = _cpu()
        return cls(
            cpu=cpu,
            flags=flags,
            cores=len(list_cores()),
            load=round(os.getloadavg()[0], 2),
            memory_gb=round(psutil.virtual_memory().total / 2**30, 1),
            system=f"{platform.system()} {platform.machine()}",
            python=platform.python_version(),
            versions=_versions(),
            commit=_commit(),
        )


@cache
def _cpu() -> tuple[str, list[str]]:
    """Returns the processor's name, and those of `FLAGS` that it has."""
    path = Path("/proc/cpuinfo")
    text = path.read_text() if path.exists() else ""
    name = re.search(r"^model name\s*:\s*(.+)", text, re.MULTILINE)
    flags = re.search(r"^(?:flags|Features)\s*:\s*(.+)", text, re.MULTILINE)
    fast = [f for f in (flags[1].split() if flags else ()) if f in FLAGS or f.startswith("amx")]
    return name[1].strip() if name else platform.processor() or platform.machine(), fast


@cache
def _versions() -> dict[str, str]:
    versions = {}
    for name in PACKAGES:
        with suppress(PackageNotFoundError):
            versions[name] = version(name)
    return versions


@cache
def _commit() -> str:
    """Returns the commit of the checkout, marked where files differ; empty outside a checkout."""
    checkout = Path(__file__).parents[2]
    if not (checkout / ".git").exists():
        return ""
    try:
        command = ["git", "describe", "--always", "--dirty", "--abbrev=12", "--exclude=*"]
        done = subprocess.run(command, cwd=checkout, capture_output=True, text=True, check=True)
    except (OSError, subprocess.CalledProcessError):
        return ""
    return done.stdout.strip()
