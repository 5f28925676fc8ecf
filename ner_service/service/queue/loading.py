"""Taggers are loaded for the service here; another process compiles missing kernels.

Numba never gives back what compiling takes, some 130 MB: it goes with that process.
"""

import logging
import subprocess
import sys
from threading import Event, Lock

from ner_service.taggers.registry import load_tagger, needs_kernels
from ner_service.types import Tagger

PROBE = "Анна живёт в Москве."  # what a tagger must answer before it counts as loaded

COMPILE_S = 20  # what compiling takes, about, on one core of 2020
compiling = Event()  # is set while kernels are compiled
_one_at_a_time = Lock()
log = logging.getLogger(__name__)


def load(spec: str) -> Tagger:
    """Load a tagger; raises as `load_tagger` does."""
    if not needs_kernels(spec):
        return load_tagger(spec)
    from ner_service.engine.jit import NotOnDisk, from_disk

    with _one_at_a_time:
        try:
            with from_disk():
                return probe_spec(spec)
        except NotOnDisk:  # and should that process fail, this one compiles
            log.info(
                "%s: compiling kernels, once: about %d s (`ner-service warm` does it ahead)",
                *(spec, COMPILE_S),
            )
            command = [sys.executable, "-m", __name__, spec]
            compiling.set()
            subprocess.run(command, check=False, stderr=subprocess.DEVNULL)
            compiling.clear()
        return load_tagger(spec)


def probe(tagger: Tagger) -> Tagger:
    """Returns the tagger once it has answered a text, with all its kernels compiled."""
    tagger.tag([PROBE])
    return tagger


def probe_spec(spec: str) -> Tagger:
    """Return the tagger of a spec once it has answered a text."""
    return probe(load_tagger(spec))


if __name__ == "__main__":
    probe_spec(sys.argv[1])
