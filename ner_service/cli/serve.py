"""The commands `serve`, which starts the HTTP service, and `key`, which makes an API key."""

import logging
import os
from importlib import import_module
from typing import Annotated

import typer

from ner_service.cli.app import app, leave_signals
from ner_service.cli.printing import echo

METRICS_FOLDER = "PROMETHEUS_MULTIPROC_DIR"  # read by prometheus_client when it is imported


@app.command()
def serve(
    host: Annotated[str | None, typer.Option(help="Address to listen on.")] = None,
    port: Annotated[int | None, typer.Option(help="Port to listen on.")] = None,
    taggers: Annotated[
        str | None, typer.Option(help="NAME or NAME=SPEC by commas: natasha,own=bilstm:models/own.")
    ] = None,
    workers: Annotated[int | None, typer.Option(help="Processes that answer side by side.")] = None,
) -> None:
    """Start the HTTP service; all other settings come from NER_ variables (docs/settings.md)."""
    from ner_service.service.settings import read_settings, unknown_variables
    from ner_service.service.telemetry.logs import configure

    leave_signals()
    settings = read_settings(host=host, port=port, taggers=taggers, workers=workers)
    configure(settings.log_format, settings.log_level)
    for name in unknown_variables(os.environ, ["NER_CORPORA"]):  # other commands read that one
        logging.warning("%s: not a setting of this service", name)
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


@app.command()
def key(
    name: Annotated[
        str, typer.Argument(help="The client's name, as logs will show it.", metavar="NAME")
    ],
) -> None:
    """Make an API key: the client gets the key, NER_API_KEYS gets the line with its hash."""
    from ner_service.errors import ConfigError
    from ner_service.service.api.auth import hash_key, new_key
    from ner_service.service.settings import parse_keys

    made = new_key()
    line = f"{name}={hash_key(made)}"
    try:
        if list(parse_keys(line).values()) != [name]:
            raise ValueError
    except ValueError:
        raise ConfigError(f"{name!r}: a name has neither a comma nor white space around") from None
    echo(f"key for the client:  {made}")
    echo(f"for NER_API_KEYS:    {line}")
