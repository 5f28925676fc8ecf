"""The command line: a module a command."""

import sys
from collections.abc import Sequence

from ner_service.cli import (
    average,
    benchmark,
    calibrate,
    convert,
    corpora,
    evaluate,
    serve,
    silver,
    tag,
    taggers,
    train,
)
from ner_service.cli.app import app, guarded

__all__ = [
    "app",
    "average",
    "benchmark",
    "calibrate",
    "convert",
    "corpora",
    "evaluate",
    "main",
    "serve",
    "silver",
    "tag",
    "taggers",
    "train",
]


def main(arguments: Sequence[str] | None = None) -> None:
    """Runs the command line; an error that a user can mend is one line and exit code 2."""
    sys.exit(guarded(lambda: app(arguments)))
