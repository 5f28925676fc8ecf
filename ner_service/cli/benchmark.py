"""`benchmark`: quality, robustness, speed and HTTP of taggers, on one's own corpus too."""

from importlib import import_module
from importlib.util import find_spec
from typing import Any

import typer

from ner_service.cli.app import app
from ner_service.errors import ConfigError

HARNESSES = ("ner_service._benchmarks", "benchmarks")  # in a wheel, in a checkout


@app.command(
    context_settings={"allow_extra_args": True, "ignore_unknown_options": True},
    add_help_option=False,
)
def benchmark(context: typer.Context) -> None:
    """Measure taggers: quality, robustness, speed, HTTP; then make the report (see --help)."""
    _harness().main(context.args, "ner-service benchmark")


def _harness() -> Any:
    """The command line of the harness, which has its options."""
    for name in HARNESSES:
        if find_spec(name):
            return import_module(f"{name}.cli")
    raise ConfigError("the benchmark is not installed: it comes with the wheel or in a checkout")
