"""Installing is measured: what each extra weighs, and how long a start takes from nothing.

    python -m benchmarks.installation benchmarks/installation.json

Each extra goes into a fresh virtual environment. Then a clone of this checkout is set up and
started by `make`, with an empty folder of kernels, and asked until it answers.
"""

import json
import os
import shutil
import signal
import subprocess
import sys
import time
import urllib.request
from collections.abc import Callable
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any
from urllib.error import URLError

ROOT = Path(__file__).parents[1]
EXTRAS = (
    *("client", "tag", "serve", "uvloop,spacy", "mcp", "explore", "ray"),
    *("train", "tune", "huggingface"),  # with torch
)
PORT = 8765
PATIENCE_S = 600.0  # for a first answer, on a busy machine
QUESTION = json.dumps({"text": "Анна Каренина уехала в Москву."}).encode()


def measure(extras: tuple[str, ...] = EXTRAS) -> dict[str, Any]:
    """Return the sizes of the extras, and the seconds of two starts."""
    with TemporaryDirectory(prefix="ner-install-") as folder:
        run("-m", "pip", "wheel", "-q", "--no-deps", "-w", folder, str(ROOT))
        (wheel,) = Path(folder).glob("*.whl")
        sizes = [size_of(extra, wheel) for extra in extras]
        measured = {"extras": sizes, "start": starts(Path(folder))}
    machine = {"cores": os.cpu_count(), "load": round(os.getloadavg()[0], 1)}  # of the last minute
    return {"python": sys.version.split()[0], **machine, **measured}


def size_of(extra: str, wheel: Path) -> dict[str, Any]:
    """Return megabytes and seconds of installing an extra into a fresh environment."""
    environment = wheel.with_name("venv")
    run("-m", "venv", str(environment))
    before = megabytes(environment)
    constraints = str(ROOT / "constraints.txt")
    seconds = clock(
        lambda: run(
            *("-m", "pip", "install", "-q", "-c", constraints, f"{wheel}[{extra}]"),
            python=environment / "bin" / "python",
        )
    )
    added = megabytes(environment) - before
    shutil.rmtree(environment)
    print(f"{extra}: {added:.0f} MB in {seconds:.0f} s", file=sys.stderr)
    return {"extra": extra, "mb": round(added), "install_s": round(seconds)}


def starts(folder: Path) -> dict[str, float]:
    """Return the seconds from a clone to the first answer, and those of a second start."""
    clone = folder / "clone"
    subprocess.run(["git", "clone", "-q", str(ROOT), str(clone)], check=True)
    environment = {**os.environ, "NUMBA_CACHE_DIR": str(folder / "kernels")}
    environment |= {"PYTHON": sys.executable, "PYTHONPATH": ""}
    setup_s = clock(lambda: make(clone, environment, "setup"))
    first_s, second_s = (first_answer(clone, environment) for _ in range(2))
    seconds = {"setup_s": setup_s, "first_answer_s": first_s, "second_start_s": second_s}
    return {name: round(value, 1) for name, value in seconds.items()}


def make(clone: Path, environment: dict[str, str], *goals: str) -> None:
    """Run make in the clone; its output goes to stderr."""
    subprocess.run(["make", *goals], cwd=clone, env=environment, check=True, stdout=sys.stderr)


def first_answer(clone: Path, environment: dict[str, str]) -> float:
    """Return the seconds from the start of the service to its first answer, and stop it."""
    command = [str(clone / ".venv" / "bin" / "ner-service"), "serve", "--port", str(PORT)]
    log = (clone.parent / "log").open("wb")
    service = subprocess.Popen(command, cwd=clone, env=environment, stderr=log)
    try:
        return clock(wait_for_answer)
    finally:
        service.send_signal(signal.SIGTERM)
        service.wait()
        log.close()


def wait_for_answer() -> None:
    """Ask until the default tagger answers; raises `TimeoutError`."""
    request = urllib.request.Request(
        f"http://127.0.0.1:{PORT}/ner", QUESTION, {"content-type": "application/json"}
    )
    until = time.monotonic() + PATIENCE_S
    while time.monotonic() < until:
        try:
            urllib.request.urlopen(request, timeout=PATIENCE_S).read()
            return
        except (URLError, ConnectionError):  # refused, or 503 while the tagger loads
            time.sleep(0.05)
    raise TimeoutError(f"no answer within {PATIENCE_S:.0f} s")


def clock(action: Callable[[], object]) -> float:
    """Return the seconds that an action takes."""
    began = time.perf_counter()
    action()
    return time.perf_counter() - began


def run(*arguments: str, python: Path = Path(sys.executable)) -> None:
    """Run a Python with these arguments."""
    subprocess.run([str(python), *arguments], check=True)


def megabytes(folder: Path) -> float:
    """Return the size of all files in a folder, links not followed."""
    files = (path for path in folder.rglob("*") if path.is_file() and not path.is_symlink())
    return sum(path.stat().st_size for path in files) / 1e6


if __name__ == "__main__":
    target = Path(sys.argv[1])
    measured = measure(tuple(sys.argv[2:]) or EXTRAS)
    target.write_text(json.dumps(measured, indent=2) + "\n", encoding="utf-8")
