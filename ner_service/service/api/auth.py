"""Who may ask: API keys, known by their hashes, and how often each may."""

import hashlib
import hmac
import math
import re
import secrets
import time
from collections.abc import Mapping
from dataclasses import dataclass, field

from starlette.types import ASGIApp, Receive, Scope, Send

from ner_service.service.api.errors import Refused, told
from ner_service.service.telemetry.request import trace_of

GUARDED = ("/ner", "/taggers", "/web/conll", "/web/export")
HASH = re.compile(r"[0-9a-f]{64}")


def new_key() -> str:
    """A key that cannot be guessed, so that its plain SHA-256 may stand in the settings."""
    return f"ner_{secrets.token_urlsafe(32)}"


def hash_key(key: str) -> str:
    """What the settings have of a key."""
    return hashlib.sha256(key.encode()).hexdigest()


def split(value: str) -> list[str]:
    """The parts of a list by commas."""
    return [*filter(None, (part.strip() for part in value.split(",")))]


def parse_keys(value: str) -> dict[str, str]:
    """Reads `NAME=HASH,...` as hash -> name; raises `ValueError`."""
    found: dict[str, str] = {}
    for part in split(value):
        name, _, hash = part.rpartition("=")
        if not name or not HASH.fullmatch(hash):
            raise ValueError("expected NAME=HASH by commas, as `ner-service key NAME` prints them")
        if hash in found or name in found.values():
            raise ValueError(f"has {name!r} or its key twice")
        found[hash] = name
    return found


@dataclass(slots=True)
class Bucket:
    """Lets `rate` requests a second pass, and as many at once after a rest of a second."""

    rate: float
    tokens: float = 0.0
    filled: float = field(default_factory=time.monotonic)

    def take(self) -> float:
        """0 where a request may pass, else the seconds until one may."""
        now = time.monotonic()
        most = max(1.0, self.rate)
        self.tokens = min(most, self.tokens + (now - self.filled) * self.rate)
        self.filled = now
        if self.tokens < 1:
            return (1 - self.tokens) / self.rate
        self.tokens -= 1
        return 0.0


class Access:
    """Answers 401 without a known key, and 429 to a key that asks too often."""

    def __init__(self, app: ASGIApp, keys: Mapping[str, str], rate: float) -> None:
        self._app = app
        self._keys = {hash.encode(): name for hash, name in keys.items()}
        self._buckets = {name: Bucket(rate, max(1.0, rate)) for name in keys.values() if rate}

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http" or not scope["path"].startswith(GUARDED):
            return await self._app(scope, receive, send)
        trace = trace_of(scope)
        trace.key = self._name(token(scope))
        if trace.key is None:
            refused = Refused(401, "unauthorized", "authorization: a known API key is needed")
            return await told(scope, refused)(scope, receive, send)
        bucket = self._buckets.get(trace.key)
        if bucket and (wait := bucket.take()):
            seconds = math.ceil(wait)
            message = f"more than {bucket.rate:g} requests a second: try again in {seconds} s"
            refused = Refused(429, "rate_limited", message, retry=seconds)
            return await told(scope, refused)(scope, receive, send)
        await self._app(scope, receive, send)

    def _name(self, token: bytes) -> str | None:
        """Compares with every key in constant time."""
        hash = hashlib.sha256(token).hexdigest().encode()
        found = [name for known, name in self._keys.items() if hmac.compare_digest(hash, known)]
        return found[0] if found else None


def token(scope: Scope) -> bytes:
    """The key in a request's `Authorization: Bearer` or `X-API-Key` header."""
    for name, value in scope["headers"]:
        if name == b"x-api-key":
            return bytes(value).strip()
        if name == b"authorization" and value[:7].lower() == b"bearer ":
            return bytes(value[7:]).strip()
    return b""
