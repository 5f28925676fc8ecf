"""The server as one process under uvicorn."""

from collections.abc import Callable

import uvicorn

from ner_service.errors import ConfigError, NerError
from ner_service.service.app import create_app
from ner_service.service.queue import loading
from ner_service.service.server.options import cannot_listen, uvicorn_options
from ner_service.service.settings import Settings
from ner_service.types import Tagger


def run(settings: Settings, load_tagger: Callable[[str], Tagger] = loading.load) -> None:
    """Serves until a signal stops it; what was admitted is answered first.

    Raises `ConfigError` where a tagger cannot be loaded or the port is taken.
    """
    failures: list[NerError] = []
    loaded: set[str] = set()

    def load(spec: str) -> Tagger:
        try:
            tagger = load_tagger(spec)
        except NerError as error:
            if spec not in loaded:
                failures.append(error)
                server.should_exit = True  # better no service than one that is never ready
            raise
        loaded.add(spec)
        return tagger

    app = create_app(settings, load)
    server = uvicorn.Server(
        uvicorn.Config(app, host=settings.host, port=settings.port, **uvicorn_options(settings))
    )
    try:
        server.run()
    except SystemExit:
        raise cannot_listen(settings) from None
    if failures:
        raise ConfigError(f"NER_TAGGERS: {failures[0]}")
