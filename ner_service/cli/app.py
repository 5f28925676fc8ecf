"""The Typer application that every command joins, and the handler that prints errors."""

import os
import signal
import sys
from collections.abc import Callable
from contextlib import suppress
from typing import Annotated, Any

import typer

from ner_service import __version__
from ner_service.errors import NerError
from ner_service.output.terminal import show

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
        code = _exit_code(command)
        sys.stdout.flush()
        return code
    except NerError as error:
        _print_error(str(error))
    except BrokenPipeError:
        _drop_output()
        return BROKEN_PIPE
    except OSError as error:  # of a full disk, above all
        _drop_output()
        _print_error(f"{error.filename or 'the output'}: {error.strerror or error}")
    except MemoryError:
        _print_error("the memory does not suffice: give it less at a time")
    return 2


def _exit_code(command: Callable[[], Any]) -> int:
    try:
        command()
    except SystemExit as done:
        return done.code if isinstance(done.code, int) else int(done.code is not None)
    return 0


def _print_error(message: str) -> None:
    with suppress(OSError):  # the disk of stderr may be full as well
        print(f"ner-service: error: {show(message)}", file=sys.stderr, flush=True)


def _drop_output() -> None:
    """Has Python not try to write the rest once more when it ends."""
    os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())


ENDING = (signal.SIGTERM, getattr(signal, "SIGHUP", signal.SIGTERM))


def end_by_signals() -> None:
    """Has a signal end the command as an exception does, so that no half-written file stays."""
    for number in ENDING:
        if signal.getsignal(number) is signal.SIG_DFL:  # nohup's is not
            signal.signal(number, _end)


def leave_signals() -> None:
    """Leaves signals as they were, for a server that has handlers of its own."""
    for number in ENDING:
        if signal.getsignal(number) is _end:
            signal.signal(number, signal.SIG_DFL)


def _end(number: int, frame: object) -> None:
    raise SystemExit(128 + number)
