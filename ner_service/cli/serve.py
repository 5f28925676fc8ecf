"""`serve`: the HTTP service."""

import logging
import os
from typing import Annotated

import typer

from ner_service.cli.app import app


@app.command()
def serve(
    host: Annotated[str | None, typer.Option(help="Address to listen on.")] = None,
    port: Annotated[int | None, typer.Option(help="Port to listen on.")] = None,
    taggers: Annotated[
        str | None, typer.Option(help="NAME or NAME=SPEC by commas: natasha,own=bilstm:models/own.")
    ] = None,
) -> None:
    """Start the HTTP service; all other settings come from NER_ variables (docs/settings.md)."""
    from ner_service.service.server import run
    from ner_service.service.settings import read_settings, unknown_variables

    logging.basicConfig(level=logging.INFO, format="%(levelname)s: %(message)s")
    for name in unknown_variables(os.environ):
        logging.warning("%s: not a setting of this service", name)
    run(read_settings(host=host, port=port, taggers=taggers))
