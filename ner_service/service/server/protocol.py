"""uvicorn's HTTP/1.1 protocol with limits on heads, waiting requests, time and connections.

uvicorn alone does not do: it has no deadline for a head, none for a client that does not read,
no limit on the size of a head under httptools, makes a request of all that a client pipelines,
and cannot answer at the head. So this module, and no other, touches what uvicorn keeps to itself:
of a connection `cycle`, `flow`, `scope`, `headers`, `url`, `connections`, `server_state`,
`timeout_keep_alive_task` and `_unset_keepalive_if_required`; of a cycle its class and what `Cycle`
names. pyproject.toml pins the version, and tests/service/test_uvicorn.py holds both.
"""

import asyncio
from collections.abc import Iterable
from typing import Any

from fastapi import Response
from httptools import HttpParserError
from uvicorn.protocols.http.httptools_impl import (
    STATUS_LINE,
    HttpToolsProtocol,
    RequestResponseCycle,
)

from ner_service.errors import Code, Refused
from ner_service.service.api.errors import respond
from ner_service.service.api.load_shedding import METHOD, PATH, STATE, Shedding
from ner_service.service.connection import EXTENSION, Connection
from ner_service.service.server.parser import Parser, explain_error, fault_of

MOST_HEAD_BYTES = 65_536
TOO_LARGE = f"the head, or a trailer, is larger than {MOST_HEAD_BYTES} bytes; send less"
MOST_FRAMING = 16  # bytes around each of a body: chunks of one byte have five
MUCH_FRAMING = "the chunks are nearly empty, or have long extensions: send larger ones"
CONNECTED_S = 1.5  # and one that has just connected, to do so
LINGER_S = 2.0  # how long a body may go on after its answer
DRAIN_S = 0.5  # how long an idle connection may still send a request when the server stops
HALF_CLOSED_S = 1.0  # how long a client that sends no more may wait; most of them have left
HEAR_S = 0.1  # to read what came while the process stood still, which is not the client's fault


