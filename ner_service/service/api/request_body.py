"""Request bodies are read and parsed within limits of size and time."""

import asyncio
from codecs import BOM_UTF8
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from functools import lru_cache
from typing import Generic, TypeVar

from fastapi import Request, Response
from pydantic import BaseModel
from starlette.types import Scope

from ner_service.errors import Code, Refused
from ner_service.service.api.background import Background
from ner_service.service.api.inflation import Inflater
from ner_service.service.api.json_size import Size, size_of, size_within
from ner_service.service.api.query import query_options, refuse_options
from ner_service.service.api.schemas import TextRequest
from ner_service.service.connection import EXTENSION, Connection, Gone

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
SPARE = 2_000  # values and keys that a wrong body may have beside the legal ones, to be explained

Model = TypeVar("Model", bound=BaseModel)
Asked = TypeVar("Asked")
T = TypeVar("T")


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


@dataclass(frozen=True, slots=True)
class Received(Generic[Asked]):
    """A received body has what it asks, its size in bytes, and the connection that it came by."""

    asked: Asked
    size: int
    connection: Connection

    async def work(
        self, background: Background, work: Callable[[], T], may_be_long: bool = False
    ) -> T:
        """Returns what work on the body returns, which waits by the body's size.

        Work that a few bytes may make long stands with that on large bodies.
        """
        return await background.run(work, None if may_be_long else self.size, self.connection)

    async def answer(
        self, background: Background, work: Callable[[], bytes], may_be_long: bool = False
    ) -> Response:
        """Returns the JSON that work on the body makes."""
        return Response(await self.work(background, work, may_be_long), media_type=JSON)


class BodyReader:
    """A reader holds bodies while they arrive; all of them have a limit beside that of each.

    Limits are in bytes; `patience_s` is what a client may take for a body, or a part of a stream,
    which brings so many bytes a second at least.
    """

    def __init__(
        self, most: int, most_held: int, patience_s: float, least_rate: float = 0.0
    ) -> None:
        self._most, self._most_held, self.patience_s = most, most_held, patience_s
        self.least_rate = least_rate
        self.held = 0

    async def body(self, request: Request) -> bytes:
        """Returns the whole body, unpacked and without the BOM that it may begin with.

        The body is refused as soon as it is too large or too slow.
        """
        packed = content_encoding(request) in PACKED
        if connection_of(request).complete and not packed:
            body, _ = await self._receive(request)
            self.held += len(body)  # it came in one piece, but counts as any other
            try:
                self._check(len(body))
            finally:
                self.held -= len(body)
        else:
            self._check(int(header(request.scope, b"content-length") or 0))
            try:
                async with asyncio.timeout(self.patience_s):
                    body = await self._gather(request)
            except TimeoutError:
                raise self.too_slow() from None
        return body.removeprefix(BOM_UTF8)

    async def receive(
        self, request: Request, parse: Callable[[bytes], Awaitable[Asked]]
    ) -> Received[Asked]:
        """Returns a body of JSON with what `parse` makes of it."""
        content_type(request, JSON)
        body = await self.body(request)
        return Received(await parse(body), len(body), connection_of(request))

    async def _receive(self, request: Request) -> tuple[bytes, bool]:
        """Returns the next part of a body, and whether there are more."""
        message = await request.receive()
        if message["type"] == "http.disconnect":
            raise Gone
        return message.get("body", b""), message.get("more_body", False)

    async def _gather(self, request: Request) -> bytes:
        parts: list[bytes] = []
        received = size = 0
        more = True
        inflater = self.inflater(request)
        try:
            while more:
                part, more = await self._receive(request)
                received += len(part)
                self._check(received)
                for piece in inflater.pieces(part) if inflater else (part,):
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
        return b"".join(parts)

    def inflater(self, request: Request) -> Inflater | None:
        """Returns what unpacks the body, if it is packed."""
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

    def too_slow(self) -> Refused:
        """Returns the refusal of a body that stopped coming."""
        message = f"the body stopped coming for {self.patience_s:g} s (NER_CLIENT_TIMEOUT_S)"
        return Refused(Code.BODY_TOO_SLOW, message)


class Form(Generic[Model]):
    """A form is a schema, and the size of the largest body that fits it.

    pydantic makes a tree of a whole body before it looks at a bound, and an error of each fault:
    12 MB of `[]` took 5.3 GB. Lists without `maxItems` may have `most_items`, which the operator
    sets; `too_many` makes the answer where that is exceeded. `spare` is how many values and keys a
    body may have beside those of the schema.
    """

    def __init__(
        self,
        model: type[Model],
        most_items: int | None = None,
        too_many: Callable[[], Refused] | None = None,
        spare: int = SPARE,
    ) -> None:
        self.model = model
        schema = model.model_json_schema()
        self._most = size_of(schema, schema.get("$defs", {}), most_items) + Size(spare, spare)
        self._short = self._most.least_bytes
        self._too_many = too_many or self._too_many_values

    async def parse(self, body: bytes) -> Model:
        """Returns the model of a body; raises `Refused` or `ValidationError`."""
        if len(body) > self._short:
            self._check(await size_within(body, self._most))
        return self.model.model_validate_json(body)

    def _check(self, size: Size) -> None:
        """Raises `Refused` where the body has too many values or keys."""
        if size.keys > self._most.keys:
            message = f"the body has more than {self._most.keys} keys: send fewer"
            raise Refused(Code.INVALID_REQUEST, message)
        if size.values > self._most.values:
            raise self._too_many()

    def _too_many_values(self) -> Refused:
        message = f"the body has more than {self._most.values} values: send fewer"
        return Refused(Code.INVALID_REQUEST, message)


TEXT = Form(TextRequest)


async def parse_text(request: Request, kind: str, body: bytes) -> TextRequest:
    """Reads a single text out of JSON, or out of a plain body with its options in the query."""
    if kind == JSON:
        check_no_query(request)
        return await TEXT.parse(body)
    try:
        text = body.decode()
    except UnicodeDecodeError as error:
        message = f"the body is not UTF-8 at byte {error.start}"
        raise Refused(Code.INVALID_ENCODING, message) from None
    return TextRequest.model_validate(query_options(request) | {"text": text})


def check_no_query(request: Request) -> None:
    """Raises where options stand in the query though they belong in the body."""
    if request.scope["query_string"]:
        refuse_options(request)
