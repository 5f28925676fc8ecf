"""The Typer application that every command joins, and the handler that prints errors."""

import os
import sys
from collections.abc import Callable, Sequence
from enum import StrEnum
from typing import Annotated, Any

import typer
from typer.core import TyperGroup
from typer.exceptions import TyperException

from ner_service import __version__
from ner_service.errors import NerError

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
        place = {panel: n for n, panel in enumerate(Panel)}
        names = super().list_commands(context)

        def rank(name: str) -> tuple[int, int]:
            panel = place[getattr(self.commands[name], "rich_help_panel", Panel.USE)]
            return panel, self.FIRST.index(name) if name in self.FIRST else len(self.FIRST)

        return sorted(names, key=rank)

    def main(self, args: Sequence[str] | None = None, *rest: Any, **named: Any) -> Any:
        """Run a command; a wrong option is one line, as every error is that a user can mend."""
        try:
            done = super().main(args, *rest, **named | {"standalone_mode": False})
        except typer.Abort:
            sys.exit("Aborted.")
        except TyperException as error:
            sys.exit(print_usage_error(error))
        sys.exit(done if isinstance(done, int) else 0)


def print_usage_error(error: Any) -> int:
    """Print what is wrong with an option or argument, and where its help is; return the code."""
    if type(error).__name__ == "NoArgsIsHelpError":
        error.show()
        return USAGE
    message = " ".join(error.format_message().split()).removesuffix(".")
    context = getattr(error, "ctx", None)
    place = f"; see {context.command_path} --help" if context else ""
    print(f"ner-service: error: {message}{place}", file=sys.stderr)
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
