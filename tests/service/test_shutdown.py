"""Stopping: what was accepted is answered, and what hangs is left."""

import os
import socket
import sys
import threading
from contextlib import ExitStack

import pytest

from ner_service.service.server import protocol
from ner_service.service.server.draining import is_held, refuse_handshakes
from tests.service.connecting import (
    POST,
    STREAM,
    WHOLE,
    Clock,
    Gate,
    Wire,
    connected,
    on_clock,
    rest,
)
from tests.serving import Gated, listening, until


def test_stopping_answers_what_was_accepted(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(protocol, "DRAIN_S", 60)
    tagger = Gated()
    with (
        listening(lambda spec: tagger) as server,
        connected(server) as busy,
        connected(server) as idle,
    ):
        lane = server.config.app.state.lanes["natasha"]  # type: ignore[union-attr]
        busy.sendall(WHOLE)
        idle.sendall(b"GET /health/live HTTP/1.1\r\nhost: x\r\n\r\n")
        assert idle.recv(65536).startswith(b"HTTP/1.1 200 OK")
        until(lambda: tagger.batches)
        server.should_exit = True
        until(lambda: not server.servers[0].sockets)
        idle.sendall(WHOLE)  # its client cannot know yet
        until(lambda: lane.queued == 40)
        tagger.gate.set()
        for connection in (busy, idle):
            answer = rest(connection)
            assert b"HTTP/1.1 200 OK" in answer
            assert b"connection: close" in answer


@on_clock
async def test_stopping_answers_all_that_is_pipelined_and_says_which_is_the_last(
    clock: Clock,
) -> None:
    gate = Gate()
    wire = Wire(clock, gate)
    await wire.send(WHOLE * 3)
    wire.protocol.shutdown()
    gate.open.set()
    await clock.turn()
    assert len(wire.answers) == 3
    closes = [b"connection: close" in written for written in wire.transport.written]
    assert closes == [False, False, True]
    assert wire.transport.closed


@on_clock
async def test_stopping_closes_a_connection_that_stays_idle(clock: Clock) -> None:
    wire = Wire(clock)
    await wire.send(WHOLE)
    wire.protocol.shutdown()
    assert not wire.transport.closed
    await clock.run_out(protocol.DRAIN_S)
    assert wire.transport.closed


@pytest.mark.slow
def test_stopping_waits_for_no_tagger_that_hangs() -> None:
    taggers = [Gated(), Gated()]
    loading = iter(taggers)
    before = {*threading.enumerate()}
    with listening(lambda spec: next(loading), taggers="natasha,spacy") as server, ExitStack() as s:
        for path in (b"/ner", b"/ner?tagger=spacy"):
            s.enter_context(connected(server)).sendall(
                POST.replace(b"/ner", path).replace(b"application/json", b"text/plain")
                + b"content-length: 1\r\n\r\nx"
            )
        until(lambda: all(tagger.batches for tagger in taggers))
    hanging = {thread.name for thread in {*threading.enumerate()} - before}
    assert {"lane-natasha", "lane-spacy"} <= hanging
    for tagger in taggers:
        tagger.gate.set()


@pytest.mark.slow
def test_a_stream_that_stopping_cuts_leaves_no_stack_trace(
    caplog: pytest.LogCaptureFixture,
) -> None:
    with listening(timeout_s=0.1) as server, connected(server) as connection:
        connection.sendall(STREAM)
        assert connection.recv(15) == b"HTTP/1.1 200 OK"
        server.should_exit = True
        rest(connection)
    assert any(record.message.startswith("CancelledError in ") for record in caplog.records)
    assert not any(record.exc_info for record in caplog.records)


@on_clock
async def test_stopping_waits_for_no_head_that_does_not_come(clock: Clock) -> None:
    gate = Gate()
    wire = Wire(clock, gate)
    await wire.send(WHOLE + POST)
    wire.protocol.shutdown()
    gate.open.set()
    await clock.turn()
    assert len(wire.answers) == 1
    await clock.run_out(protocol.DRAIN_S)
    assert wire.transport.closed


@pytest.mark.skipif(sys.platform != "linux", reason="no other system can do that")
def test_a_listener_that_refuses_handshakes_keeps_the_connections_that_it_has() -> None:
    with socket.create_server(("127.0.0.1", 0)) as listener:
        address = listener.getsockname()
        with socket.create_connection(address) as before:
            assert refuse_handshakes([listener])
            with pytest.raises(TimeoutError):
                socket.create_connection(address, timeout=0.2)
            before.sendall(b"x")
            accepted, _ = listener.accept()
            with accepted:
                assert accepted.recv(1) == b"x"


def test_a_listener_that_another_process_has_goes_on() -> None:
    with socket.create_server(("127.0.0.1", 0)) as listener:
        assert is_held(listener, os.getpid())
        assert not is_held(listener, os.getppid())
