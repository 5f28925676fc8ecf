"""The outermost layer gives each request an id, security headers, a log line and a count."""

import logging
import random
import re
import time
import traceback
from asyncio import CancelledError
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from typing import Any

from starlette.types import ASGIApp, Message, Receive, Scope, Send

from ner_service.errors import Code
from ner_service.service.connection import Gone
from ner_service.service.telemetry.metrics import Metrics

log = logging.getLogger("ner_service.requests")

CLIENT_LEFT = 499  # nginx's number for it; it stands in logs and metrics only
METHODS = frozenset(["DELETE", "GET", "HEAD", "OPTIONS", "PATCH", "POST", "PUT"])
POLICY = b"content-security-policy"
SECURITY = [
    (b"x-content-type-options", b"nosniff"),
    (b"x-frame-options", b"DENY"),
    (b"referrer-policy", b"no-referrer"),
    (b"cache-control", b"no-store"),
    (POLICY, b"default-src 'none'; frame-ancestors 'none'"),
]
OF_PAGES = frozenset([POLICY, b"etag"])  # headers of those that bring a policy of their own
FILES = "/web/"  # under which the pages have theirs
REQUEST_ID = re.compile(rb"[A-Za-z0-9._-]{1,64}")  # that a client may choose
TRACE = "ner_service.trace"  # the key of a request's trace in its ASGI scope

Headers = list[tuple[bytes, bytes]]


@dataclass(slots=True)
class Trace:
    """A trace notes all that is shown of one request, never its text; times are in seconds."""

    id: str
    started: float = field(default_factory=time.perf_counter)
    key: str | None = None  # the name of the API key
    tagger: str | None = None
    texts: int = 0
    chars: int = 0
    entities: int = 0
    queued: float = 0.0
    tagging: float = 0.0
    naming: float = 0.0  # in the queue of the analysis of names, and being analysed
    error: Code | None = None  # that was answered

    @property
    def seconds(self) -> float:
        """Returns how many seconds ago the request came in."""
        return time.perf_counter() - self.started

    @property
    def server_timing(self) -> str:
        """Returns the `Server-Timing` header, in milliseconds."""
        total = f"total;dur={1000 * self.seconds:.2f}"
        if not self.texts:
            return total
        names = f"names;dur={1000 * self.naming:.2f}, " if self.naming else ""
        tagging = f"queue;dur={1000 * self.queued:.2f}, tag;dur={1000 * self.tagging:.2f}"
        return f"{tagging}, {names}{total}"


Observer = Callable[[Scope, str, str, int, Trace], None]
"""Called with each finished request: its scope, method, route, status and trace."""


def begin_trace(scope: Scope) -> Trace:
    """Attaches a new trace to a request; its id is the client's where that is a sane one."""
    given = next((value for name, value in scope["headers"] if name == b"x-request-id"), b"")
    sane = REQUEST_ID.fullmatch(given)
    id = given.decode() if sane else f"{random.getrandbits(64):016x}"
    scope[TRACE] = trace = Trace(id)
    return trace


def trace_of(scope: Scope) -> Trace:
    """Returns the trace of a request."""
    trace: Trace = scope[TRACE]
    return trace


class RequestLog:
    """This layer notes each request; `broken` answers whatever the application raises.

    The paths in `routes` are told apart in logs and metrics; all others are `other`. Where
    requests are traced, `observe` is set.
    """

    observe: Observer | None = None

    def __init__(
        self, app: ASGIApp, broken: ASGIApp, metrics: Metrics, routes: Iterable[str]
    ) -> None:
        self._app, self._broken, self._metrics = app, broken, metrics
        self._routes = frozenset(routes)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            return await self._app(scope, receive, send)
        trace = begin_trace(scope)
        status = 0

        async def send_with_headers(message: Message) -> None:
            nonlocal status
            if message["type"] == "http.response.start":
                status = message["status"]
                headers = message["headers"]
                message["headers"] = [*headers, *missing_headers(headers, trace)]
            await send(message)

        try:
            await self._app(scope, receive, send_with_headers)
        except Gone:
            status = CLIENT_LEFT
        except (Exception, CancelledError) as error:  # the latter where the service has to stop
            name, fields = type(error).__name__, {"id": trace.id}
            log.error("%s in %s", name, stack_of(error), extra={"fields": fields})
            trace.error = Code.INTERNAL
            if not status:  # else the server closes the connection amid the answer
                await self._broken(scope, receive, send_with_headers)
        finally:
            self._note(scope, status, trace)

    def note_refusal(self, scope: Scope, status: int, code: Code) -> Headers:
        """Notes a request that is refused ahead; returns the headers that its answer lacks."""
        trace = begin_trace(scope)
        trace.error = code
        self._note(scope, status, trace)
        return missing_headers([], trace)

    def _note(self, scope: Scope, status: int, trace: Trace) -> None:
        route = scope["path"] if scope["path"] in self._routes else "other"
        method = scope["method"] if scope["method"] in METHODS else "other"
        self._metrics.request(route, status, trace.seconds, trace.error)
        if self.observe:
            self.observe(scope, method, route, status, trace)
        level = logging.INFO
        if method == "GET" and status < 400 and scope["path"].startswith(FILES):
            level = logging.DEBUG  # a page asks for twenty
        if log.isEnabledFor(level):
            # a record made here costs less than one whose caller is looked for
            record = logging.LogRecord(log.name, level, "", 0, "request", (), None)
            record.fields = log_fields(method, route, status, trace)
            log.handle(record)


def missing_headers(present: Iterable[tuple[bytes, bytes]], trace: Trace) -> Headers:
    """Returns the headers to add to an answer's; pages bring a policy of their own."""
    own = [(b"x-request-id", trace.id.encode()), (b"server-timing", trace.server_timing.encode())]
    return own if OF_PAGES.intersection(dict(present)) else own + SECURITY


def log_fields(method: str, route: str, status: int, trace: Trace) -> dict[str, Any]:
    """Returns the fields of a request's log line."""
    fields = {"id": trace.id, "method": method, "route": route, "status": status}
    fields["ms"] = round(1000 * trace.seconds, 2)
    if trace.key:
        fields["key"] = trace.key
    if trace.error:
        fields["error"] = trace.error
    if trace.texts:
        fields |= {
            "tagger": trace.tagger,
            "texts": trace.texts,
            "chars": trace.chars,
            "entities": trace.entities,
            "queue_ms": round(1000 * trace.queued, 2),
            "tag_ms": round(1000 * trace.tagging, 2),
        }
    if trace.naming:
        fields["names_ms"] = round(1000 * trace.naming, 2)
    return fields


def stack_of(error: BaseException) -> str:
    """Returns the stack of an exception, without its message, which may quote a text."""
    frames = traceback.extract_tb(error.__traceback__)[-5:]
    return " < ".join(f"{frame.name}:{frame.lineno}" for frame in reversed(frames))
