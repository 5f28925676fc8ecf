"""The command `tune`: searches for the training settings that are best on dev."""

from pathlib import Path
from typing import Annotated

import typer
from rich.table import Table

from ner_service.cli.app import INTERRUPTED, Panel, app, example
from ner_service.cli.options import MOST_WORKERS, corpora_root
from ner_service.cli.printing import cell, echo, print_table
from ner_service.errors import MissingExtra
from ner_service.files import write_text
from ner_service.output.numbers import numbered

SHOWN = 10  # trials in the terminal; the page has all


@app.command(rich_help_panel=Panel.TRAIN, epilog=example("tune mine.toml --minutes 20"))
def tune(
    config: Annotated[
        Path, typer.Argument(help="A training file; its section `tune` may have ranges.")
    ],
    set_: Annotated[
        list[str] | None,
        typer.Option("--set", help="section.key=value overrides the file; repeatable."),
    ] = None,
    from_: Annotated[
        str | None, typer.Option("--from", help="A model that every trial starts from.")
    ] = None,
    trials: Annotated[
        int, typer.Option(min=1, help="Number of trials, with those of earlier runs.")
    ] = 30,
    minutes: Annotated[
        float | None, typer.Option(min=0, help="End the trials after so many minutes.")
    ] = None,
    workers: Annotated[
        int, typer.Option(min=1, max=MOST_WORKERS, help="Trials that run side by side.")
    ] = 1,
    seeds: Annotated[
        int, typer.Option(min=0, help="Seeds with which the best settings are trained at the end.")
    ] = 3,
    output: Annotated[
        Path | None, typer.Option("--output", "-o", help="A folder; else the model's with .tune.")
    ] = None,
) -> None:
    """Search for the settings that are best on dev, by Optuna.

    Trials that fall behind are stopped. The same command goes on after any stop, with more trials
    if more are asked for. It ends with a page, and with a file of the best settings for `train`.

    docs/training.md says how to write ranges.
    """
    try:
        from ner_service.explore.tuning.page import page
        from ner_service.explore.tuning.results import conclude
        from ner_service.explore.tuning.space import read_space
        from ner_service.explore.tuning.study import Search, run_search
        from ner_service.output.plots import check_plots
        from ner_service.training.config import read_config
    except ModuleNotFoundError as error:
        raise MissingExtra(f"tuning ({error})", "tune") from error
    check_plots()
    overrides = set_ or []
    folder = output or Path(f"{read_config(config, overrides).output}.tune")
    space = read_space(config, overrides, from_ is not None)
    seconds = None if minutes is None else 60 * minutes
    search = Search(
        config, tuple(overrides), from_, corpora_root(), space, folder, trials, seconds, workers
    )
    try:
        results = conclude(search, run_search(search, echo), seeds, echo)
    except KeyboardInterrupt:
        echo(f"stopped; the same command goes on with the trials in {folder}", err=True)
        raise typer.Exit(INTERRUPTED) from None
    table = Table("trial", "dev F1", *space)
    for trial in [trial for trial in results.trials if trial.is_complete][:SHOWN]:
        values = (cell(f"{trial.values.get(key, '')!s:.8}") for key in space)
        table.add_row(str(trial.number), f"{trial.dev_f1:.4f}", *values)
    print_table(table)
    for key, share in results.importance.items():
        echo(f"{share:4.0%} of the differences: {key}")
    if results.seeds:
        others = numbered(len(results.seeds), "other seed")
        echo(f"best settings with {others}: dev F1 {results.spread}")
    path = folder / "index.html"
    write_text(path, [page(f"Tuning of {config.name}", results, space)])
    echo(f"{path}\nnext:\n  ner-service train {results.best}")
