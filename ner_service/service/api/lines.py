"""Lines of a stream are read as they come, each within the limits of a body."""

import asyncio
from codecs import BOM_UTF8
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from fastapi import Request
from starlette.requests import ClientDisconnect

from ner_service.errors import Code, Refused
from ner_service.service.api.request_body import BodyReader
from ner_service.service.connection import Gone


async def read_lines(reader: BodyReader, request: Request) -> AsyncIterator[bytes | Refused]:
    """Yields the body's lines as they come; a line that is too large is refused in its place.

    A body that stops coming, or cannot be unpacked, ends with a refusal.
    """
    line = Line(reader)
    try:
        async for part in _unpacked_parts(reader, request):
            if isinstance(part, Refused):
                yield part
                return
            *ends, rest = part.split(b"\n")
            for end in ends:
                if not end and not line.size:  # a part may be line feeds alone
                    continue
                line.add(end)
                if whole := line.end():
                    yield whole
            line.add(rest)
        if whole := line.end():
            yield whole
    finally:
        line.end()


async def _unpacked_parts(reader: BodyReader, request: Request) -> AsyncIterator[bytes | Refused]:
    inflater = reader.inflater(request)
    try:
        async for part in _parts(reader, request):
            if inflater is None or isinstance(part, Refused):
                yield part
                continue
            for piece in inflater.pieces(part):
                yield piece
                await asyncio.sleep(0)  # a small part may hold much to unpack
        if inflater:
            inflater.end()
    except Refused as refused:
        yield refused


async def _parts(reader: BodyReader, request: Request) -> AsyncIterator[bytes | Refused]:
    parts = request.stream()
    patience = Patience(reader.patience_s, reader.least_rate)
    try:
        while True:
            async with patience.wait():
                part = await anext(parts)
            patience.restore(len(part))
            yield part
    except StopAsyncIteration:
        return
    except TimeoutError:
        yield patience.refusal() or reader.too_slow()
    except ClientDisconnect:
        raise Gone from None


class Patience:
    """Patience with a client is used up while it sends nothing, and restored by what it sends.

    Both are seconds, up to `most_s`: a stream that comes at `least_rate` bytes a second goes on
    for ever, and one that brings a byte at a time does not.
    """

    def __init__(self, most_s: float, least_rate: float) -> None:
        self._most_s, self._least_rate = most_s, least_rate
        self._left_s = most_s

    @asynccontextmanager
    async def wait(self) -> AsyncIterator[None]:
        """Raises `TimeoutError` where what it is around takes longer than patience lasts."""
        clock = asyncio.get_running_loop().time
        began = clock()
        async with asyncio.timeout(self._left_s):
            yield
        self._left_s -= clock() - began

    def restore(self, size: int) -> None:
        """Is patient again for what so many bytes may take."""
        more = size / self._least_rate if self._least_rate else self._most_s
        self._left_s = min(self._most_s, self._left_s + more)

    def refusal(self) -> Refused | None:
        """Returns why the stream ends where it came too slowly all along."""
        if self._left_s == self._most_s:
            return None
        rate = f"{self._least_rate:g} bytes/s (NER_LEAST_RATE)"
        return Refused(Code.BODY_TOO_SLOW, f"the body came more slowly than {rate}")


class Line:
    """A line of a stream gathers its parts, which count with all that its reader holds."""

    def __init__(self, reader: BodyReader) -> None:
        self._reader = reader
        self._parts: list[bytes] = []
        self.size = 0  # bytes of all that came, the parts that were dropped included
        self._refused: Refused | None = None

    def add(self, part: bytes) -> None:
        """Takes the next part, unless the line is refused already."""
        self.size += len(part)
        self._reader.held += len(part)
        self._parts.append(part)
        self._refused = self._refused or self._reader.refusal("the line", self.size)
        if self._refused:
            self._drop()

    def end(self) -> bytes | Refused:
        """Returns the line without white space around it, or why it is refused; begins anew.

        A BOM stands before the first line of a file, and before others where files were joined.
        """
        line = self._refused or b"".join(self._parts).removeprefix(BOM_UTF8).strip()
        self._drop()
        self.size, self._refused = 0, None
        return line

    def _drop(self) -> None:
        self._reader.held -= sum(map(len, self._parts))
        self._parts = []
