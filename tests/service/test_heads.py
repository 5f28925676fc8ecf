"""Heads of requests: late, large, in pieces, wrong."""

import re
from itertools import pairwise

import httpx
import pytest
import uvicorn
from hypothesis import given
from hypothesis import strategies as st

from tests.service.connecting import (
    CHUNKED,
    LAST,
    POST,
    TEXT,
    UPGRADE,
    WHOLE,
    Clock,
    Wire,
    chunk,
    connected,
    on_clock,
    rest,
    send_without_end,
)
from tests.serving import url_of


@pytest.mark.parametrize("begun", [b"", b"POST /n", POST, POST + b"x: " + b"y" * 1000])
def test_a_head_that_does_not_come_is_cut(server: uvicorn.Server, begun: bytes) -> None:
    with connected(server) as connection:
        connection.sendall(begun)
        assert rest(connection) == b""


def test_a_second_head_that_does_not_come_is_cut(server: uvicorn.Server) -> None:
    with connected(server) as connection:
        connection.sendall(WHOLE + b"POST /ner")
        assert rest(connection).startswith(b"HTTP/1.1 200 OK")


@pytest.mark.parametrize("part", [b"x" * 65536, b"name: value\r\n" * 5000])
def test_a_head_without_end_is_cut(server: uvicorn.Server, part: bytes) -> None:
    with connected(server) as connection:
        connection.sendall(POST)
        assert send_without_end(connection, part)


@on_clock
async def test_a_head_within_the_limit_may_come_in_pieces(clock: Clock) -> None:
    wire = Wire(clock)
    await wire.send(POST, *[b"x: %s\r\n" % (b"y" * 10_000)] * 6, WHOLE[len(POST) :])
    assert wire.answers == [b"/ner " + TEXT]


@pytest.mark.parametrize("parts", [1, 70])
def test_a_head_over_the_limit_is_refused_whole_or_in_pieces(parts: int) -> None:
    @on_clock
    async def test(clock: Clock) -> None:
        wire = Wire(clock)
        head = POST + b"x: %s\r\n" % (b"y" * 1_000) * 70
        size = len(head) // parts
        for start in range(0, len(head), size):
            if not wire.transport.closed:
                await wire.send(head[start : start + size])
        assert wire.answers == [b"400"]
        assert wire.transport.closed

    test()


@on_clock
async def test_a_head_has_so_long_to_come_and_no_longer(clock: Clock) -> None:
    wire = Wire(clock)
    await wire.send(POST)
    await clock.turn(9)
    await wire.send(b"x: y\r\n")
    assert not wire.transport.closed
    await clock.run_out(2)
    assert wire.transport.closed
    assert wire.answers == []


@on_clock
async def test_what_came_before_a_head_does_not_count_as_its_own(clock: Clock) -> None:
    body = b" " * 1_000_000 + TEXT
    large = POST + b"content-length: %d\r\n\r\n%s" % (len(body), body)
    wire = Wire(clock)
    for _ in range(3):
        await wire.send(large + POST, WHOLE[len(POST) :])
    await wire.send(LAST)
    assert wire.answers == [b"/ner " + body, b"/ner " + TEXT] * 3 + [b"/ner " + TEXT]
    assert wire.transport.closed


@pytest.mark.parametrize(
    ("head", "mend"),
    [
        ("Привет\r\n\r\n", b"send GET or POST, in capitals"),
        ("\x16\x03\x01\x02", b"here is no TLS, so ask http://"),
        ("GET /ner?text=Анна HTTP/1.1\r\nhost: a\r\n\r\n", b"write it in percent form"),
        ("GET /ner?text=a b HTTP/1.1\r\nhost: a\r\n\r\n", b"write it in percent form"),
        ("GET / HTTP/1.1\r\nhost: a\r\nx y: 1\r\n\r\n", b"Invalid header token: send HTTP/1.1"),
    ],
)
def test_garbage_is_answered_with_400_and_its_mend(
    server: uvicorn.Server, head: str, mend: bytes
) -> None:
    with connected(server) as connection:
        connection.sendall(head.encode())
        answer = rest(connection)
    assert answer.startswith(b"HTTP/1.1 400 Bad Request")
    assert mend in answer


def test_blank_lines_do_not_keep_a_connection(server: uvicorn.Server) -> None:
    with connected(server) as connection:
        connection.sendall(WHOLE)
        assert connection.recv(65536).startswith(b"HTTP/1.1 200 OK")
        connection.sendall(b"\r\n")
        assert rest(connection) == b""


def test_an_offer_to_upgrade_is_ignored(server: uvicorn.Server) -> None:
    head, _, body = WHOLE.partition(b"\r\n\r\n")
    with connected(server) as connection:
        for name in (b"Upgrade", b"upgrade", b"UPGRADE"):
            offer = UPGRADE.replace(b"Upgrade: ", name + b": ")
            connection.sendall(head + b"\r\n" + offer + b"\r\n" + body)
            assert b'"text":"' in connection.recv(65536)


@on_clock
async def test_an_offer_to_upgrade_is_ignored_in_pieces_and_behind_other_requests(
    clock: Clock,
) -> None:
    head, _, body = WHOLE.partition(b"\r\n\r\n")
    offering = head + b"\r\n" + UPGRADE + b"\r\n" + body
    wire = Wire(clock)
    wire.protocol.data_received((WHOLE + offering) * 50 + offering[:90])
    while not wire.transport.reading:
        await clock.turn()
    await wire.send(*(offering[at : at + 40] for at in range(90, len(offering), 40)), LAST)
    assert wire.answers == [b"/ner " + TEXT] * 102


