"""Runs the application under uvicorn."""

import uvicorn

from ner_service.service.app import create_app
from ner_service.service.settings import Settings


def run(settings: Settings) -> None:
    """Serves until told to stop; what was accepted is answered first."""
    uvicorn.run(
        create_app(settings),
        host=settings.host,
        port=settings.port,
        access_log=False,
        timeout_keep_alive=30,
        timeout_graceful_shutdown=int(settings.timeout_s) + 1,
        server_header=False,
    )
