"""Requests behind one another on one connection: each in its turn, and bytes until then."""

import gc
import logging
import tracemalloc

import pytest
import uvicorn
from uvicorn.protocols.http.httptools_impl import RequestResponseCycle

from ner_service.service.connection import Connection
from ner_service.service.server.parser import Parser
from ner_service.service.server.protocol import HttpProtocol
from tests.service.connecting import (
    CHUNKED,
    LAST,
    POST,
    TEXT,
    WHOLE,
    Clock,
    Gate,
    Wire,
    connected,
    on_clock,
    rest,
)


def test_pipelined_requests_are_answered_in_turn(server: uvicorn.Server) -> None:
    with connected(server) as connection:
        connection.sendall(WHOLE * 19 + LAST)
        assert rest(connection).count(b"HTTP/1.1 200 OK") == 20


NO_REQUESTS = {
    b"GARBAGE\r\n\r\n": [b"400"],
    b"GET http://x:999999/ HTTP/1.1\r\nhost: x\r\n\r\n": [b"400"],
    b"GET / HTTP/1.1\r\nx: " + b"y" * 100_000: [b"400"],
    b"GET / HTT": [],
}


@pytest.mark.parametrize("behind", NO_REQUESTS)
def test_what_is_no_request_lets_those_before_it_have_their_answers(behind: bytes) -> None:
    @on_clock
    async def test(clock: Clock) -> None:
        gate = Gate()
        wire = Wire(clock, gate)
        await wire.send(WHOLE * 2 + behind)
        await clock.turn(1_000)
        assert wire.answers == []
        gate.open.set()
        await clock.turn()
        assert wire.answers == [b"/ner " + TEXT] * 2 + NO_REQUESTS[behind]
        await clock.run_out(11)
        assert wire.transport.closed

    test()


@on_clock
async def test_a_head_without_end_is_not_read_while_an_answer_is_pending(clock: Clock) -> None:
    gate = Gate()
    wire = Wire(clock, gate)
    await wire.send(WHOLE + b"GET / HTTP/1.1\r\nx: ")
    assert not wire.transport.reading
    gate.open.set()
    await clock.turn()
    assert wire.answers == [b"/ner " + TEXT]
    assert wire.transport.reading
    await wire.send(b"y" * 65536)
    assert wire.answers == [b"/ner " + TEXT, b"400"]


@on_clock
async def test_what_is_pipelined_stays_bytes_and_a_lost_connection_leaves_nothing(
    clock: Clock,
) -> None:
    """Before, a read of 256 KB became 9 800 requests of 3 KB, which no collector took away."""

    def count() -> int:
        return sum(isinstance(thing, RequestResponseCycle) for thing in gc.get_objects())

    gc.collect()
    gc.disable()  # nothing may be left that only the collector would find
    try:
        before = count()
        gate = Gate()
        wires = [Wire(clock, gate) for _ in range(5)]
        for wire in wires:
            await wire.send(b"GET /x HTTP/1.1\r\nHost:\r\n\r\n" * 9_800)
        assert count() == before + len(wires)
        for wire in wires:
            wire.transport.close()
        await clock.turn()
        gate.open.set()
        await clock.turn()
        wires.clear()
        del wire
        assert count() == before
    finally:
        gc.enable()


@on_clock
async def test_a_client_that_does_not_read_is_not_answered_on_and_on(clock: Clock) -> None:
    wire = Wire(clock)
    wire.protocol.pause_writing()
    await wire.send(WHOLE * 3)
    assert wire.answers == []
    assert not wire.transport.reading
    wire.protocol.resume_writing()
    await clock.turn()
    await clock.run_out(11)
    assert wire.answers == [b"/ner " + TEXT] * 3


@on_clock
async def test_a_client_that_sends_no_more_has_its_answers(clock: Clock) -> None:
    gate = Gate()
    wire = Wire(clock, gate)
    await wire.send(WHOLE)
    wire.protocol.data_received(WHOLE)
    assert wire.protocol.eof_received()
    gate.open.set()
    await clock.turn()
    assert wire.answers == [b"/ner " + TEXT] * 2
    assert wire.transport.closed


@on_clock
async def test_a_client_that_sends_no_more_is_not_waited_for_long(clock: Clock) -> None:
    """Most of those that send no more have left."""
    wire = Wire(clock, Gate())
    await wire.send(WHOLE)
    assert wire.protocol.eof_received()
    await clock.turn(0.9)
    assert not wire.transport.closed
    await clock.run_out(0.2)
    assert wire.transport.closed


@pytest.mark.parametrize("sent", [b"", POST, CHUNKED, WHOLE])
def test_a_client_that_sends_no_more_and_awaits_nothing_is_closed(sent: bytes) -> None:
    @on_clock
    async def test(clock: Clock) -> None:
        wire = Wire(clock)
        await wire.send(sent)
        assert not wire.protocol.eof_received()

    test()


@on_clock
async def test_a_bad_body_behind_other_requests_is_answered_in_its_turn(clock: Clock) -> None:
    gate = Gate()
    wire = Wire(clock, gate)
    await wire.send(WHOLE * 2 + CHUNKED + b"zz\r\n" + WHOLE)
    gate.open.set()
    await clock.turn()
    assert wire.answers == [b"/ner " + TEXT] * 2 + [b"400"]


@on_clock
async def test_a_second_request_whose_body_comes_late_is_answered(clock: Clock) -> None:
    head, _, body = WHOLE.partition(b"\r\n\r\n")
    wire = Wire(clock)
    await wire.send(WHOLE + head + b"\r\n\r\n")
    await clock.turn(5)  # longer than an unread body may go on, shorter than a body may take
    await wire.send(body)
    assert wire.answers == [b"/ner " + TEXT] * 2


@pytest.mark.parametrize(
    "sent",
    [
        b"GET /x HTTP/1.1\r\nhost:\r\n\r\n" * 9_800,
        POST + b"content-length: 250000\r\n\r\n" + b" " * 100_000,
        CHUNKED + b"9\r\n{",
        WHOLE + POST + b"content-length: 99999\r\n\r\n",
        b"GET / HTTP/1.1\r\nx: " + b"y" * 60_000,
        b"GARBAGE\r\n\r\n" + b"z" * 60_000,
    ],
    ids=["pipelined", "half a body", "half a chunk", "a second one", "half a head", "refused"],
)
def test_a_client_that_leaves_amid_anything_leaves_no_objects_and_no_memory(
    sent: bytes, caplog: pytest.LogCaptureFixture
) -> None:
    """Nothing may be left that only the collector would find: it comes seldom."""
    caplog.set_level(logging.ERROR, "uvicorn.error")  # pytest keeps what is logged

    @on_clock
    async def test(clock: Clock) -> None:
        async def visit() -> None:
            gate = Gate()
            wires = [Wire(clock, gate) for _ in range(4)]
            for wire in wires:
                await wire.send(sent)
            for wire in wires:
                wire.transport.close()
            await clock.turn()
            gate.open.set()
            await clock.turn()

        def count() -> int:
            kinds = (RequestResponseCycle, HttpProtocol, Parser, Connection)
            return sum(isinstance(thing, kinds) for thing in gc.get_objects())

        await visit()
        gc.collect()
        gc.disable()
        tracemalloc.start()
        try:
            objects, (memory, _) = count(), tracemalloc.get_traced_memory()
            for _ in range(5):
                await visit()
            assert count() == objects
            left = tracemalloc.get_traced_memory()[0] - memory
            assert left < 20_000  # a connection alone has more than 1,000 bytes, and here are 20
        finally:
            tracemalloc.stop()
            gc.enable()

    test()
