"""Taggers are loaded for the service here; another process compiles missing kernels.

Numba never gives back what compiling takes, some 130 MB: it goes with that process.
"""

import subprocess
import sys
from threading import Lock

from ner_service.service.queue.worker import PROBE
from ner_service.taggers.registry import backend, check_spec, load_tagger
from ner_service.types import Tagger

_one_at_a_time = Lock()


def load(spec: str) -> Tagger:
    """Load a tagger; raises as `load_tagger` does."""
    name, _ = check_spec(spec)
    if not backend(name).kernels:
        return load_tagger(spec)
    with _one_at_a_time:
        return _load(spec)


def _load(spec: str) -> Tagger:
    from ner_service.engine.jit import NotOnDisk, from_disk

    try:
        with from_disk():
            return load_and_warm(spec)
    except NotOnDisk:  # and should that process fail, this one compiles
        command = [sys.executable, "-m", __name__, spec]
        subprocess.run(command, check=False, stderr=subprocess.DEVNULL)
    return load_tagger(spec)


def load_and_warm(spec: str) -> Tagger:
    """Load a tagger and have it answer a text, which loads or compiles all its kernels."""
    tagger = load_tagger(spec)
    tagger.tag([PROBE])
    return tagger


if __name__ == "__main__":
    load_and_warm(sys.argv[1])
