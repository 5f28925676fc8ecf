"""The machine, the versions and the commit behind a number."""

import os
import platform
import subprocess
from functools import cache
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path

from pydantic import BaseModel

from ner_service.taggers.registry import BACKENDS

PACKAGES = (
    "ner-service",
    *dict.fromkeys(name for backend in BACKENDS.values() for name in backend.packages),
    *("razdel", "numpy", "torch", "seqeval", "fastapi", "uvicorn", "locust"),
)
TELLING = ("sse4_2", "avx", "avx2", "fma", "avx512f", "avx512_vnni", "avx512_bf16", "amx", "asimd")


class Machine(BaseModel):
    """Where and with what something was measured; `load` is that of the minute before."""

    cpu: str
    flags: list[str]
    cores: int
    load: float
    memory_gb: float
    system: str
    python: str
    versions: dict[str, str]
    commit: str

    @classmethod
    def here(cls) -> "Machine":
        """This machine, now."""
        import psutil

        cpu, flags = _cpu()
        return cls(
            cpu=cpu,
            flags=flags,
            cores=len(cores()),
            load=round(os.getloadavg()[0], 2),
            memory_gb=round(psutil.virtual_memory().total / 2**30, 1),
            system=f"{platform.system()} {platform.machine()}",
            python=platform.python_version(),
            versions=_versions(),
            commit=_commit(),
        )


def cores() -> list[int]:
    """The cores that this process may use."""
    if hasattr(os, "sched_getaffinity"):
        return sorted(os.sched_getaffinity(0))
    return list(range(os.cpu_count() or 1))


@cache
def _cpu() -> tuple[str, list[str]]:
    """The processor's name, and those of its instruction sets that tell in matrix products."""
    path = Path("/proc/cpuinfo")
    if not path.exists():
        return platform.processor() or platform.machine(), []
    facts: dict[str, str] = {}
    for line in path.read_text().splitlines():
        name, _, value = line.partition(":")
        facts.setdefault(name.strip(), value.strip())
    flags = facts.get("flags", facts.get("Features", "")).split()
    told = [f for f in flags if f in TELLING or f.startswith("amx")]
    return facts.get("model name", platform.machine()), told


@cache
def _versions() -> dict[str, str]:
    found = {}
    for name in PACKAGES:
        try:
            found[name] = version(name)
        except PackageNotFoundError:
            continue
    return found


@cache
def _commit() -> str:
    """The commit of the checkout, marked where files differ from it; empty outside of one."""
    here = Path(__file__).parents[2]
    if not (here / ".git").exists():
        return ""
    try:
        command = ["git", "describe", "--always", "--dirty", "--abbrev=12", "--exclude=*"]
        done = subprocess.run(command, cwd=here, capture_output=True, text=True, check=True)
    except (OSError, subprocess.CalledProcessError):
        return ""
    return done.stdout.strip()
