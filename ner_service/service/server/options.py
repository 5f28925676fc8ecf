"""uvicorn's options, the same for one process and for several."""

from functools import partial
from typing import Any

from ner_service.errors import ConfigError
from ner_service.service.server.protocol import HttpProtocol
from ner_service.service.settings import Settings
from ner_service.service.telemetry.logs import config

KEEP_ALIVE_S = 30


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
        "log_config": config(settings.log_format, settings.log_level),
        "proxy_headers": False,
        "server_header": False,
        "timeout_keep_alive": KEEP_ALIVE_S,
        "timeout_graceful_shutdown": int(settings.timeout_s) + 1,
    }


def cannot_listen(settings: Settings, reason: str = "") -> ConfigError:
    """Returns the error of an address that is taken or not ours."""
    address = f"{settings.host}:{settings.port}"
    return ConfigError(f"NER_HOST, NER_PORT: cannot listen on {address}{reason}")
