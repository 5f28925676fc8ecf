"""A tagger is timed in a process of its own, on one core."""

import gc
import json
import os
import resource
import subprocess
import sys
import time
from collections.abc import Callable, Sequence
from contextlib import ExitStack
from functools import partial
from pathlib import Path
from typing import Any

from ner_service.benchmark.processes import natasha_library, spacy_library
from ner_service.benchmark.processes.cutters import CUTTERS, Cutter
from ner_service.benchmark.processes.name_chains import CHAINS, Chain
from ner_service.cores import list_cores
from ner_service.errors import ConfigError, NerError
from ner_service.taggers.models import model_and_convention
from ner_service.taggers.registry import check_spec, load_tagger
from ner_service.types import Tagger

FIRST_TEXT = "Посол Чили прилетел в Киров."
THREADS = ("OMP_NUM_THREADS", "MKL_NUM_THREADS", "OPENBLAS_NUM_THREADS", "NUMBA_NUM_THREADS")
DATA_BYTES = 1 << 16  # smaller files are code and metadata
LIBRARIES: dict[str, Callable[[], Tagger]] = {
    natasha_library.NAME: natasha_library.load,
    spacy_library.NAME: spacy_library.load,
}
CODE = (".py", ".pyc", ".so", ".dat", ".json")


class Worker(ExitStack):
    """A worker is the parent's handle of the process, which ends with the block."""

    def __init__(self, spec: str) -> None:
        super().__init__()
        started = time.perf_counter()
        pipes = {"stdin": subprocess.PIPE, "stdout": subprocess.PIPE}
        # in a group of its own, so that the terminal's interrupt goes to the parent alone
        self._process = self.enter_context(spawn(0, __name__, spec, process_group=0, **pipes))
        self.loaded = self._answer()
        self.load_s = time.perf_counter() - started

    def time(self, texts: Sequence[str], batch: int = 0) -> dict[str, Any]:
        """Returns CPU seconds for the texts in calls of `batch`, or in one call."""
        stdin = self._process.stdin
        assert stdin
        stdin.write(json.dumps({"texts": list(texts), "batch": batch}).encode() + b"\n")
        stdin.flush()
        return self._answer()

    def _answer(self) -> dict[str, Any]:
        assert self._process.stdout
        try:
            line = self._process.stdout.readline()
        except KeyboardInterrupt:
            self._process.kill()
            raise
        if not line:
            self.close()
            code = self._process.returncode
            raise ConfigError(f"a benchmark process ended with code {code}; its error is above")
        answer: dict[str, Any] = json.loads(line)
        return answer


def spawn(core: int, module: str, *arguments: str, **options: Any) -> subprocess.Popen[bytes]:
    """Starts a module on one core, one thread a library, without this environment's settings."""
    inherited = {name: value for name, value in os.environ.items() if not name.startswith("NER_")}
    path = os.pathsep.join(p for p in sys.path if p)
    environment = {**inherited, **dict.fromkeys(THREADS, "1"), "PYTHONPATH": path}
    return subprocess.Popen(
        [sys.executable, "-m", module, *arguments],
        env=environment | options.pop("settings", {}),
        preexec_fn=partial(_keep_to_core, list_cores()[core % len(list_cores())]),
        **options,
    )


def _keep_to_core(core: int) -> None:
    if hasattr(os, "sched_setaffinity"):
        os.sched_setaffinity(0, {core})


def load(spec: str) -> Tagger | Cutter | Chain:
    """Loads a tagger of ours by spec, the library that it is compared with, a cutter or a chain."""
    if spec in CUTTERS:
        return Cutter(spec)
    if spec in CHAINS:
        return CHAINS[spec]()
    return LIBRARIES[spec]() if spec in LIBRARIES else load_tagger(spec)


def _megabytes() -> float:
    """Returns the greatest resident memory of this process so far, in MiB."""
    status = Path("/proc/self/status")
    if status.exists():  # getrusage would count what the parent had when it forked
        fields = dict(line.split(":", 1) for line in status.read_text().splitlines())
        return int(fields["VmHWM"].split()[0]) / 2**10
    unit = 1 if sys.platform == "darwin" else 2**10
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * unit / 2**20


def _time(tagger: Tagger | Cutter | Chain, texts: Sequence[str], batch: int) -> dict[str, Any]:
    calls = [texts[at : at + batch] for at in range(0, len(texts), batch)] if batch else [texts]
    gc.collect()  # else by chance a collection of all that was loaded falls into one short timing
    started = time.process_time()
    entities = sum(len(answer) for call in calls for answer in tagger.tag(call))
    return {"cpu": time.process_time() - started, "entities": entities, "peak_mb": _megabytes()}


def serve(spec: str) -> None:
    """Answers each line of texts on stdin by a line of figures, until it ends."""
    read: set[str] = set()
    sys.addaudithook(lambda event, args: read.add(str(args[0])) if event == "open" else None)
    tagger = load(spec)
    tagger.tag([FIRST_TEXT])
    ready = {"loaded_mb": _megabytes(), "disk_mb": _on_disk(spec, read)}
    print(json.dumps(ready), flush=True)
    for line in sys.stdin:
        request = json.loads(line)
        print(json.dumps(_time(tagger, request["texts"], request["batch"])), flush=True)


def _on_disk(spec: str, read: set[str]) -> float:
    """Returns the size of a tagger's model folder and of the large files that it read, in MiB."""
    files = {Path(name).resolve() for name in read if name.startswith("/")}
    packed = (p for p in files if "site-packages" in p.parts and p.suffix not in CODE)
    files = {p for p in packed if p.is_file() and p.stat().st_size > DATA_BYTES}
    try:
        folder, _ = model_and_convention(check_spec(spec)[1] or "nowhere")
        files |= {p.resolve() for p in folder.rglob("*") if p.is_file()}
    except NerError:
        pass  # a package or a cutter has no model folder
    return sum(p.stat().st_size for p in files) / 2**20


if __name__ == "__main__":
    serve(sys.argv[1])