@pytest.mark.parametrize("first", [b"", WHOLE])
def test_a_body_behind_an_offer_to_upgrade_is_no_request(first: bytes) -> None:
    hidden = b"GET /health/live HTTP/1.1\r\nhost: x\r\n\r\n"
    head = POST + b"content-length: %d\r\n" % len(hidden)

    @on_clock
    async def test(clock: Clock) -> None:
        wire = Wire(clock)
        await wire.send(first + head, UPGRADE + b"\r\n" + hidden + LAST)
        echoed = [b"/ner " + hidden, b"/ner " + TEXT]
        assert wire.answers == ([b"/ner " + TEXT] if first else []) + echoed

    test()


PIECES = [
    WHOLE,
    CHUNKED + chunk(b"a\r\n\r\nb") + chunk(b"\r\n\r\n") + b"0\r\n\r\n",
    CHUNKED + chunk(TEXT) + b"0\r\ntrailer: x\r\n\r\n",
    b"\r\n\r\nGET /blank/lines HTTP/1.1\r\nhost: x\r\n\r\n",
    POST + b"content-length: 8\r\n\r\n\r\n\r\n\r\n\r\n",
    POST + b"content-length: 4\r\n" + UPGRADE + b"\r\nbody",
    b"GET /no/body HTTP/1.1\r\nhost: x\r\ncontent-length: 0\r\n\r\n",
]
ECHOES = [
    b"/ner " + TEXT,
    b"/ner a\r\n\r\nb\r\n\r\n",
    b"/ner " + TEXT,
    b"/blank/lines ",
    b"/ner \r\n\r\n\r\n\r\n",
    b"/ner body",
    b"/no/body ",
]


@given(st.lists(st.integers(0, len(PIECES) - 1), min_size=1, max_size=8), st.data())
def test_requests_are_the_same_wherever_reads_part_them(
    which: list[int], data: st.DataObject
) -> None:
    sent = b"".join(PIECES[n] for n in which)
    cuts = data.draw(st.lists(st.integers(0, len(sent)), max_size=30))
    edges = sorted({0, *cuts, len(sent)})

    @on_clock
    async def test(clock: Clock) -> None:
        wire = Wire(clock)
        for start, end in pairwise(edges):
            while not wire.transport.reading:
                await clock.turn()
            await wire.send(sent[start:end])
        while not wire.transport.reading:
            await clock.turn()
        assert wire.answers == [ECHOES[n] for n in which]

    test()


def test_there_is_nothing_to_connect_to(server: uvicorn.Server) -> None:
    with connected(server) as connection:
        connection.sendall(b"CONNECT x:80 HTTP/1.1\r\nhost: x\r\n\r\n")
        assert rest(connection).startswith(b"HTTP/1.1 400 Bad Request")


HOST = b"host: x\r\n"


@pytest.mark.parametrize(
    ("request_line", "hosts", "told"),
    [
        (b"GET /health/live HTTP/1.1\r\n", b"", b"none came"),
        (b"GET /health/live HTTP/1.1\r\n", HOST + HOST.upper(), b"2 came"),
        (b"GET /health/live HTTP/1.0\r\n", HOST + HOST, b"2 came"),
    ],
)
def test_a_request_needs_one_host(
    server: uvicorn.Server, request_line: bytes, hosts: bytes, told: bytes
) -> None:
    with connected(server) as connection:
        connection.sendall(request_line + hosts + b"\r\n")
        head, _, body = rest(connection).partition(b"\r\n\r\n")
    assert head.startswith(b"HTTP/1.1 400 Bad Request\r\n")
    message = b"host: exactly one is needed, " + told
    assert body == b'{"error":{"code":"invalid_http","message":"%s","fields":[]}}' % message


def test_what_is_no_request_is_counted_and_numbered(server: uvicorn.Server) -> None:
    def counted() -> float:
        page = httpx.get(url_of(server) + "/metrics").text
        found = re.search(r'^ner_errors_total\{code="invalid_http"\} (\S+)', page, re.MULTILINE)
        return float(found[1]) if found else 0.0

    before = counted()
    with connected(server) as connection:
        connection.sendall(b"GET / HTTP/1.1\r\n\r\n")
        head = rest(connection).partition(b"\r\n\r\n")[0]
    assert b"x-request-id: " in head
    assert b"server-timing: total" in head
    assert counted() == before + 1


def test_http_1_0_needs_no_host(server: uvicorn.Server) -> None:
    with connected(server) as connection:
        connection.sendall(b"GET /health/live HTTP/1.0\r\n\r\n")
        assert rest(connection).startswith(b"HTTP/1.1 200 OK")


@on_clock
async def test_what_came_while_the_process_stood_still_is_read(clock: Clock) -> None:
    """A loop runs its timers first, and a process may have been stopped for longer than these."""
    wire = Wire(clock)
    for number in (1, 2):
        await clock.turn(1_000)
        await wire.send(WHOLE)
        assert len(wire.answers) == number
        assert not wire.transport.closed
    await clock.run_out(1_000)
    assert wire.transport.closed
