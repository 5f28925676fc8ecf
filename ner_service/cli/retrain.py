"""The command `retrain`: trains a model further, and keeps it where it is not worse."""

from pathlib import Path
from typing import Annotated

import typer

from ner_service.cli.app import INTERRUPTED, Panel, app, example
from ner_service.cli.options import corpora_root
from ner_service.cli.printing import echo
from ner_service.errors import MissingExtra


@app.command(rich_help_panel=Panel.TRAIN, epilog=example("retrain mine.toml"))
def retrain(
    config: Annotated[Path, typer.Argument(help="The TOML file by which the model was trained.")],
    set_: Annotated[
        list[str] | None,
        typer.Option("--set", help="section.key=value overrides the file; repeatable."),
    ] = None,
    quiet: Annotated[
        bool, typer.Option("--quiet", "-q", help="Print notes, the result and errors alone.")
    ] = False,
) -> None:
    """Train a model further on what its corpora hold now, and replace it if dev F1 has not fallen.

    Use it for a model that learns from corrections as they come. A service that reloads, or that
    watches the folder, then answers by the new model.
    """
    try:
        from ner_service.training.retrain import retrain as train_further
    except ModuleNotFoundError as error:
        raise MissingExtra(f"training ({error})", "train") from error
    try:
        result = train_further(config, set_ or [], corpora_root(), quiet)
    except KeyboardInterrupt:
        raise typer.Exit(INTERRUPTED) from None
    change = f"dev F1 {result.before:.4f} before, {result.after:.4f} after"
    if result.is_replaced:
        echo(f"{result.output}: {change}: replaced by the new model")
    else:
        echo(f"{result.output}: {change}: kept; the new model is {result.output}.next")
