"""The outermost layer: request ids, security headers, a log line and a count for each request."""

import logging
import traceback
from asyncio import CancelledError
from collections.abc import Callable, Iterable, Sequence
from typing import Any

from starlette.types import ASGIApp, Message, Receive, Scope, Send

from ner_service.service.api.errors import Refused, respond
from ner_service.service.connection import Gone
from ner_service.service.telemetry.metrics import Metrics
from ner_service.service.telemetry.request import Trace, begin

log = logging.getLogger("ner_service.requests")

Observer = Callable[[Scope, str, str, int, Trace], None]
"""Called with a finished request: method, route, status, and what is known of it."""

CLIENT_LEFT = 499  # nginx's number for it; it stands in logs and metrics only
POLICY = b"content-security-policy"
SECURITY = [
    (b"x-content-type-options", b"nosniff"),
    (b"x-frame-options", b"DENY"),
    (b"referrer-policy", b"no-referrer"),
    (b"cache-control", b"no-store"),
    (POLICY, b"default-src 'none'; frame-ancestors 'none'"),
]


class Telemetry:
    """Wraps the application; whatever it raises becomes an answer that says nothing of a text."""

    def __init__(
        self, app: ASGIApp, metrics: Metrics, routes: frozenset[str], observers: Sequence[Observer]
    ) -> None:
        self._app, self._metrics, self._routes, self._observers = app, metrics, routes, observers

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            return await self._app(scope, receive, send)
        trace = begin(scope)
        status = 0

        async def sending(message: Message) -> None:
            nonlocal status
            if message["type"] == "http.response.start":
                status = message["status"]
                message["headers"] = [*message["headers"], *headers(message["headers"], trace)]
            await send(message)

        try:
            await self._app(scope, receive, sending)
        except Gone:
            status = CLIENT_LEFT
        except (Exception, CancelledError) as error:  # the latter where the service has to stop
            log.error(
                "%s in %s", type(error).__name__, places(error), extra={"known": {"id": trace.id}}
            )
            trace.error = "internal"
            if not status:  # else the server closes the connection amid the answer
                refused = Refused(500, "internal", "an error inside the service")
                await respond(refused)(scope, receive, sending)
        finally:
            self._note(scope, status, trace)

    def refused(self, scope: Scope, refused: Refused) -> list[tuple[bytes, bytes]]:
        """Notes a request that is refused ahead; returns the headers that its answer lacks."""
        trace = begin(scope)
        trace.error = refused.code
        self._note(scope, refused.status, trace)
        return headers([], trace)

    def _note(self, scope: Scope, status: int, trace: Trace) -> None:
        route = scope["path"] if scope["path"] in self._routes else "other"
        method = scope["method"] if scope["method"] in METHODS else "other"
        self._metrics.request(route, status, trace)
        for observe in self._observers:
            observe(scope, method, route, status, trace)
        if log.isEnabledFor(logging.INFO):
            log.handle(record(line(method, route, status, trace)))


def headers(there: Iterable[tuple[bytes, bytes]], trace: Trace) -> list[tuple[bytes, bytes]]:
    """The headers that an answer lacks beside those; pages bring a policy of their own."""
    own = [(b"x-request-id", trace.id.encode()), (b"server-timing", trace.server_timing.encode())]
    for name, _ in there:
        if name == POLICY or name == b"etag":
            return own
    return own + SECURITY


def record(known: dict[str, Any]) -> logging.LogRecord:
    """The record of a request, made without looking for who logs it."""
    made = logging.LogRecord(log.name, logging.INFO, "", 0, "request", (), None)
    made.known = known
    return made


def line(method: str, route: str, status: int, trace: Trace) -> dict[str, Any]:
    """What the log says of a request."""
    known = {
        "id": trace.id,
        "method": method,
        "route": route,
        "status": status,
        "ms": round(1000 * trace.seconds, 2),
    }
    if trace.key:
        known["key"] = trace.key
    if trace.error:
        known["error"] = trace.error
    if trace.texts:
        known |= {
            "tagger": trace.tagger,
            "texts": trace.texts,
            "chars": trace.chars,
            "entities": trace.entities,
            "queue_ms": round(1000 * trace.queued, 2),
            "tag_ms": round(1000 * trace.tagging, 2),
        }
    return known


METHODS = frozenset(["DELETE", "GET", "HEAD", "OPTIONS", "PATCH", "POST", "PUT"])


def places(error: BaseException) -> str:
    """Where an exception came from, without its message, which may quote a text."""
    frames = traceback.extract_tb(error.__traceback__)[-5:]
    return " < ".join(f"{frame.name}:{frame.lineno}" for frame in reversed(frames))
