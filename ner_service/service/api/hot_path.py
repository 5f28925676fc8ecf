"""The hot path answers texts without the framework, or sheds them where no tagger has room.

Under overload most requests are refused, and what that costs is lost to those that are answered.
"""

from collections.abc import Iterable, Mapping
from functools import cache

from fastapi import Request, Response
from pydantic import ValidationError
from starlette.types import ASGIApp, Receive, Scope, Send

from ner_service.errors import NerError, Refused
from ner_service.service.api.errors import fail, respond
from ner_service.service.api.request_body import header
from ner_service.service.api.routes import Route
from ner_service.service.queue.errors import Overloaded
from ner_service.service.queue.lane import Lane
from ner_service.service.telemetry.request_log import Headers, RequestLog, trace_of

STATE = "ner_service.shedding"  # where the server finds it in the application's state
METHOD, PATH = "POST", "/ner"  # of the requests that may be refused so; without a query


class Shedding:
    """Decides by the head of a request whether it is refused, whichever tagger it names.

    The server asks when a head comes, and nowhere else is it asked again: at four times what the
    service can do, an answer costs 1.13 times the CPU that it costs without load, 1.12 times where
    the application asks a second time, and 1.24 times where it alone asks.
    """

    def __init__(self, lanes: Mapping[str, Lane], log: RequestLog) -> None:
        self._lanes, self._log = lanes, log

    def refusal(self, scope: Scope) -> tuple[Response, Headers] | None:
        """Returns the answer to a `POST /ner` for which there is no room, and its own headers.

        It returns None where the request must be read. A text is taken to have as many characters
        as the body has bytes; it has more only where the body is packed, and then its room is
        asked for again once it is unpacked. Requests from pages are left alone: what they may read
        of an answer is decided elsewhere.
        """
        if header(scope, b"origin"):
            return None
        size = header(scope, b"content-length")
        lanes = self._lanes.values()
        if not size or not lanes or any(lane.has_room(int(size)) for lane in lanes):
            return None
        refused, answer = _refuse(min(lane.retry_after for lane in lanes))
        return answer, self._log.note_refusal(scope, refused.status, refused.code)

    def note(self, refused: Refused) -> Headers:
        """Counts the refusal of a connection or a bad head; returns the headers of its answer."""
        scope: Scope = {"method": "", "path": "", "headers": []}
        return self._log.note_refusal(scope, refused.status, refused.code)


@cache
def _refuse(retry_after: int) -> tuple[Refused, Response]:
    """Returns the refusal and its answer, the same for all who may come again after so long."""
    refused = Overloaded(retry_after)
    return refused, respond(refused)


class HotRoutes:
    """This layer answers the hot routes, and leaves all else to the framework."""

    def __init__(self, framework: ASGIApp, routes: Iterable[Route]) -> None:
        self._framework = framework
        self._handlers = {(r.method, r.path): r.handler for r in routes if r.hot}

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        http = scope["type"] == "http"
        handler = self._handlers.get((scope["method"], scope["path"])) if http else None
        if handler is None:
            return await self._framework(scope, receive, send)
        try:
            response = await handler(Request(scope, receive))
        except (NerError, ValidationError) as error:
            response = fail(trace_of(scope), error)
        await response(scope, receive, send)
