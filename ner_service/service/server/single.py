"""The server as one process under uvicorn, and the options that several processes share."""

from collections.abc import Callable
from functools import partial
from typing import Any

import uvicorn

from ner_service.errors import ConfigError, NerError
from ner_service.service.app import create_app
from ner_service.service.queue import loading
from ner_service.service.server.address import cannot_listen, find_port
from ner_service.service.server.draining import DrainingServer
from ner_service.service.server.hangup import hold_hangups
from ner_service.service.server.open_files import raise_file_limit
from ner_service.service.server.protocol import HttpProtocol
from ner_service.service.settings import Settings
from ner_service.service.settings.roster import read_roster
from ner_service.types import Tagger


def run(settings: Settings, load_tagger: Callable[[str], Tagger] = loading.load) -> None:
    """Serves until a signal stops it; what was admitted is answered first.

    Raises `ConfigError` where a tagger cannot be loaded or the port is taken.
    """
    hold_hangups()
    raise_file_limit(settings.max_connections)
    roster = read_roster(settings)
    failures: list[NerError] = []
    awaited = {source.spec for source in roster.taggers.values()}  # and never loaded yet

    def load(spec: str) -> Tagger:
        try:
            tagger = load_tagger(spec)
        except NerError as error:
            if spec in awaited:
                failures.append(error)
                server.should_exit = True  # better no service than one that is never ready
            raise
        awaited.discard(spec)
        return tagger

    find_port(settings)
    app = create_app(settings, load, roster=roster)
    config = uvicorn.Config(
        app, host=settings.host, port=settings.port, **uvicorn_options(settings)
    )
    server = DrainingServer(config, settings.drain_s)
    try:
        server.run()
    except SystemExit:
        raise cannot_listen(settings) from None
    if failures:
        raise ConfigError(f"NER_TAGGERS: {failures[0]}")


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
        "timeout_keep_alive": settings.keep_alive_s,
        "timeout_graceful_shutdown": int(settings.timeout_s) + 1,
    }
