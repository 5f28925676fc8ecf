"""The Typer application that every command joins, and the handler that prints errors."""

import os
import sys
from collections.abc import Callable
from typing import Annotated, Any

import typer

from ner_service import __version__
from ner_service.errors import NerError

BROKEN_PIPE, INTERRUPTED = 141, 130  # exit codes, as a shell reports the signals

app = typer.Typer(
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
    context_settings={"help_option_names": ["-h", "--help"]},
)


def _version(wanted: bool) -> None:
    if wanted:
        typer.echo(__version__)
        raise typer.Exit


@app.callback()
def common(
    version: Annotated[
        bool, typer.Option("--version", callback=_version, is_eager=True, help="Show the version.")
    ] = False,
) -> None:
    """Named-entity recognition for Russian: serve it, run it, train it, measure it.

    Corpora are named by path, or by name under the folder in NER_CORPORA.
    """


def run_command(command: Callable[[], Any]) -> int:
    """Run a command, print an error that a user can mend as one line, and return the exit code."""
    try:
        command()
    except NerError as error:
        print(f"ner-service: error: {error}", file=sys.stderr)
        return 2
    except BrokenPipeError:
        # the reader of our output is gone; Python must not try to flush the rest
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return BROKEN_PIPE
    except SystemExit as done:
        return done.code if isinstance(done.code, int) else int(done.code is not None)
    return 0
