"""uvicorn's HTTP/1.1 protocol, bounded: heads in size and time, answers in time, connections."""

import asyncio
from typing import Any

from fastapi import Response
from httptools import HttpParserUpgrade, HttpRequestParser
from uvicorn.protocols.http.httptools_impl import HttpToolsProtocol

from ner_service.errors import Code, Refused
from ner_service.service.api.errors import respond
from ner_service.service.api.load_shedding import METHOD, PATH, STATE, Shedding
from ner_service.service.connection import EXTENSION, Arrival, Connection
from ner_service.service.server.cycle import Joining, joined

MOST_HEAD_BYTES = 65_536
NO_TUNNEL = "CONNECT: there is nothing behind this service"
TOO_LARGE = f"the head, or a trailer, is larger than {MOST_HEAD_BYTES} bytes"
LINGER_S = 2.0  # how long a body may go on after its answer
DRAIN_S = 0.5  # how long an idle connection may still send a request when the server stops


class Bounded(HttpToolsProtocol):
    """Cuts clients that are slow, endless, or one too many."""

    def __init__(self, most_connections: int, patience_s: float, **arguments: Any) -> None:
        super().__init__(**arguments)
        self.parser = Parser(self)
        self._most_connections, self._patience_s = most_connections, patience_s
        self._head_bytes = 0  # that came of a head without end
        self._field_bytes = 0  # of the fields of a head, or of trailers
        self._in_head = True
        self._in_body = False
        self._behind = False  # what was read last has the end of another request, too
        self._offered = False  # to upgrade: the head at hand comes again without that
        self._ended = False  # what comes is no request any more
        self._shed = False  # the request at hand has its answer, and its body is passed over
        self._draining = False
        self._fault = ""  # what is wrong with the head, where the parser would not say
        self._connection = Connection()
        self._reading: asyncio.TimerHandle | None = None  # for the head, or the rest of a body
        self._writing: asyncio.TimerHandle | None = None  # for the client to read

    def connection_made(self, transport: asyncio.Transport) -> None:  # type: ignore[override]
        super().connection_made(transport)
        if len(self.connections) > self._most_connections:
            self._turn_away()
        else:
            self._read_within(self._patience_s)

    def connection_lost(self, exc: Exception | None) -> None:
        super().connection_lost(exc)
        self._connection.mark_closed()
        self._unset_keepalive_if_required()
        for timer in (self._reading, self._writing):
            if timer:
                timer.cancel()

    def _turn_away(self) -> None:
        """Answers before anything is read."""
        message = "too many connections: try again in 1 s (NER_MAX_CONNECTIONS)"
        self._refuse(Refused(Code.TOO_MANY_CONNECTIONS, message, retry=1))

    def _refuse(self, refused: Refused) -> None:
        """Answers without the application, and closes."""
        self._write(self._answer(refused), (b"connection", b"close"))
        self.transport.close()

    def _answer(self, refused: Refused) -> Response:
        """The answer to what the application does not see."""
        response = respond(refused)
        if shedding := self.app_state.get(STATE):
            response.raw_headers += shedding.note(refused)
        return response

    def _write(self, response: Response, *headers: tuple[bytes, bytes]) -> None:
        """Sends an answer that is whole."""
        fields = (*response.raw_headers, *headers)
        self.transport.write(joined(response.status_code, fields, bytes(response.body)))

    def send_400_response(self, msg: str) -> None:
        """Answers what is wrong in place of the request's own answer, never amid another's."""
        refused = Refused(Code.INVALID_HTTP, self._fault or msg)
        if self._in_body and self.pipeline:  # its turn comes
            self.pipeline[0] = self.cycle, self._answer(refused)  # type: ignore[assignment]
            self.cycle.keep_alive = False
        elif self._in_body and (self._shed or self.cycle.response_started):
            self.transport.close()
        elif self._in_body or self._idle:
            self._refuse(refused)
        else:
            self._end()
        self._ended = True

    def _end(self) -> None:
        """Reads no more, and closes as soon as what came before has its answer."""
        if self._idle:
            self.transport.close()
        else:
            self.cycle.keep_alive = False
            self.flow.pause_reading()

    def _read_within(self, seconds: float) -> None:
        self._reading = self.loop.call_later(seconds, self._end)

    def _have_read(self) -> None:
        if self._reading:
            self._reading.cancel()
            self._reading = None

    def data_received(self, data: bytes) -> None:
        if self._ended:
            return
        self._behind = False
        super().data_received(data)
        if self._shed and not self._reading:
            self._read_within(LINGER_S)
        if not self._reading and (self._in_head or self._is_adrift):
            self._read_within(self._patience_s)
        if self._in_head:
            self._head_bytes += 0 if self._behind else len(data)
            if self._head_bytes > MOST_HEAD_BYTES and not self.transport.is_closing():
                self.send_400_response(TOO_LARGE)

    def on_message_begin(self) -> None:
        super().on_message_begin()
        self.scope["extensions"] = {EXTENSION: Arrival(self._connection)}  # type: ignore[dict-item]
        self._in_head, self._field_bytes = True, 0

    def on_header(self, name: bytes, value: bytes) -> None:
        super().on_header(name, value)
        self._field_bytes += len(name) + len(value)
        if self._field_bytes > MOST_HEAD_BYTES:
            self._fail(TOO_LARGE)

    def _fail(self, fault: str) -> None:
        """Ends the parsing; the fault is answered with 400."""
        self._fault = fault
        raise ValueError(fault)

    def on_headers_complete(self) -> None:
        hosts = sum(name == b"host" for name, _ in self.headers)
        if hosts > 1 or (not hosts and self.parser.get_http_version() == "1.1"):
            self._fail(f"host: exactly one is needed, {hosts or 'none'} came")
        if self.parser.get_method() == b"CONNECT":
            self._fail(NO_TUNNEL)
        self._offered = self.parser.should_upgrade()
        if self._offered:
            return
        self._in_head, self._head_bytes, self._field_bytes = False, 0, 0
        self._have_read()
        if not self._shedding():
            super().on_headers_complete()  # raises where the address is none
            self.cycle.__class__ = Joining  # uvicorn has no place to name another
            if self._draining:
                self.cycle.keep_alive = False
        self._in_body = True

    def _shedding(self) -> bool:
        """Answers a request at its head where its body could not change the answer."""
        shedding: Shedding | None = self.app_state.get(STATE)
        keep_alive = self.parser.should_keep_alive() and not self._draining
        if shedding is None or not self._idle or not keep_alive:
            return False
        if self.parser.get_method() != METHOD.encode() or self.url != PATH.encode():
            return False
        scope: Any = self.scope
        scope.update(method=METHOD, path=PATH)
        refusal = shedding.refusal(scope)
        if refusal is None:
            return False
        response, headers = refusal
        self._write(response, *headers, *self.server_state.default_headers)
        self._shed = True
        return True

    def head(self) -> bytes:
        """The head at hand without its offer to upgrade."""
        method, version = self.parser.get_method(), self.parser.get_http_version().encode()
        lines = [b"%s %s HTTP/%s" % (method, self.url, version)]
        lines += [b"%s: %s" % field for field in self.headers if field[0] != b"upgrade"]
        return b"\r\n".join([*lines, b"", b""])

    def on_body(self, body: bytes) -> None:
        if not self._shed:
            super().on_body(body)

    def on_message_complete(self) -> None:
        if self._offered:
            return
        self._in_body, self._behind = False, True
        if self._shed:
            self._shed = False
            self._have_read()
            super().on_response_complete()
            return
        super().on_message_complete()
        self.scope["extensions"][EXTENSION].complete = True  # type: ignore[attr-defined]
        self._have_read()

    def on_response_complete(self) -> None:
        unread = self._idle and self.cycle.more_body  # the cycle may be that of the next request
        super().on_response_complete()
        if unread and not self.transport.is_closing():
            self._have_read()
            self._read_within(LINGER_S)

    def pause_writing(self) -> None:
        super().pause_writing()
        self._writing = self.loop.call_later(self._patience_s, self.transport.abort)

    def resume_writing(self) -> None:
        super().resume_writing()
        if self._writing:
            self._writing.cancel()
            self._writing = None

    def shutdown(self) -> None:
        """Finishes what is there; a request that is already on its way is answered as well."""
        self._draining = True
        if self._idle:
            self.loop.call_later(DRAIN_S, self._close_if_idle)
        else:
            self.cycle.keep_alive = False

    @property
    def _idle(self) -> bool:
        return self.cycle is None or self.cycle.response_complete

    @property
    def _is_adrift(self) -> bool:
        """Whether nothing else would end the connection: blank lines came, and no head."""
        return self._idle and not self._in_body and self.timeout_keep_alive_task is None

    def _close_if_idle(self) -> None:
        if self._idle and not self.transport.is_closing():
            self.transport.close()


class Parser(HttpRequestParser):
    """httptools' parser, which ignores offers to upgrade.

    Many clients offer HTTP/2, and RFC 9110 (7.8) has servers without it answer as ever; httptools
    ends such a message at its head, which is therefore parsed again without the offer.
    """

    def __init__(self, protocol: Bounded) -> None:
        super().__init__(protocol)
        self.set_dangerous_leniencies(lenient_data_after_close=True)  # as uvicorn's
        self._protocol = protocol

    def feed_data(self, data: Any) -> None:
        """Parses what came; raises `HttpParserError`."""
        left = memoryview(data)
        while True:
            try:
                return super().feed_data(left)
            except HttpParserUpgrade as offer:
                super().feed_data(self._protocol.head())
                left = left[offer.args[0] :]
