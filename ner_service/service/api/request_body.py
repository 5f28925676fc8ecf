"""Requests arrive as headers, options and a body, within limits of size and time."""

import asyncio
from codecs import BOM_UTF8
from collections.abc import AsyncIterator, Iterable
from functools import lru_cache
from typing import Any

from fastapi import Request
from starlette.requests import ClientDisconnect
from starlette.types import Scope

from ner_service.errors import Code, Refused
from ner_service.service.api.errors import shorten
from ner_service.service.api.inflation import Inflater
from ner_service.service.api.json_body import Form
from ner_service.service.api.schemas import TextRequest
from ner_service.service.connection import EXTENSION, Connection, Gone
from ner_service.service.settings import split_list

JSON, PLAIN, NDJSON = "application/json", "text/plain", "application/x-ndjson"
OTHER_NAMES = {  # by which clients call the same types; none but NDJSON's `x-` is registered
    "text/json": JSON,
    **{
        f"application/{x}{name}": NDJSON
        for name in ("ndjson", "jsonl", "jsonlines", "json-lines")
        for x in ("", "x-")
    },
    "text/jsonl": NDJSON,
}
HINTS = {  # where a client's default came, or the type of another route
    "application/x-www-form-urlencoded": "; curl -d sends a form: add -H 'content-type: {}'",
    "multipart/form-data": "; curl -F sends a form: --data-binary @FILE -H 'content-type: {}'",
    NDJSON: "; JSON lines go to /ner/batch",
    PLAIN: "; a plain text goes to /ner",
}
PACKED, AS_IT_IS = (b"gzip", b"x-gzip"), (b"", b"identity")
TEXT = Form(TextRequest)
MOST_PARAMETERS = 128  # of a query; each label may be one


def header(scope: Scope, name: bytes) -> bytes:
    """Returns the first header of that name, or nothing."""
    for other, value in scope["headers"]:
        if other == name:
            return value  # type: ignore[no-any-return]
    return b""


def connection_of(request: Request) -> Connection:
    """Returns the connection of a request, as the server shows it."""
    return request.scope.get("extensions", {}).get(EXTENSION) or Connection()


def content_type(request: Request, *allowed: str) -> str:
    """Returns the request's media type; raises where it is not among those allowed."""
    kind, charset = media_type(header(request.scope, b"content-type"))
    if kind not in allowed:
        hint = HINTS.get(kind, "").format(allowed[0])
        message = f"content-type: expected {' or '.join(allowed)}{hint}"
        raise Refused(Code.UNSUPPORTED_MEDIA_TYPE, message)
    if charset and charset not in ("utf-8", "utf8"):
        raise Refused(Code.UNSUPPORTED_CHARSET, "content-type: the charset must be UTF-8")
    if content_encoding(request) not in PACKED + AS_IT_IS:
        message = "content-encoding: expected gzip, or none: send the body as it is"
        raise Refused(Code.UNSUPPORTED_ENCODING, message)
    return kind


def content_encoding(request: Request) -> bytes:
    """Returns how the body is packed, in lower case, or nothing."""
    return header(request.scope, b"content-encoding").strip().lower()


@lru_cache(64)
def media_type(value: bytes) -> tuple[str, str]:
    """Returns the media type of a `Content-Type` by its first name, and its charset.

    Both are in lower case.
    """
    name, _, parameters = value.decode("latin-1").lower().partition(";")
    charset, _, _ = parameters.partition("charset=")[2].partition(";")
    kind = name.strip()
    return OTHER_NAMES.get(kind, kind), charset.strip(' "')


def check_no_query(request: Request) -> None:
    """Raises where options stand in the query though they belong in the body."""
    _check_query_size(request)
    if request.scope["query_string"] and request.query_params:
        fields = [shorten(name) for name in request.query_params][:20]
        raise Refused(Code.INVALID_REQUEST, "options of a JSON body belong in it", fields)


def _check_query_size(request: Request) -> None:
    if request.scope["query_string"].count(b"&") >= MOST_PARAMETERS:
        message = f"the query has more than {MOST_PARAMETERS} parameters: send fewer"
        raise Refused(Code.INVALID_REQUEST, message)


def query_options(request: Request) -> dict[str, Any]:
    """Returns the options in the query; `labels` may repeat or be joined by commas."""
    _check_query_size(request)
    options: dict[str, Any] = dict(request.query_params)
    if "text" in options:
        raise Refused(Code.INVALID_REQUEST, "text: belongs in the body", ["text"])
    if "labels" in options:
        options["labels"] = split_list(",".join(request.query_params.getlist("labels")))
    return options


