"""API keys say who may ask, and how often; only their hashes are known."""

import base64
import binascii
import hashlib
import math
import secrets
import time
from collections.abc import Sequence
from dataclasses import dataclass, field

from starlette.routing import compile_path
from starlette.types import ASGIApp, Receive, Scope, Send

from ner_service.errors import Code, Refused
from ner_service.service.api.errors import fail
from ner_service.service.api.keys import Keys
from ner_service.service.api.routes import Route
from ner_service.service.telemetry.request_log import trace_of


def new_key() -> str:
    """Returns a key that cannot be guessed, so that its plain SHA-256 may stand in the settings."""
    return f"ner_{secrets.token_urlsafe(32)}"


def hash_key(key: str) -> str:
    """Returns the hash that the settings hold of a key."""
    return hashlib.sha256(key.encode()).hexdigest()


@dataclass(slots=True)
class Bucket:
    """A token bucket lets `rate` requests a second pass, and as many at once after a rest."""

    rate: float
    tokens: float = 0.0
    filled: float = field(default_factory=time.monotonic)

    def take(self) -> float:
        """Returns 0 where a request may pass, else the seconds until one may."""
        now = time.monotonic()
        most = max(1.0, self.rate)
        self.tokens = min(most, self.tokens + (now - self.filled) * self.rate)
        self.filled = now
        if self.tokens < 1:
            return (1 - self.tokens) / self.rate
        self.tokens -= 1
        return 0.0


class KeyCheck:
    """Answers 401 without a known key, 403 to one that may not, and 429 to one that asks too often.

    A path needs a key unless it is that of open routes alone, and an admin's where its route does.
    """

    def __init__(self, app: ASGIApp, routes: Sequence[Route], keys: Keys, rate: float) -> None:
        self._app = app
        self._admin = [compile_path(route.path)[0] for route in routes if route.admin]
        self._open = [compile_path(route.path)[0] for route in routes if route.open]
        self._guarded = [compile_path(route.path)[0] for route in routes if not route.open]
        self._keys = keys
        self._all_open = not keys.names  # a reload never takes the last key away
        self._rate = rate
        self._buckets: dict[str, Bucket] = {}

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] == "http" and self._needs_key(scope["path"]):
            trace = trace_of(scope)
            trace.key = self._keys.name_of(key_of(scope))
            if refused := self._refusal(trace.key) or self._forbid(scope):
                return await fail(trace, refused)(scope, receive, send)
        await self._app(scope, receive, send)

    def _needs_key(self, path: str) -> bool:
        if self._all_open:
            return self._is_admin(path)
        guarded = any(pattern.match(path) for pattern in self._guarded)
        return guarded or not any(pattern.match(path) for pattern in self._open)

    def _is_admin(self, path: str) -> bool:
        return any(pattern.match(path) for pattern in self._admin)

    def _refusal(self, name: str | None) -> Refused | None:
        """Returns why the owner of a key may not ask now, if so."""
        if name is None:
            return Refused(Code.UNAUTHORIZED, "authorization: a known API key is needed")
        if not self._rate:
            return None
        if name not in self._buckets:
            self._buckets[name] = Bucket(self._rate, max(1.0, self._rate))
        bucket = self._buckets[name]
        if wait := bucket.take():
            seconds = math.ceil(wait)
            message = f"more than {bucket.rate:g} requests a second: try again in {seconds} s"
            return Refused(Code.RATE_LIMITED, message, retry=seconds)
        return None

    def _forbid(self, scope: Scope) -> Refused | None:
        """Returns why a known key may not ask for this path, if so."""
        if not self._is_admin(scope["path"]) or self._keys.name_of(key_of(scope), admins_only=True):
            return None
        return Refused(Code.FORBIDDEN, Code.FORBIDDEN.example)


def key_of(scope: Scope) -> bytes:
    """Returns the key in a request's `Authorization` or `X-API-Key` header.

    `Authorization` is `Bearer KEY`, or `Basic` with the key as password, which is what clients
    send that know nothing but an address: `http://any:KEY@host/`.
    """
    for name, value in scope["headers"]:
        if name == b"x-api-key":
            return bytes(value).strip()
        if name == b"authorization" and value[:7].lower() == b"bearer ":
            return bytes(value[7:]).strip()
        if name == b"authorization" and value[:6].lower() == b"basic ":
            return password_of(value[6:])
    return b""


def password_of(credentials: bytes) -> bytes:
    """Returns the password of `Basic` credentials, or nothing where they are malformed."""
    try:
        return base64.b64decode(credentials.strip(), validate=True).partition(b":")[2]
    except binascii.Error:
        return b""
