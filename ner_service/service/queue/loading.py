"""Taggers are loaded for the service here; another process compiles missing kernels.

Numba never gives back what compiling takes, some 130 MB: it goes with that process.
"""

import subprocess
import sys
from threading import Lock

from ner_service.taggers.registry import backend, check_spec, load_tagger
from ner_service.types import Tagger

PROBE = "Анна живёт в Москве."  # what a tagger must answer before it counts as loaded

_one_at_a_time = Lock()


def load(spec: str) -> Tagger:
    """Load a tagger; raises as `load_tagger` does."""
    name, _ = check_spec(spec)
    if not backend(name).kernels:
        return load_tagger(spec)
    from ner_service.engine.jit import NotOnDisk, from_disk

    with _one_at_a_time:
        try:
            with from_disk():
                return probe(load_tagger(spec))
        except NotOnDisk:  # and should that process fail, this one compiles
            command = [sys.executable, "-m", __name__, spec]
            subprocess.run(command, check=False, stderr=subprocess.DEVNULL)
        return load_tagger(spec)


def probe(tagger: Tagger) -> Tagger:
    """Returns the tagger once it has answered a text, with all its kernels compiled."""
    tagger.tag([PROBE])
    return tagger


if __name__ == "__main__":
    probe(load_tagger(sys.argv[1]))
