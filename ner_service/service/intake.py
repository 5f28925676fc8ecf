"""Request bodies as they arrive, within limits of size and time; never held without end."""

import asyncio
from collections.abc import AsyncIterator

from fastapi import Request
from starlette.requests import ClientDisconnect

from ner_service.service.errors import Refused
from ner_service.service.leaving import Gone, is_whole
from ner_service.service.trace import header


class Intake:
    """Reads bodies; all that it holds at a time has a limit beside that of each body."""

    def __init__(self, most: int, most_held: int, patience_s: float) -> None:
        self._most, self._most_held, self._patience_s = most, most_held, patience_s
        self.held = 0

    async def body(self, request: Request) -> bytes:
        """The whole body, refused as soon as it is too large or too slow."""
        if int(header(request.scope, b"content-length") or 0) > self._most:
            raise self._too_large("the body")
        if is_whole(request.scope):
            return await self._whole(request)
        try:
            async with asyncio.timeout(self._patience_s):
                return await self._whole(request)
        except TimeoutError:
            raise self._too_slow() from None

    async def _whole(self, request: Request) -> bytes:
        parts: list[bytes] = []
        size, more = 0, True
        try:
            while more:
                message = await request.receive()
                if message["type"] == "http.disconnect":
                    raise Gone
                part, more = message.get("body", b""), message.get("more_body", False)
                parts.append(part)
                size += len(part)
                self.held += len(part)
                self._check(size)
        finally:
            self.held -= size
        return parts[0] if len(parts) == 1 else b"".join(parts)

    def _check(self, size: int) -> None:
        if size > self._most:
            raise self._too_large("the body")
        if self.held > self._most_held:
            message = "too many bodies at once: try again in 1 s (NER_MAX_HELD_BYTES)"
            raise Refused(429, "overloaded", message, retry=1)

    async def lines(self, request: Request) -> AsyncIterator[bytes | Refused]:
        """The body's lines as they come; one that is too long is passed over and says so.

        A body that stops coming ends with a refusal.
        """
        begun: list[bytes] = []  # what is there of the last line
        size = 0
        async for part in self._parts(request):
            if isinstance(part, Refused):
                yield part
                return
            *whole, rest = part.split(b"\n")
            for line in whole:
                if size + len(line) > self._most:
                    yield self._too_large("the line")
                elif line := b"".join([*begun, line]).strip():
                    yield line
                begun, size = [], 0
            size += len(rest)
            begun = [*begun, rest] if size <= self._most else []
        if size > self._most:
            yield self._too_large("the line")
        elif line := b"".join(begun).strip():
            yield line

    async def _parts(self, request: Request) -> AsyncIterator[bytes | Refused]:
        parts = request.stream()
        try:
            while True:
                async with asyncio.timeout(self._patience_s):
                    part = await anext(parts)
                yield part
        except StopAsyncIteration:
            return
        except TimeoutError:
            yield self._too_slow()
        except ClientDisconnect:
            raise Gone from None

    def _too_large(self, what: str) -> Refused:
        message = f"{what} is larger than {self._most} bytes (NER_MAX_BODY_BYTES)"
        return Refused(413, "body_too_large", message)

    def _too_slow(self) -> Refused:
        message = f"the body stopped coming for {self._patience_s:g} s (NER_CLIENT_TIMEOUT_S)"
        return Refused(408, "body_too_slow", message)