def parse_text(request: Request, kind: str, body: bytes) -> TextRequest:
    """Reads a single text out of JSON, or out of a plain body with its options in the query."""
    if kind == JSON:
        check_no_query(request)
        return TEXT.parse(body)
    try:
        text = body.decode()
    except UnicodeDecodeError as error:
        message = f"the body is not UTF-8 at byte {error.start}"
        raise Refused(Code.INVALID_ENCODING, message) from None
    return TextRequest.model_validate(query_options(request) | {"text": text})


class BodyReader:
    """A reader holds bodies while they arrive; all of them have a limit beside that of each.

    Limits are in bytes; `patience_s` is what a client may take for a body, or a part of a stream.
    """

    def __init__(self, most: int, most_held: int, patience_s: float) -> None:
        self._most, self._most_held, self._patience_s = most, most_held, patience_s
        self.held = 0

    async def body(self, request: Request) -> bytes:
        """Returns the whole body, unpacked and without the BOM that it may begin with.

        The body is refused as soon as it is too large or too slow.
        """
        self._check(int(header(request.scope, b"content-length") or 0))
        if connection_of(request).complete:
            return await self._read(request)
        try:
            async with asyncio.timeout(self._patience_s):
                return await self._read(request)
        except TimeoutError:
            raise self._too_slow() from None

    async def _read(self, request: Request) -> bytes:
        parts: list[bytes] = []
        received = size = 0
        more = True
        inflater = self._inflater(request)
        try:
            while more:
                message = await request.receive()
                if message["type"] == "http.disconnect":
                    raise Gone
                part, more = message.get("body", b""), message.get("more_body", False)
                received += len(part)
                self._check(received)
                pieces: Iterable[bytes] = inflater.pieces(part) if inflater else (part,)
                for piece in pieces:
                    parts.append(piece)
                    size += len(piece)
                    self.held += len(piece)
                    self._check(size, "the unpacked body" if inflater else "the body")
                    if inflater:
                        await asyncio.sleep(0)  # a small part may hold much to unpack
            if inflater:
                inflater.end()
        finally:
            self.held -= size
        body = parts[0] if len(parts) == 1 else b"".join(parts)
        return body.removeprefix(BOM_UTF8)

    def _inflater(self, request: Request) -> Inflater | None:
        return Inflater(self._most) if content_encoding(request) in PACKED else None

    def _check(self, size: int, what: str = "the body") -> None:
        if refused := self.refusal(what, size):
            raise refused

    def refusal(self, what: str, size: int) -> Refused | None:
        """Returns why something of that size is not held on to, if it is not."""
        if size > self._most:
            message = f"{what} is larger than {self._most} bytes (NER_MAX_BODY_BYTES)"
            return Refused(Code.BODY_TOO_LARGE, message)
        if self.held > self._most_held:
            message = "too many bodies at once: try again in 1 s (NER_MAX_HELD_BYTES)"
            return Refused(Code.OVERLOADED, message, retry=1)
        return None

    async def lines(self, request: Request) -> AsyncIterator[bytes | Refused]:
        """Yields the body's lines as they come; a line that is too large is refused in its place.

        A body that stops coming, or cannot be unpacked, ends with a refusal.
        """
        line = Line(self)
        try:
            async for part in self._unpacked_parts(request):
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

    async def _unpacked_parts(self, request: Request) -> AsyncIterator[bytes | Refused]:
        inflater = self._inflater(request)
        try:
            async for part in self._parts(request):
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
        return Refused(Code.BODY_TOO_SLOW, message)


class Line:
    """A line of a stream gathers its parts, which count with all that its reader holds."""

    def __init__(self, reader: BodyReader) -> None:
        self._reader = reader
        self._parts: list[bytes] = []
        self._size = 0  # of all that came, the parts that were dropped included
        self._refused: Refused | None = None

    def add(self, part: bytes) -> None:
        """Takes the next part, unless the line is refused already."""
        self._size += len(part)
        self._reader.held += len(part)
        self._parts.append(part)
        self._refused = self._refused or self._reader.refusal("the line", self._size)
        if self._refused:
            self._drop()

    def end(self) -> bytes | Refused:
        """Returns the line without white space around it, or why it is refused; begins anew.

        A BOM stands before the first line of a file, and before others where files were joined.
        """
        line = self._refused or b"".join(self._parts).removeprefix(BOM_UTF8).strip()
        self._drop()
        self._size, self._refused = 0, None
        return line

    def _drop(self) -> None:
        self._reader.held -= sum(map(len, self._parts))
        self._parts = []
