"""Connections: one too many, clients that do not read, that leave, that must wait too long."""

import socket

import httpx
import pytest
import uvicorn

from ner_service.service.server import protocol
from tests.service.connecting import POST, TEXT, WHOLE, connected, rest, send_without_end
from tests.serving import Gated, listening, until, url_of


def test_a_client_that_does_not_read_is_cut(server: uvicorn.Server) -> None:
    with connected(server) as connection:
        line = b'{"text": "' + "Анна ".encode() * 1000 + b'"}\n'
        head = POST.replace(b"/ner", b"/ner/batch").replace(b"/json", b"/x-ndjson")
        connection.sendall(head + b"transfer-encoding: chunked\r\n\r\n")
        chunk = b"%x\r\n%s\r\n" % (len(line), line)
        assert send_without_end(connection, chunk)


def test_one_connection_too_many_is_told_so() -> None:
    with listening(max_connections=3) as server:
        with connected(server) as a, connected(server), connected(server):
            until(lambda: len(server.server_state.connections) == 3)
            with connected(server) as one_more:
                answer = rest(one_more)
            assert answer.startswith(b"HTTP/1.1 503 Service Unavailable")
            assert b'"too_many_connections"' in answer
            a.sendall(WHOLE)
            assert a.recv(15) == b"HTTP/1.1 200 OK"
        until(lambda: not server.server_state.connections)
        assert httpx.get(url_of(server) + "/health/live").status_code == 200


def test_a_client_that_left_is_passed_over(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(protocol, "HALF_CLOSED_S", 0.05)
    tagger = Gated()
    with listening(lambda spec: tagger) as server:
        lane = server.config.app.state.lanes["natasha"]  # type: ignore[union-attr]
        with connected(server) as stays:
            stays.sendall(WHOLE)
            until(lambda: tagger.batches)
            with connected(server) as leaves:
                leaves.sendall(WHOLE)
                until(lambda: lane.queued == 40)
            until(lambda: lane.queued == 20)
            tagger.gate.set()
            assert stays.recv(15) == b"HTTP/1.1 200 OK"
        assert tagger.batches == [["Анна"]]


def test_a_request_that_takes_too_long_is_told_so() -> None:
    tagger = Gated()
    with listening(lambda spec: tagger, timeout_s=0.2) as server:
        answer = httpx.post(url_of(server) + "/ner", json={"text": "Анна"})
        assert (answer.status_code, answer.json()["error"]["code"]) == (504, "timeout")
        line = httpx.post(
            url_of(server) + "/ner/batch",
            content=TEXT,
            headers={"content-type": "application/x-ndjson"},
        ).json()
        assert line["error"]["code"] == "timeout"
        tagger.gate.set()


def test_a_full_queue_refuses_one_many_and_a_stream_alike() -> None:
    tagger = Gated()
    with listening(lambda spec: tagger, queue_chars=100) as server:
        url = url_of(server)
        lane = server.config.app.state.lanes["natasha"]  # type: ignore[union-attr]
        with connected(server) as connection:
            text = '{"text": "%s"}' % ("x" * 80)
            connection.sendall(POST + b"content-length: %d\r\n\r\n" % len(text) + text.encode())
            until(lambda: lane.queued)
            ndjson = {"content-type": "application/x-ndjson"}
            for answer in (
                httpx.post(url + "/ner", json={"text": "Анна"}),
                httpx.post(url + "/ner/batch", json={"texts": ["Анна"] * 3}),
                httpx.post(url + "/ner/batch", content=TEXT, headers=ndjson),
            ):
                assert (answer.status_code, answer.json()["error"]["code"]) == (429, "overloaded")
                assert int(answer.headers["retry-after"]) >= 1
            tagger.gate.set()
            assert connection.recv(15) == b"HTTP/1.1 200 OK"


def test_a_client_that_shuts_its_sending_side_has_its_answers(
    server: uvicorn.Server, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(protocol, "HALF_CLOSED_S", 60)
    with connected(server) as connection:
        connection.sendall(WHOLE * 3)
        connection.shutdown(socket.SHUT_WR)
        assert rest(connection).count(b"HTTP/1.1 200 OK") == 3