class HttpProtocol(HttpToolsProtocol):
    """A connection that cuts clients which are slow, endless, or one too many.

    While a request has no answer, what came behind it stays bytes, and no more is read.
    """

    parser: Parser

    def __init__(self, most_connections: int, patience_s: float, **arguments: Any) -> None:
        super().__init__(**arguments)
        self.parser = Parser(self)
        self._most_connections, self._patience_s = most_connections, patience_s
        self._unparsed = b""  # behind a request that has no answer yet
        self._unbounded = 0  # bytes of a head, of trailers, or of the extensions of a chunk
        self._framing = self._body = 0  # bytes around the parts of a body, and in them
        self._in_body = False
        self._shed = False  # the request at hand has its answer, and its body is passed over
        self._half_closed = False  # the client sends no more, and may still read
        self._draining = False  # the server stops
        self._fault = ""  # what is wrong with the head, where the parser would not say
        self._connection = Connection()
        self._read_timer: asyncio.TimerHandle | None = None  # for a head, or the rest of a body
        self._write_timer: asyncio.TimerHandle | None = None  # for the client to read

    def connection_made(self, transport: asyncio.Transport) -> None:  # type: ignore[override]
        """Begins to wait for a head, or refuses the connection."""
        super().connection_made(transport)
        if len(self.connections) > self._most_connections:
            message = "too many connections: try again in 1 s (NER_MAX_CONNECTIONS)"
            self._refuse(Refused(Code.TOO_MANY_CONNECTIONS, message, retry=1))
        else:
            self._set_read_timer()

    def connection_lost(self, exc: Exception | None) -> None:
        """Tells the request that its client has left, and leaves nothing behind."""
        super().connection_lost(exc)
        self._unparsed = b""
        self._connection.mark_closed()
        self._unset_keepalive_if_required()
        for timer in (self._read_timer, self._write_timer):
            if timer:
                timer.cancel()

    def eof_received(self) -> bool:  # type: ignore[override]
        """Lets a client that has sent a whole request wait a little for its answer."""
        self._half_closed = not self._in_body and not self._is_idle
        if self._half_closed:
            self._close_in(HALF_CLOSED_S)
        return self._half_closed

    def data_received(self, data: bytes) -> None:
        """Parses what came, as far as its turn has come."""
        self._unparsed += data
        self._parse()

    def _parse(self) -> None:
        """Parses up to the end of a request that has to wait for its answer."""
        if self.transport.is_closing():
            return
        if self._unparsed:
            self._unset_keepalive_if_required()
        try:
            self._feed()
        except HttpParserError as error:
            fault = explain_error(error)
            self.logger.warning("invalid HTTP: %s", fault)
            self.send_400_response(fault)
            return
        if self._unbounded > MOST_HEAD_BYTES:
            self.send_400_response(TOO_LARGE)
        elif self._framing > MOST_HEAD_BYTES + MOST_FRAMING * self._body:
            self.send_400_response(MUCH_FRAMING)
        elif self._unparsed:
            self.flow.pause_reading()
        elif self._is_idle:
            self.flow.resume_reading()
            self._set_read_timer()
        elif self._draining:
            self.cycle.keep_alive = False

    def _feed(self) -> None:
        """Feeds the parser while a request is at hand, or another may begin and be answered."""
        data, start = self._unparsed, 0
        while start < len(data) and (self._in_body or self._is_ready):
            end = self.parser.advance(data, start)
            self._unbounded += end - start
            self._framing += end - start
            self.parser.feed_part(data[start:end])
            start = end
        self._unparsed = data[start:]

    @property
    def _is_idle(self) -> bool:
        """True while no request waits for its answer."""
        return self.cycle is None or self.cycle.response_complete

    @property
    def _is_ready(self) -> bool:
        """True while another request may begin: its answer could be written at once."""
        return self._is_idle and not self.flow.write_paused

    def _set_read_timer(self) -> None:
        """Bounds an idle connection's wait for data, unless uvicorn's keep-alive timer does."""
        if self._read_timer:
            return
        if self._half_closed:
            self.transport.close()
        elif self._draining:
            self._close_in(DRAIN_S if self.cycle else CONNECTED_S)
        elif self._in_body:
            self._close_in(LINGER_S)
        elif self.timeout_keep_alive_task is None:
            self._close_in(self._patience_s)

    def _close_in(self, seconds: float) -> None:
        self._read_timer = self.loop.call_later(seconds, self._close_unless_heard)

    def _close_unless_heard(self) -> None:
        """Closes a little later: a loop runs its timers before it reads what has come."""
        self._read_timer = self.loop.call_later(HEAR_S, self.transport.close)

    def timeout_keep_alive_handler(self) -> None:
        """Closes a connection that uvicorn's timer finds idle, likewise."""
        if not self.transport.is_closing() and not self._read_timer:
            self._close_unless_heard()

    def _cancel_read_timer(self) -> None:
        if self._read_timer:
            self._read_timer.cancel()
            self._read_timer = None

    def on_message_begin(self) -> None:
        """Begins a request, and adds what is known of its client to the scope."""
        super().on_message_begin()
        self.scope["extensions"] = {EXTENSION: self._connection}  # type: ignore[dict-item]
        self._connection.complete = False

    def on_headers_complete(self) -> None:
        """Refuses the request, or starts the application on it; raises where the head is bad."""
        self._check_head()
        if self.parser.should_upgrade():  # it comes again without its offer
            return
        self._unbounded = self._framing = self._body = 0
        self.parser.expect_body()
        self._cancel_read_timer()
        self._shed_load()
        if not self._shed:
            super().on_headers_complete()  # raises where the address is none
            self.cycle.__class__ = Cycle  # uvicorn has no place to name another
        self._in_body = True

    def _check_head(self) -> None:
        parser = self.parser
        if self._unbounded > MOST_HEAD_BYTES:
            self._fault = TOO_LARGE
        else:
            version = parser.get_http_version()
            self._fault = fault_of(parser.get_method(), version, self.headers)
        if self._fault:
            raise ValueError(self._fault)

    def _shed_load(self) -> None:
        """Answers a request at its head where its body could not change the answer."""
        shedding: Shedding | None = self.app_state.get(STATE)
        if shedding is None or not all([lane.crowded for lane in shedding.lanes.values()]):
            return
        if self._draining or not self.parser.should_keep_alive():
            return
        if self.parser.get_method() != METHOD or self.url != PATH:
            return
        scope: Any = self.scope
        scope.update(method=METHOD.decode(), path=PATH.decode())
        if refusal := shedding.refusal(scope):
            response, headers = refusal
            self._write(response, *headers, *self.server_state.default_headers)
            self._shed = True

    def on_body(self, body: bytes) -> None:
        """Hands a part of the body on, unless its request is refused."""
        self._unbounded = 0
        self._framing -= len(body)
        self._body += len(body)
        if not self._shed:
            super().on_body(body)

    def on_message_complete(self) -> None:
        """Ends the request: it is there in full."""
        if self.parser.should_upgrade():
            return
        self._in_body = False
        self._unbounded = 0
        self._cancel_read_timer()
        if self._shed:
            self._shed = False
            super().on_response_complete()
        else:
            super().on_message_complete()
            self._connection.complete = True

    def on_response_complete(self) -> None:
        """Goes on with what came behind the request that has its answer now."""
        super().on_response_complete()
        self._parse()

    def pause_writing(self) -> None:
        """Gives the client so long to read; its next request waits until it has."""
        super().pause_writing()
        self._write_timer = self.loop.call_later(self._patience_s, self.transport.abort)

    def resume_writing(self) -> None:
        """Goes on once the client has read."""
        super().resume_writing()
        if self._write_timer:
            self._write_timer.cancel()
        self._parse()

    def send_400_response(self, msg: str) -> None:
        """Answers what is wrong in place of the request's own answer, never amid it or behind it.

        Then it closes the connection: where the next request begins cannot be known.
        """
        if self._in_body and (self._shed or self.cycle.response_started):
            self.transport.close()
        else:
            self._refuse(Refused(Code.INVALID_HTTP, self._fault or msg))

    def _refuse(self, refused: Refused) -> None:
        """Answers without the application, and closes."""
        response = respond(refused)
        shedding: Shedding | None = self.app_state.get(STATE)
        own = shedding.note(refused) if shedding else ()
        self._write(response, *own, (b"connection", b"close"))
        self.transport.close()

    def _write(self, response: Response, *headers: tuple[bytes, bytes]) -> None:
        """Sends an answer in one write."""
        fields = [*response.raw_headers, *headers]
        self.transport.write(join_answer(response.status_code, fields, bytes(response.body)))

    def shutdown(self) -> None:
        """Finishes what is there; a request that is already on its way is answered as well."""
        self._draining = True
        if self._is_idle:
            self._cancel_read_timer()
        self._parse()


