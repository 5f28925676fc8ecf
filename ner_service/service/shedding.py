"""Texts that are refused before anything of them is read, since no tagger has room for them.

Under overload most requests are refused, and what that costs is lost to those that are answered.
"""

from fastapi import Response
from starlette.types import Scope

from ner_service.service.errors import refusal
from ner_service.service.service import Service
from ner_service.service.telemetry import Telemetry

STATE = "ner_service.shedding"  # where the server finds it in the application's state


class Shedding:
    """Knows at the head of a request whether it is refused, whichever tagger it names."""

    def __init__(self, service: Service, telemetry: Telemetry) -> None:
        self._service, self._telemetry = service, telemetry

    def refusal(self, method: bytes, url: bytes, scope: Scope) -> Response | None:
        """The answer to a `POST /ner` for which there is no room; None where it must be read first.

        Its text is taken to have as many characters as its body has bytes; it cannot have more.
        Requests from pages are left alone: what they may read of an answer is decided elsewhere.
        """
        if method != b"POST" or url != b"/ner":
            return None
        size = None
        for name, value in scope["headers"]:
            if name == b"content-length":
                size = int(value)
            elif name == b"origin":
                return None
        error = None if size is None else self._service.overload(size)
        if error is None:
            return None
        scope.update(method=method.decode(), path=url.decode())
        return self._telemetry.refusal(scope, refusal(error))
