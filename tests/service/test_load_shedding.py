"""Refusals at the head of a request, and what becomes of its body and its connection."""

import re
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager

import httpx
import pytest
import uvicorn

from ner_service.service.server import protocol
from tests.service.connecting import POST, TEXT, WHOLE, connected, rest, send_without_end
from tests.serving import Gated, listening, until, url_of

HEAD = POST + b"content-length: %d\r\n\r\n" % len(TEXT)
REFUSED = b"HTTP/1.1 429 Too Many Requests\r\n"


@contextmanager
def busy(taggers: str, *full: str) -> Iterator[tuple[uvicorn.Server, Gated]]:
    """A server of which some taggers have no room until the gate is opened."""
    tagger = Gated()
    options = {"taggers": taggers, "queue_chars": 100, "default_tagger": full[0]}
    with listening(lambda spec: tagger, **options) as server, ExitStack() as stack:
        for name in full:
            connection = stack.enter_context(connected(server))
            body = b'{"text": "%s", "tagger": "%s"}' % (b"x" * 80, name.encode())
            connection.sendall(POST + b"content-length: %d\r\n\r\n%s" % (len(body), body))
            lane = server.config.app.state.lanes[name]  # type: ignore[union-attr]
            until(lambda lane=lane: lane.queued)  # type: ignore[misc]
        yield server, tagger
        tagger.gate.set()


def metrics(server: uvicorn.Server) -> str:
    return httpx.get(url_of(server) + "/metrics").text


def test_a_refusal_does_not_wait_for_the_body_and_the_connection_goes_on() -> None:
    with busy("natasha", "natasha") as (server, tagger), connected(server) as connection:
        connection.sendall(HEAD)
        assert connection.recv(65536).startswith(REFUSED)
        connection.sendall(TEXT)
        connection.sendall(HEAD)
        assert connection.recv(65536).startswith(REFUSED)
        tagger.gate.set()
        until(lambda: httpx.post(url_of(server) + "/ner", content=b"x").status_code == 415)
        connection.sendall(TEXT + WHOLE)
        assert connection.recv(65536).startswith(b"HTTP/1.1 200 OK\r\n")


def test_a_refusal_says_what_every_refusal_says() -> None:
    with busy("natasha", "natasha") as (server, _):
        url = url_of(server) + "/ner"
        given = {"x-request-id": "mine"}
        at_head = httpx.post(url, json={"text": "Анна"}, headers=given)
        from_page = given | {"origin": "http://page.example"}
        after_reading = httpx.post(url, json={"text": "Анна"}, headers=from_page)
        counted = metrics(server)
    for answer in (at_head, after_reading):
        assert answer.status_code == 429
        answer.headers["server-timing"] = re.sub(r"[\d.]+", "0", answer.headers["server-timing"])
        answer.headers.pop("date")
    assert at_head.headers == after_reading.headers
    assert at_head.json() == after_reading.json()
    assert 'ner_requests_total{route="/ner",status="429"} 2.0' in counted
    assert 'ner_errors_total{code="overloaded"} 2.0' in counted


def test_pipelined_refusals_come_in_turn() -> None:
    with busy("natasha", "natasha") as (server, _), connected(server) as connection:
        last = WHOLE.replace(b"\r\n", b"\r\nconnection: close\r\n", 1)
        connection.sendall(WHOLE * 9 + last)
        assert rest(connection).count(REFUSED) == 10


def test_a_tagger_with_room_is_asked_though_others_have_none() -> None:
    with busy("natasha,spacy", "natasha") as (server, tagger), connected(server) as connection:
        body = b'{"text": "x", "tagger": "spacy"}'
        connection.sendall(POST + b"content-length: %d\r\n\r\n%s" % (len(body), body))
        lane = server.config.app.state.lanes["spacy"]  # type: ignore[union-attr]
        until(lambda: lane.queued)
        tagger.gate.set()
        assert connection.recv(65536).startswith(b"HTTP/1.1 200 OK\r\n")


def test_where_no_tagger_has_room_none_is_asked() -> None:
    with busy("natasha,spacy", "natasha", "spacy") as (server, _), connected(server) as connection:
        connection.sendall(HEAD)
        assert connection.recv(65536).startswith(REFUSED)


@pytest.mark.parametrize("url", [b"/ner?offsets=byte", b"/no-such", b"/health/live"])
def test_what_is_no_plain_text_to_tag_is_read(url: bytes) -> None:
    with busy("natasha", "natasha") as (server, _), connected(server) as connection:
        connection.sendall(WHOLE.replace(b"/ner", url, 1))
        assert connection.recv(12) in (b"HTTP/1.1 422", b"HTTP/1.1 404", b"HTTP/1.1 405")


def test_a_refused_body_that_does_not_come_is_cut(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(protocol, "LINGER_S", 0.1)
    with busy("natasha", "natasha") as (server, _), connected(server) as connection:
        connection.sendall(HEAD + TEXT[:3])
        assert rest(connection).startswith(REFUSED)


def test_a_refused_body_without_end_is_cut(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(protocol, "LINGER_S", 0.1)
    with busy("natasha", "natasha") as (server, _), connected(server) as connection:
        connection.sendall(POST + b"content-length: 999999999999\r\n\r\n")
        assert send_without_end(connection, b" " * 65536, 10**12)
