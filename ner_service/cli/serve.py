"""The commands `serve`, which starts the HTTP service, and `key`, which makes an API key."""

import logging
import os
import tempfile
from importlib import import_module
from pathlib import Path
from typing import Annotated

import typer

from ner_service.cli.app import Panel, app, example

SHARED_MEMORY = "/dev/shm"  # a page of a mapped file that a full disk cannot hold kills a process
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
    from ner_service.service.settings import read_settings, unknown_variables
    from ner_service.service.telemetry.logs import configure

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
    memory = SHARED_MEMORY if os.access(SHARED_MEMORY, os.W_OK) else None
    with tempfile.TemporaryDirectory(prefix="ner-metrics-", dir=memory) as folder:
        os.environ[METRICS_FOLDER] = folder
        from ner_service.service.server.workers import run as run_processes

        run_processes(settings, Path(folder))


@app.command(rich_help_panel=Panel.USE, epilog=example("key newsroom"))
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
    typer.echo(f"key for the client:  {made}")
    typer.echo(f"for NER_API_KEYS:    {line}")
