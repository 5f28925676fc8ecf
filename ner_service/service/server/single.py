"""The server as one process under uvicorn, and the options that several processes share."""

import gc
from collections.abc import Callable
from functools import partial
from typing import Any

import uvicorn

from ner_service.errors import ConfigError, NerError
from ner_service.service.app import create_app
from ner_service.service.queue import loading
from ner_service.service.server.address import cannot_listen, check_address
from ner_service.service.server.draining import DrainingServer, ignore_hangups
from ner_service.service.server.protocol import HttpProtocol
from ner_service.service.settings import Settings
from ner_service.types import Tagger

KEEP_ALIVE_S = 30


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

    check_address(settings)
    collect_rarely()
    app = create_app(settings, load)
    config = uvicorn.Config(
        app, host=settings.host, port=settings.port, **uvicorn_options(settings)
    )
    server = DrainingServer(config, settings.drain_s)
    ignore_hangups()
    try:
        server.run()
    except SystemExit:
        raise cannot_listen(settings) from None
    if failures:
        raise ConfigError(f"NER_TAGGERS: {failures[0]}")


def collect_rarely() -> None:
    """Makes the cyclic collector look less often, since requests leave no cycles to be found.

    With 90 clients at once Python's own thresholds cost the worker's thread 16 to 30% more CPU for
    each answer: many requests wait, so their objects live long enough for whole collections, which
    pass over all that the taggers hold. One client after the other would never show that.
    """
    gc.set_threshold(20_000, 20, 100)


def uvicorn_options(settings: Settings) -> dict[str, Any]:
    """Returns the arguments of `uvicorn.Config` that the settings stand for."""
    return {
        "http": partial(
            HttpProtocol,
            most_connections=settings.max_connections,
            patience_s=settings.client_timeout_s,
        ),
        "ws": "none",
        "access_log": False,
        "log_config": None,  # the command line has set the loggers up
        "proxy_headers": False,
        "server_header": False,
        "timeout_keep_alive": KEEP_ALIVE_S,
        "timeout_graceful_shutdown": int(settings.timeout_s) + 1,
    }
