"""Runs the application under uvicorn."""

import uvicorn

from ner_service.service.app import create_app
from ner_service.service.settings import Settings
from ner_service.taggers import load_tagger
from ner_service.types import ConfigError, NerError, Tagger


def run(settings: Settings) -> None:
    """Serves until told to stop; what was admitted is answered first.

    Raises `ConfigError` where a tagger cannot be loaded or the port is taken.
    """
    failures: list[NerError] = []

    def load(spec: str) -> Tagger:
        try:
            return load_tagger(spec)
        except NerError as error:
            failures.append(error)
            server.should_exit = True  # better no service than one that is never ready
            raise

    server = uvicorn.Server(
        uvicorn.Config(
            create_app(settings, load),
            host=settings.host,
            port=settings.port,
            access_log=False,
            timeout_keep_alive=30,
            timeout_graceful_shutdown=int(settings.timeout_s) + 1,
            server_header=False,
            log_level="info",
        )
    )
    try:
        server.run()
    except SystemExit:
        raise ConfigError(
            f"NER_HOST, NER_PORT: cannot listen on {settings.host}:{settings.port}"
        ) from None
    if failures:
        raise ConfigError(f"NER_TAGGERS: {failures[0]}")
