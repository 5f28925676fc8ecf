"""The parts of the benchmark are listed here, a module each."""

from importlib import import_module
from typing import TYPE_CHECKING

if TYPE_CHECKING:  # the command line lists the names without importing a part
    from ner_service.benchmark.comparison import Results
    from ner_service.benchmark.part import Part
    from ner_service.benchmark.results import Store

PARTS = (
    *("selfcheck", "quality", "robustness", "probes", "names", "leaks"),
    *("speed", "growth", "phrases", "scale", "http", "batching"),
)


def load_part(name: str) -> "Part":
    """Imports a part by name."""
    part: Part = import_module(f"{__name__}.{name}").PART
    return part


def load_parts() -> "list[Part]":
    """Imports every part."""
    return [load_part(name) for name in PARTS]


def read_results(store: "Store") -> "Results":
    """Returns the results of all parts."""
    from ner_service.benchmark.comparison import Results

    return Results(store, [part.result for part in load_parts()])
