"""Command `settings` lists the variables that set up the service."""

import os

from rich.box import SIMPLE_HEAD
from rich.console import Console
from rich.markup import escape
from rich.table import Column, Table

from ner_service.cli.app import Panel, app, example
from ner_service.cli.options import check_service
from ner_service.cli.printing import echo


@app.command(rich_help_panel=Panel.USE, epilog=example("settings"))
def settings() -> None:
    """List the variables of the environment that set up the service, with their defaults."""
    check_service()
    from ner_service.service.settings import Settings, bounds_of, variable

    table = Table(
        Column("variable", no_wrap=True), "default", "meaning", box=SIMPLE_HEAD, show_edge=False
    )
    for name, field in Settings.model_fields.items():
        bounds = f" ({bounds_of(name)})" if bounds_of(name) else ""
        meaning = escape(f"{field.description}{bounds}")
        mark = "*" if variable(name) in os.environ else ""
        table.add_row(f"{variable(name)}{mark}", escape(str(field.default)), meaning)
    Console().print(table)
    echo("* is set here; `ner-service serve` says what is wrong with a value.")
