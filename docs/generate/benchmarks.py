"""The benchmark's tables of README.md and docs/benchmarks.md come from the committed results."""

from pathlib import Path

from ner_service.benchmark.report.rendering import render_table
from ner_service.benchmark.results import SEED, Store

RESULTS = Path(__file__).parents[2] / "benchmarks" / "results"


def table(name: str) -> str:
    """Returns a table between blank lines."""
    return f"\n{render_table(Store(RESULTS, SEED), name)}\n\n"
