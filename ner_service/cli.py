"""The command line: serve, tag, train, evaluate, taggers."""

import os
import sys
from pathlib import Path
from typing import Annotated

import typer

from ner_service import __version__
from ner_service.types import NerError

app = typer.Typer(no_args_is_help=True, add_completion=False, help=__doc__)


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
    """Named-entity recognition for Russian: serve it, run it, train it, measure it."""


@app.command()
def serve(
    host: Annotated[str | None, typer.Option(help="Address to listen on.")] = None,
    port: Annotated[int | None, typer.Option(help="Port to listen on.")] = None,
    taggers: Annotated[str | None, typer.Option(help="NAME or NAME=SPEC, by commas.")] = None,
) -> None:
    """Start the HTTP service; all other settings come from NER_ variables."""
    from ner_service.service.server import run
    from ner_service.service.settings import read_settings

    run(read_settings(host=host, port=port, taggers=taggers))


@app.command()
def train(
    config: Annotated[Path, typer.Argument(help="A TOML file; see docs/training.md.")],
    set_: Annotated[list[str] | None, typer.Option("--set", help="key=value, repeatable.")] = None,
    resume: Annotated[bool, typer.Option(help="Go on from the last checkpoint.")] = False,
    from_: Annotated[str | None, typer.Option("--from", help="Model to go on from.")] = None,
) -> None:
    """Train a BiLSTM-CRF on your own labels."""
    from ner_service.training.run import train_command

    train_command(config, set_ or [], resume, from_, corpora_root())


def corpora_root() -> Path | None:
    """The folder that NER_CORPORA names; the one place that reads it."""
    value = os.environ.get("NER_CORPORA")
    return Path(value) if value else None


def main() -> None:
    """Runs the command line; an error that a user can mend is one line and exit code 2."""
    try:
        app(standalone_mode=True)
    except NerError as error:
        print(f"ner-service: error: {error}", file=sys.stderr)
        sys.exit(2)
    except KeyboardInterrupt:
        sys.exit(130)
