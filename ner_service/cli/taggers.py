"""Command `taggers` lists what can be served here."""

from dataclasses import asdict
from typing import Annotated

import typer
from rich.box import SIMPLE_HEAD
from rich.console import Console
from rich.table import Column, Table
from rich.text import Text

from ner_service.cli.app import Panel, app, example
from ner_service.cli.options import print_json
from ner_service.errors import NerError
from ner_service.output.measured import Figures, figures_of, measured_corpus
from ner_service.output.terminal import show, show_lines
from ner_service.taggers.registry import (
    about,
    installed_plugins,
    load_tagger,
    shipped_specs,
    spec_forms,
)
from ner_service.types import TaggerInfo

WIDTH = 80  # columns of a terminal that nobody made wider
SPECS = "\n".join(f"- `{form}`: {what}" for form, what in spec_forms().items())


@app.command(
    rich_help_panel=Panel.USE,
    epilog=example("taggers"),
    help="List the taggers that load here, with their F1, speed and size.\n\n"
    f"A tagger is named by a spec:\n\n{SPECS}",
)
def taggers(
    as_json: Annotated[
        bool, typer.Option("--json", help="Write a JSON line for each, with labels and hash.")
    ] = False,
) -> None:
    """List the taggers that load here."""
    table = tagger_table("conventions")
    for spec in [*shipped_specs(), *installed_plugins()]:
        try:
            info = load_tagger(spec).info
        except NerError as error:
            if as_json:
                print_json({"tagger": spec, "error": str(error)})
            table.add_row(spec, Text(show(str(error)), "red"))
            continue
        if as_json:
            print_json({"tagger": spec, **asdict(info)})
        conventions = Text(show_lines(", ".join(info.conventions)))
        table.add_row(spec, describe(spec, info), *figure_cells(figures_of(info.hash)), conventions)
    if not as_json:
        console = Console()
        console.width = max(console.width, WIDTH)
        console.print(table)


def tagger_table(last: str) -> Table:
    """Return a table without rows, whose columns fit 80 columns; `last` heads the last one."""
    corpus = measured_corpus()
    return Table(
        Column("tagger", no_wrap=True),
        "what it is",
        Column("F1", justify="right"),
        Column("tokens/s", justify="right"),
        Column("MB", justify="right"),
        last,
        box=SIMPLE_HEAD,
        padding=(0, 1, 0, 0),
        show_edge=False,
        caption=f"F1 in percent on {corpus}; tokens/s on one core, one text a call; MB of weights"
        if corpus
        else None,
        caption_justify="left",
    )


def describe(spec: str, info: TaggerInfo) -> Text:
    """Return what a tagger is, or else the labels that it knows, and what computes it."""
    kind = about(spec) or show_lines(f"labels {', '.join(info.labels)}")
    return Text(f"{kind}, by {show_lines(info.computed_by)}" if info.computed_by else kind)


def figure_cells(figures: Figures) -> tuple[str, str, str]:
    """Return F1, speed and size as cells of the table, a dash for what was not measured."""
    return (
        "–" if figures.f1 is None else f"{100 * figures.f1:.1f}",
        "–" if figures.tokens_per_s is None else f"{figures.tokens_per_s:,}",
        "–" if figures.disk_mb is None else str(figures.disk_mb),
    )
