"""The commands `serve`, which starts the HTTP service, and `key`, which makes an API key."""

import logging
import os
import sys
from collections.abc import Mapping
from importlib import import_module
from typing import TYPE_CHECKING, Annotated

import typer
from rich.console import Console

from ner_service.cli.app import Panel, app, example, leave_signals
from ner_service.cli.options import check_service
from ner_service.cli.printing import echo
from ner_service.cli.taggers import WIDTH, figure_cells, tagger_table
from ner_service.errors import ConfigError, MissingExtra, NerError
from ner_service.output.measured import figures_named
from ner_service.taggers.models import model_path
from ner_service.taggers.registry import about, check_present, missing

if TYPE_CHECKING:
    from ner_service.service.settings import Settings

METRICS_FOLDER = "PROMETHEUS_MULTIPROC_DIR"  # read by prometheus_client when it is imported


@app.command(
    rich_help_panel=Panel.USE,
    epilog=example("serve --taggers natasha,own=bilstm:models/own --port 8080"),
)
def serve(
    host: Annotated[str | None, typer.Option(help="Address to listen on.")] = None,
    port: Annotated[int | None, typer.Option(help="Port to listen on.")] = None,
    taggers: Annotated[
        str | None, typer.Option(help="NAME or NAME=SPEC by commas: natasha,own=bilstm:models/own.")
    ] = None,
    workers: Annotated[int | None, typer.Option(help="Processes that answer side by side.")] = None,
) -> None:
    """Start the HTTP service and its page.

    `ner-service settings` lists the variables by which everything else is set.
    """
    check_service()
    from ner_service.service.settings import read_settings, split_list, unknown_variables
    from ner_service.service.settings.roster import read_roster
    from ner_service.service.telemetry.logs import configure

    leave_signals()
    options = {"host": host, "port": port, "workers": workers}
    settings = read_settings(**options, taggers=taggers)
    absent = absent_taggers(settings.specs)
    if "taggers" not in settings.model_fields_set:  # nobody asked for those in particular
        here = [part for part in split_list(settings.taggers) if part.split("=")[0] not in absent]
        settings = read_settings(**options, taggers=",".join(here)) if here else settings
    specs = {name: source.spec for name, source in read_roster(settings).taggers.items()}
    check_taggers(specs)
    if settings.browser_model and "browser_model" in settings.model_fields_set:
        check_page_model(settings.browser_model)
    configure(settings.log_format, settings.log_level)
    for name in unknown_variables(os.environ, ["NER_CORPORA"]):  # other commands read that one
        logging.warning("%s: not a setting of this service", name)
    if sys.stderr.isatty():
        show_start(settings, specs, absent)
    for name, reason in absent.items():
        logging.warning("%s: left out: %s", name, reason)
    if settings.traces_url:
        import_module("ner_service.service.telemetry.opentelemetry")  # fails now if not installed
    for name in METRICS_FOLDER, METRICS_FOLDER.lower():  # set for other programs, not for us
        os.environ.pop(name, None)
    if settings.workers == 1:
        from ner_service.service.server.single import run

        run(settings)
        return
    from ner_service.service.server.metrics_folder import open_metrics_folder

    with open_metrics_folder() as folder:
        os.environ[METRICS_FOLDER] = str(folder)
        from ner_service.service.server.workers import run as run_processes

        run_processes(settings, folder)


def absent_taggers(specs: Mapping[str, str]) -> dict[str, MissingExtra]:
    """Return the error of each tagger whose library is not installed."""
    found = {name: missing(spec) for name, spec in specs.items()}
    return {name: error for name, error in found.items() if error}


def check_taggers(specs: Mapping[str, str]) -> None:
    """Raise `ConfigError` where a library or a model is missing, before anything is loaded."""
    for spec in specs.values():
        try:
            check_present(spec)
        except NerError as error:
            raise ConfigError(f"NER_TAGGERS: {error}") from None


def check_page_model(source: str) -> None:
    """Raise `ConfigError` where the model that the page is to run is missing, or none for it."""
    from ner_service.browser.model_file import check_net
    from ner_service.nets.artefact import load

    try:
        check_net(load(model_path(source)))
    except NerError as error:
        raise ConfigError(f"NER_BROWSER_MODEL: {error}") from None


def show_start(
    settings: "Settings", specs: Mapping[str, str], absent: Mapping[str, MissingExtra]
) -> None:
    """Show on a terminal what is about to be served, and where."""
    from ner_service.service.server.address import url_of

    table = tagger_table("state")
    for name, spec in specs.items():
        mark = "loading, answers by default" if name == settings.default else "loading"
        table.add_row(name, about(spec), *figure_cells(figures_named(spec)), mark)
    for name in absent:
        table.add_row(name, about(name), "", "", "", "not installed")
    console = Console(stderr=True)
    console.width = max(console.width, WIDTH)
    console.print(table)
    console.print(f"\nThe page: {url_of(settings)}   Ctrl-C stops the service.\n")


@app.command(rich_help_panel=Panel.USE, epilog=example("key newsroom"))
def key(
    name: Annotated[
        str, typer.Argument(help="The client's name, as logs will show it.", metavar="NAME")
    ],
) -> None:
    """Make an API key: the client gets the key, NER_API_KEYS gets the line with its hash."""
    check_service()
    from ner_service.service.api.auth import hash_key, new_key
    from ner_service.service.settings import parse_keys

    made = new_key()
    line = f"{name}={hash_key(made)}"
    try:
        if list(parse_keys(line).values()) != [name] or not name.isprintable():
            raise ValueError
    except ValueError:
        raise ConfigError(
            f"{name!r}: a name has neither a comma nor white space around, and is one line"
        ) from None
    echo(f"key for the client:  {made}")
    echo(f"for NER_API_KEYS:    {line}")
