"""The command `train`: trains a BiLSTM-CRF on the user's own labels."""

from pathlib import Path
from typing import Annotated

import typer

from ner_service.cli.app import INTERRUPTED, Panel, app, example
from ner_service.cli.options import corpora_root
from ner_service.cli.printing import echo
from ner_service.errors import ConfigError, MissingExtra


@app.command(
    rich_help_panel=Panel.TRAIN,
    epilog=example("train mine.toml --set train.epochs=40"),
)
def train(
    config: Annotated[Path, typer.Argument(help="A TOML file; see docs/training.md.")],
    set_: Annotated[
        list[str] | None,
        typer.Option("--set", help="section.key=value overrides the file; repeatable."),
    ] = None,
    resume: Annotated[
        bool,
        typer.Option(
            help="Go on with a run that was stopped, or for longer with one that has ended.",
        ),
    ] = False,
    from_: Annotated[
        str | None, typer.Option("--from", help="A model to start from; its labels may differ.")
    ] = None,
    overwrite: Annotated[
        bool, typer.Option("--overwrite", help="Replace the model that the output holds.")
    ] = False,
    quiet: Annotated[
        bool, typer.Option("--quiet", "-q", help="Print notes and errors alone.")
    ] = False,
    curve: Annotated[
        bool,
        typer.Option(
            "--curve",
            help="Train with 10, 25, 50, 75 and 100% of the documents instead, and draw how dev F1 "
            "grows.",
        ),
    ] = False,
) -> None:
    """Train a BiLSTM-CRF on your own labels.

    Ctrl-C leaves the best model so far; --resume then continues as if the run had never stopped.
    With more epochs, --resume makes a finished run longer: --resume --set train.epochs=40.
    """
    try:
        from ner_service.training.train import train_from_file
    except ModuleNotFoundError as error:
        raise MissingExtra(f"training ({error})", "train") from error
    try:
        if curve:
            return _draw_curve(config, set_ or [], resume, from_)
        root = corpora_root()
        train_from_file(config, set_ or [], resume, from_, root, overwrite=overwrite, quiet=quiet)
    except KeyboardInterrupt:
        if curve:
            echo("stopped; the same command goes on with the shares that are done", err=True)
        raise typer.Exit(INTERRUPTED) from None


def _draw_curve(config: Path, overrides: list[str], resume: bool, init: str | None) -> None:
    """Train with growing shares of the data, and name the page of the learning curve."""
    from ner_service.explore.learning_curve import draw_learning_curve

    if resume:
        raise ConfigError("--curve trains anew with each share: leave --resume out")
    echo(draw_learning_curve(config, overrides, init, corpora_root(), echo))
