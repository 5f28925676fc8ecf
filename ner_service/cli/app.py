"""The Typer application that every command joins, and the handler that prints errors."""

import os
import signal
import sys
from collections.abc import Callable, Sequence
from contextlib import suppress
from enum import StrEnum
from typing import Annotated, Any

import typer
from typer.core import TyperGroup
from typer.exceptions import TyperException

from ner_service import __version__
from ner_service.cli.printing import echo
from ner_service.errors import NerError, reason_of
from ner_service.output.terminal import show

BROKEN_PIPE, INTERRUPTED, USAGE = 141, 130, 2  # exit codes, as a shell reports the signals


class Panel(StrEnum):
    """The panels of the help group the commands by what they are for."""

    USE = "Use"
    TRAIN = "Train"
    DATA = "Data"
    MEASURE = "Measure"


class CommandsByUse(TyperGroup):
    """The group of all commands lists them by panel, the most wanted of a panel first."""

    FIRST = ("tag", "serve", "train", "corpora", "evaluate")

    def list_commands(self, context: Any) -> list[str]:
        """Return the names of the commands in the order of the help."""
        place: dict[object, int] = {panel: n for n, panel in enumerate(Panel)}
        names = super().list_commands(context)

        def rank(name: str) -> tuple[int, int]:
            panel = place.get(getattr(self.commands[name], "rich_help_panel", None), len(place))
            return panel, self.FIRST.index(name) if name in self.FIRST else len(self.FIRST)

        return sorted(names, key=rank)

    def main(self, args: Sequence[str] | None = None, *rest: Any, **named: Any) -> Any:
        """Run a command; a wrong option is one line, as every error is that a user can mend."""
        args = complete_options(sys.argv[1:] if args is None else args)
        try:
            check_not_empty(args)
            done = super().main(args, *rest, **named | {"standalone_mode": False})
        except typer.Abort:
            sys.exit("Aborted.")
        except TyperException as error:
            sys.exit(print_usage_error(error))
        sys.exit(done if isinstance(done, int) else 0)


def check_not_empty(arguments: Sequence[str]) -> None:
    """Raise `typer.BadParameter` where an argument is empty, which as a path is this folder."""
    if "" in arguments:
        before = " ".join(arguments[: arguments.index("")])
        raise typer.BadParameter(
            f"the argument behind '{before}' is empty: give it, or leave it out with its option; "
            "is a variable of the shell not set?"
        )


def complete_options(arguments: Sequence[str]) -> list[str]:
    """Return arguments with `auto` behind a `--ray` that names no address, which Typer demands."""
    completed = list(arguments)
    for n in reversed(range(len(completed))):
        if completed[n] == "--ray" and "".join(completed[n + 1 : n + 2])[:1] in ("", "-"):
            completed.insert(n + 1, "auto")
    return completed


def print_usage_error(error: Any) -> int:
    """Print what is wrong with an option or argument, and where its help is; return the code."""
    if type(error).__name__ == "NoArgsIsHelpError":
        error.show()
        return USAGE
    what, colon, reason = " ".join(error.format_message().split()).removesuffix(".").partition(": ")
    message = what + colon + reason_of(reason)
    context = getattr(error, "ctx", None)
    place = f"; see {context.command_path} --help" if context else ""
    print(show(f"ner-service: error: {message}{place}"), file=sys.stderr)
    return USAGE


app = typer.Typer(
    cls=CommandsByUse,
    no_args_is_help=True,
    rich_markup_mode="markdown",  # so that a paragraph of a docstring is one, however it is broken
    pretty_exceptions_enable=False,
    context_settings={"help_option_names": ["-h", "--help"]},
    epilog="Begin with `ner-service tag article.txt`, or with `ner-service serve` and the page at "
    "http://localhost:8000/. `ner-service COMMAND --help` shows an example of each command.",
)


def example(command: str) -> str:
    """Return an epilog that shows a command line."""
    return f"Example: `ner-service {command}`"


def _version(wanted: bool) -> None:
    if wanted:
        echo(__version__)
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