class Cycle(RequestResponseCycle):
    """A request and its answer, which is sent in one write where its length is known.

    It keeps a head that tells the length until the body is there, and takes headers as they are:
    they are the application's own. Without it the process takes 9 to 12% more CPU for a small
    answer (h2load, a tagger that answers at once, variants in turns).
    """

    _head: dict[str, Any] | None = None

    async def send(self, message: Any) -> None:
        """Sends a part of the answer."""
        head, self._head = self._head, None
        if head and not message.get("more_body") and self.scope["method"] != "HEAD":
            await self._send_whole(head, message["body"])
        elif head:
            self.response_started = False
            await super().send(head)  # type: ignore[arg-type]
            await super().send(message)
        elif any(name == b"content-length" for name, _ in message.get("headers", ())):
            self._head, self.response_started = message, True
        else:
            if self.scope["http_version"] == "1.0":  # knows no chunks: a body ends by closing
                self.chunked_encoding = False
                self.expected_content_length = len(message.get("body", b""))
            await super().send(message)

    async def _send_whole(self, head: dict[str, Any], body: bytes) -> None:
        if self.flow.write_paused and not self.disconnected:
            await self.flow.drain()
        if self.disconnected:
            return
        fields = [*self.default_headers, *head["headers"]]
        if not self.keep_alive:
            fields.append((b"connection", b"close"))
        self.transport.write(join_answer(head["status"], fields, body))
        self.response_complete = True
        self.message_event.set()
        if not self.keep_alive:
            self.transport.close()
        self.on_response()


def join_answer(status: int, fields: Iterable[tuple[bytes, bytes]], body: bytes) -> bytes:
    """Returns an answer as it is sent."""
    lines = [b"%s: %s\r\n" % field for field in fields]
    return b"".join([STATUS_LINE[status], *lines, b"\r\n", body])
