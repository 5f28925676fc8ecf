"""What is known of one request for its log line, its metrics and its headers; never its text."""

import random
import re
import time
from dataclasses import dataclass, field

from starlette.types import Scope

GIVEN = re.compile(rb"[A-Za-z0-9._-]{1,64}")
KEY = "ner_service.trace"


@dataclass(slots=True)
class Trace:
    """One request: what it asked for and how long each part of the answer took, in seconds."""

    id: str
    started: float = field(default_factory=time.perf_counter)
    key: str | None = None  # the name of the API key
    tagger: str | None = None
    texts: int = 0
    chars: int = 0
    entities: int = 0
    queued: float = 0.0
    tagging: float = 0.0
    error: str | None = None  # the code of the error that was answered

    @property
    def seconds(self) -> float:
        """How long ago the request came in."""
        return time.perf_counter() - self.started

    @property
    def server_timing(self) -> str:
        """The `Server-Timing` header."""
        total = f"total;dur={1000 * self.seconds:.2f}"
        if not self.texts:
            return total
        return f"queue;dur={1000 * self.queued:.2f}, tag;dur={1000 * self.tagging:.2f}, {total}"


def header(scope: Scope, name: bytes) -> bytes:
    """The first header of that name, or nothing."""
    for known, value in scope["headers"]:
        if known == name:
            return value  # type: ignore[no-any-return]
    return b""


def begin(scope: Scope) -> Trace:
    """Attaches a new trace to a request; its id is the client's where that is a sane one."""
    given = header(scope, b"x-request-id")
    sane = given and GIVEN.fullmatch(given)
    id = given.decode() if sane else f"{random.getrandbits(64):016x}"
    scope[KEY] = trace = Trace(id)
    return trace


def trace_of(scope: Scope) -> Trace:
    """The trace of a request."""
    trace: Trace = scope[KEY]
    return trace
