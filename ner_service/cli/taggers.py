"""Command `taggers` lists what can be served here."""

from dataclasses import asdict
from typing import Annotated

import typer
from rich.table import Column, Table
from rich.text import Text

from ner_service.cli.app import app
from ner_service.cli.options import print_json
from ner_service.cli.printing import cell, print_table
from ner_service.errors import NerError
from ner_service.output.terminal import show
from ner_service.taggers.registry import installed_plugins, load_tagger, shipped_specs, spec_forms

SPECS = "".join(f"\n\n{form}: {what}." for form, what in spec_forms().items())


@app.command(
    help="List the taggers that load here: backends, every shipped model, and plugins.\n\n"
    f"A tagger is named by a spec:{SPECS}"
)
def taggers(
    as_json: Annotated[bool, typer.Option("--json", help="Write a JSON line for each.")] = False,
) -> None:
    """List the taggers that load here."""
    others = ("version", "languages", "labels", "scores", "conventions", "hash")
    table = Table(Column("tagger", no_wrap=True), *others)
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
        labels, languages = cell(", ".join(info.labels)), ", ".join(info.languages)
        conventions, hash = cell(", ".join(info.conventions)), (info.hash or "")[:12]
        table.add_row(
            spec, cell(info.version), languages, labels, info.score_kind, conventions, hash
        )
    if not as_json:
        print_table(table)
