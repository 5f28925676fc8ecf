"""Requests that HTTP/1.1 forbids are refused, and so are bodies that come too slowly."""

from collections.abc import Iterator
from typing import Any

import pytest

from ner_service.service.api.auth import hash_key
from ner_service.service.api.lines import Patience
from ner_service.service.api.schemas import Options
from ner_service.service.app import create_app
from ner_service.service.server import protocol
from ner_service.service.server.parser import fault_of
from ner_service.service.settings import Settings
from tests.service.connecting import (
    CHUNKED,
    POST,
    STREAM,
    WHOLE,
    Clock,
    Wire,
    chunk,
    connected,
    on_clock,
    rest,
)
from tests.serving import listening

GET = b"GET /health/live HTTP/1.1\r\n"


@pytest.mark.parametrize(
    "host",
    [b"x y", b"<script>", b"a/b", b"a@b", b"x:y", b"x:123456", b"[::1", b"\xff", b"a\\b", b'"a"'],
)  # fmt: skip
def test_a_host_that_is_none_is_refused(host: bytes) -> None:
    @on_clock
    async def test(clock: Clock) -> None:
        wire = Wire(clock)
        await wire.send(GET + b"host: " + host + b"\r\n\r\n")
        assert wire.answers == [b"400"]
        assert b"such as localhost:8000" in b"".join(wire.transport.written)
        assert wire.transport.closed

    test()


@pytest.mark.parametrize(
    "host", [b"localhost", b"localhost:8000", b"127.0.0.1:80", b"[::1]:8000", b"[fe80::1]", b"a-b.example.", b"ner_service:8000", b"x:", b""]
)  # fmt: skip
def test_a_host_that_is_one_is_taken(host: bytes) -> None:
    assert fault_of(b"GET", "1.1", [(b"host", host)]) == ""


@pytest.mark.parametrize("line", [b"GET /health/live\r\n", b"GET /health/live HTTP/0.9\r\n", b"GET /health/live HTTP/2.0\r\n", b"GET /health/live HTTP/1.2\r\n"])  # fmt: skip
def test_other_versions_than_1_0_and_1_1_are_refused(line: bytes) -> None:
    @on_clock
    async def test(clock: Clock) -> None:
        wire = Wire(clock)
        await wire.send(line + b"host: x\r\n\r\n")
        assert wire.answers[:1] == [b"400"]
        assert wire.transport.closed

    test()


@pytest.mark.parametrize("coding", [b"gzip, chunked", b"chunked, identity", b"identity", b"xchunked", b"chunked,chunked", b"gzip"])  # fmt: skip
def test_no_coding_but_chunked_is_taken_for_chunked(coding: bytes) -> None:
    @on_clock
    async def test(clock: Clock) -> None:
        wire = Wire(clock)
        await wire.send(
            POST + b"transfer-encoding: " + coding + b"\r\n\r\n" + b"2\r\n{}\r\n0\r\n\r\n"
        )
        assert wire.answers == [b"400"]
        assert wire.transport.closed

    test()


def test_chunked_is_taken_in_any_case() -> None:
    fields = [(b"host", b"x"), (b"transfer-encoding", b" Chunked ")]
    assert fault_of(b"POST", "1.1", fields) == ""


@pytest.mark.parametrize("extension", [1_000, 60_000])
def test_chunks_of_long_extensions_are_cut(extension: int) -> None:
    @on_clock
    async def test(clock: Clock) -> None:
        wire = Wire(clock)
        await wire.send(CHUNKED)
        sent = 0
        while not wire.transport.closed:
            part = b"1;" + b"x" * extension + b"\r\n \r\n"
            wire.protocol.data_received(part)
            await clock.turn()
            sent += len(part)
            assert sent < 300_000
        assert wire.answers == [b"400"]
        assert b"long extensions" in b"".join(wire.transport.written)

    test()


@on_clock
async def test_chunks_of_one_byte_are_taken_without_end(clock: Clock) -> None:
    wire = Wire(clock)
    await wire.send(CHUNKED, *[chunk(b" ") * 1000] * 100, b"0\r\n\r\n")
    assert wire.answers == [b"/ner " + b" " * 100_000]


async def drip(clock: Clock, patience: Patience) -> None:
    """Sends a byte each ten seconds."""
    for _ in range(4):
        async with patience.wait():
            for _ in range(10):
                await clock.turn(1)
        patience.restore(1)


@on_clock
async def test_patience_with_a_stream_is_restored_by_what_it_sends(clock: Clock) -> None:
    patience = Patience(30, 5)
    for _ in range(100):  # 5 bytes/s
        async with patience.wait():
            await clock.turn(20)
        patience.restore(100)
    assert patience.refusal() is None
    with pytest.raises(TimeoutError):
        await drip(clock, patience)
    refused = patience.refusal()
    assert refused is not None
    assert "NER_LEAST_RATE" in str(refused)


@on_clock
async def test_without_a_least_rate_any_byte_restores_all_patience(clock: Clock) -> None:
    patience = Patience(30, 0)
    for _ in range(10):
        async with patience.wait():
            await clock.turn(29)
        patience.restore(1)
    assert patience.refusal() is None


def test_a_dripping_stream_ends_and_says_why() -> None:
    with (
        listening(client_timeout_s=0.3, least_rate=1000) as server,
        connected(server) as connection,
    ):
        connection.sendall(STREAM)
        connection.settimeout(0.02)
        answer = b""
        while b"0\r\n\r\n" not in answer:
            try:
                answer += connection.recv(65536)
            except TimeoutError:
                connection.sendall(chunk(b" "))
        assert b"body_too_slow" in answer
        assert b"NER_LEAST_RATE" in answer


@pytest.mark.slow
def test_an_idle_connection_is_kept_as_long_as_the_setting_says() -> None:
    with listening(keep_alive_s=1) as server, connected(server) as connection:
        connection.sendall(WHOLE)
        assert rest(connection).startswith(b"HTTP/1.1 200 OK")  # and then it closes
    with listening() as server:
        assert server.config.timeout_keep_alive == Settings().keep_alive_s == 75


def refs(node: Any) -> Iterator[str]:
    if isinstance(node, dict):
        yield from (value for key, value in node.items() if key == "$ref")
        for inner in node.values():
            yield from refs(inner)
    elif isinstance(node, list):
        for inner in node:
            yield from refs(inner)


def test_every_reference_of_the_openapi_document_leads_somewhere() -> None:
    document = create_app(Settings(taggers="natasha", admin_keys=f"a={hash_key('x')}")).openapi()
    found = {*refs(document)}
    assert "#/components/schemas/EntityOut" in found
    for ref in found:
        node: Any = document
        assert ref.startswith("#/")
        for part in ref.split("/")[1:]:
            node = node[part]


def test_no_parameter_is_documented_that_a_body_of_json_refuses() -> None:
    document = create_app(Settings(taggers="natasha")).openapi()
    for path in ("/ner", "/ner/batch"):
        assert "parameters" not in document["paths"][path]["post"]
        body = document["paths"][path]["post"]["requestBody"]
        for option in Options.model_fields:
            assert f"`{option}`" in body["description"]


def test_the_framing_of_one_request_does_not_count_with_the_next() -> None:
    @on_clock
    async def test(clock: Clock) -> None:
        wire = Wire(clock)
        part = b"1;" + b"x" * 1000 + b"\r\n \r\n"
        for _ in range(5):
            await wire.send(CHUNKED, *[part] * 50, b"0\r\n\r\n")
        assert len(wire.answers) == 5
        assert not wire.transport.closed

    test()
    assert protocol.MOST_HEAD_BYTES > 50 * 1000
