"""Request bodies as they arrive, within limits of size and time; never held without end."""

import asyncio
from collections.abc import AsyncIterator

from fastapi import Request
from starlette.requests import ClientDisconnect

from ner_service.service.api.errors import Refused
from ner_service.service.connection import Gone, is_whole
from ner_service.service.telemetry.request import header


class Intake:
    """Reads bodies; all that it holds at a time has a limit beside that of each body."""

    def __init__(self, most: int, most_held: int, patience_s: float) -> None:
        self._most, self._most_held, self._patience_s = most, most_held, patience_s
        self.held = 0

    async def body(self, request: Request) -> bytes:
        """The whole body, refused as soon as it is too large or too slow."""
        self._check(int(header(request.scope, b"content-length") or 0))
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
        if fault := self.fault("the body", size):
            raise fault

    def fault(self, what: str, size: int) -> Refused | None:
        """Why something of that size is not held on to, if it is not."""
        if size > self._most:
            message = f"{what} is larger than {self._most} bytes (NER_MAX_BODY_BYTES)"
            return Refused(413, "body_too_large", message)
        if self.held > self._most_held:
            message = "too many bodies at once: try again in 1 s (NER_MAX_HELD_BYTES)"
            return Refused(429, "overloaded", message, retry=1)
        return None

    async def lines(self, request: Request) -> AsyncIterator[bytes | Refused]:
        """The body's lines as they come; one that is not held on to is passed over and says so.

        A body that stops coming ends with a refusal.
        """
        line = Line(self)
        try:
            async for part in self._parts(request):
                if isinstance(part, Refused):
                    yield part
                    return
                *ends, rest = part.split(b"\n")
                for end in ends:
                    line.add(end)
                    if whole := line.end():
                        yield whole
                line.add(rest)
            if whole := line.end():
                yield whole
        finally:
            line.end()

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

    def _too_slow(self) -> Refused:
        message = f"the body stopped coming for {self._patience_s:g} s (NER_CLIENT_TIMEOUT_S)"
        return Refused(408, "body_too_slow", message)


class Line:
    """A line of a stream as its parts come; what is held of it counts with all that is held."""

    def __init__(self, intake: Intake) -> None:
        self._intake = intake
        self._parts: list[bytes] = []
        self._size = self._held = 0
        self._fault: Refused | None = None

    def add(self, part: bytes) -> None:
        """Takes the next part, unless there is a fault already."""
        self._size += len(part)
        self._hold(len(part))
        self._parts.append(part)
        self._fault = self._fault or self._intake.fault("the line", self._size)
        if self._fault:
            self._drop()

    def end(self) -> bytes | Refused:
        """The line without white space around it, or why it is not there; then begins anew."""
        found = self._fault or b"".join(self._parts).strip()
        self._drop()
        self._size, self._fault = 0, None
        return found

    def _hold(self, size: int) -> None:
        self._held += size
        self._intake.held += size

    def _drop(self) -> None:
        self._parts = []
        self._hold(-self._held)
