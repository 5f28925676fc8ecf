"""uvicorn's HTTP/1.1 protocol, bounded: heads in size and time, answers in time, connections."""

import asyncio
import re
from http import HTTPStatus
from typing import Any

from fastapi import Response
from uvicorn.protocols.http.httptools_impl import HttpToolsProtocol

from ner_service.service.cycle import Joining
from ner_service.service.errors import Refused, respond
from ner_service.service.leaving import Leaving, have_read, told
from ner_service.service.shedding import STATE, Shedding

MOST_HEAD_BYTES = 65_536
UPGRADE = re.compile(rb"^upgrade(?=[ \t]*:)", re.IGNORECASE | re.MULTILINE)
NO_UPGRADE = "upgrade: there is no other protocol here: send the request without it"
TOO_LARGE = f"the head, or a trailer, is larger than {MOST_HEAD_BYTES} bytes"
LINGER_S = 2.0  # how long a body may go on after its answer
DRAIN_S = 0.5  # how long an idle connection may still send a request when the server stops


class Bounded(HttpToolsProtocol):
    """Cuts clients that are slow, endless, or one too many."""

    def __init__(self, most_connections: int, patience_s: float, **arguments: Any) -> None:
        super().__init__(**arguments)
        self._most_connections, self._patience_s = most_connections, patience_s
        self._head_bytes = 0
        self._in_head = True
        self._in_body = False
        self._shed = False  # the request at hand has its answer, and its body is passed over
        self._draining = False
        self._fault = ""  # what is wrong with the head, where the parser would not say
        self._leaving = Leaving()
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
        self._leaving.leave()
        self._unset_keepalive_if_required()
        for timer in (self._reading, self._writing):
            if timer:
                timer.cancel()

    def _turn_away(self) -> None:
        """Answers before anything is read."""
        message = "too many connections: try again in 1 s (NER_MAX_CONNECTIONS)"
        self._refuse(Refused(503, "too_many_connections", message, retry=1))

    def _refuse(self, refused: Refused) -> None:
        """Answers without the application, and closes."""
        shedding: Shedding | None = self.app_state.get(STATE)
        headers = shedding.note(refused) if shedding else ()
        self._write(respond(refused), *headers, (b"connection", b"close"))
        self.transport.close()

    def _write(self, response: Response, *headers: tuple[bytes, bytes]) -> None:
        """Sends an answer that is whole."""
        phrase = HTTPStatus(response.status_code).phrase.encode()
        head = [b"HTTP/1.1 %d %s" % (response.status_code, phrase)]
        head += [b"%s: %s" % field for field in (*response.raw_headers, *headers)]
        self.transport.write(b"\r\n".join([*head, b"", response.body]))

    def send_400_response(self, msg: str) -> None:
        """Answers what is wrong in place of the request's own answer, never amid another's."""
        if self._in_body and (self._shed or self.pipeline or self.cycle.response_started):
            self.transport.close()
        elif self._in_body or self._idle:
            self._refuse(Refused(400, "invalid_http", self._fault or msg))
        else:
            self._end()

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
        super().data_received(data if self._in_body or self._head_bytes else plain(data))
        if self._shed and not self._reading:
            self._read_within(LINGER_S)
        if not self._reading and (self._in_head or self._is_adrift):
            self._read_within(self._patience_s)
        if self._in_head:
            self._head_bytes += len(data)
            if self._head_bytes > MOST_HEAD_BYTES and not self.transport.is_closing():
                self.send_400_response(TOO_LARGE)

    def on_message_begin(self) -> None:
        super().on_message_begin()
        self.scope["extensions"] = told(self._leaving)
        self._in_head, self._head_bytes = True, 0

    def on_header(self, name: bytes, value: bytes) -> None:
        super().on_header(name, value)
        self._head_bytes += len(name) + len(value)
        if self._head_bytes > MOST_HEAD_BYTES:
            self._fail(TOO_LARGE)

    def _fail(self, fault: str) -> None:
        """Ends the parsing; the fault is answered with 400."""
        self._fault = fault
        raise ValueError(fault)

    def on_headers_complete(self) -> None:
        hosts = sum(name == b"host" for name, _ in self.headers)
        if hosts > 1 or (not hosts and self.parser.get_http_version() == "1.1"):
            self._fail(f"host: exactly one is needed, {hosts or 'none'} came")
        if self.parser.should_upgrade():
            self._fail(NO_UPGRADE)  # the parser would take its body for what comes next
        self._in_head, self._head_bytes = False, 0
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
        scope: Any = self.scope
        refusal = shedding.refusal(self.parser.get_method(), self.url, scope)
        if refusal is None:
            return False
        response, headers = refusal
        self._write(response, *headers, *self.server_state.default_headers)
        self._shed = True
        return True

    def on_body(self, body: bytes) -> None:
        if not self._shed:
            super().on_body(body)

    def on_message_complete(self) -> None:
        self._in_body = False
        if self._shed:
            self._shed = False
            self._have_read()
            super().on_response_complete()
            return
        super().on_message_complete()
        have_read(self.scope)
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


def plain(data: bytes) -> bytes:
    """What begins with a head, with an offer to upgrade renamed, so that it is ignored.

    Many clients offer HTTP/2, and RFC 9110 (7.8) has servers without it answer as ever; but the
    parser ends such a message at its head. A head that comes in pieces, or behind another request,
    is not seen here, and refused.
    """
    end = data.find(b"\r\n\r\n")
    if data.find(b"pgrade", 0, end) < 0 and data.find(b"PGRADE", 0, end) < 0:
        return data
    return UPGRADE.sub(b"x-upgrade", data[:end]) + data[end:]
