"""The address to listen on is tried before anything is loaded or logged."""

import socket

from ner_service.errors import ConfigError
from ner_service.service.settings import Settings


def find_port(settings: Settings) -> int:
    """Returns the port to listen on, a free one for 0; raises `ConfigError` where nobody can.

    All processes need the same, and servers would try again for a while, or log much first.
    """
    try:
        family = socket.AF_INET6 if ":" in settings.host else socket.AF_INET
        with socket.socket(family) as probe:
            probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            probe.bind((settings.host, settings.port))
            return int(probe.getsockname()[1])
    except OSError as error:
        raise cannot_listen(settings, f": {error.strerror}") from None


def cannot_listen(settings: Settings, reason: str = "") -> ConfigError:
    """Returns the error of an address that is taken or not ours."""
    address = f"{settings.host}:{settings.port}"
    return ConfigError(f"NER_HOST, NER_PORT: cannot listen on {address}{reason}")


def url_of(settings: Settings) -> str:
    """Returns the address of the page, as a browser on this machine opens it."""
    host = {"0.0.0.0": "localhost", "::": "localhost"}.get(settings.host, settings.host)
    return f"http://{f'[{host}]' if ':' in host else host}:{settings.port}/"
