"""A real server and clients that are slow, endless, rude, or gone."""

import json
import re
import socket
import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack, closing, contextmanager
from typing import Any

import httpx
import pytest
import uvicorn

from ner_service.service.server import protocol
from tests.serving import Gated, listening, url_of

PATIENCE_S = 0.2
TEXT = '{"text": "Анна"}'.encode()
POST = b"POST /ner HTTP/1.1\r\nhost: x\r\ncontent-type: application/json\r\n"
WHOLE = POST + b"content-length: %d\r\n\r\n%s" % (len(TEXT), TEXT)
LAST = WHOLE.replace(b"\r\n", b"\r\nconnection: close\r\n", 1)
CHUNKED = POST + b"transfer-encoding: chunked\r\n\r\n"
STREAM = CHUNKED.replace(b"/ner", b"/ner/batch").replace(b"/json", b"/x-ndjson")


@pytest.fixture(scope="module")
def server() -> Iterator[uvicorn.Server]:
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(protocol, "LINGER_S", 0.1)
        with listening(client_timeout_s=PATIENCE_S, max_body_bytes=100_000) as server:
            yield server


@contextmanager
def connected(server: uvicorn.Server) -> Iterator[socket.socket]:
    host, port = server.servers[0].sockets[0].getsockname()
    with closing(socket.create_connection((host, port), timeout=10)) as connection:
        yield connection


def rest(connection: socket.socket) -> bytes:
    """All that comes until the server closes."""
    found = b""
    try:
        while part := connection.recv(65536):
            found += part
    except ConnectionResetError:
        pass
    return found


def send_without_end(connection: socket.socket, part: bytes, most: int = 1_000_000_000) -> int:
    """Sends until the server cuts, which it may do a moment after it has answered; how much went."""
    sent = 0
    try:
        while sent < most:
            connection.sendall(part)
            sent += len(part)
    except OSError:
        return sent
    raise AssertionError("the server takes it without end")


def until(true: Callable[[], Any]) -> None:
    for _ in range(1000):
        if true():
            return
        time.sleep(0.01)
    raise AssertionError("it never came true")


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


def test_a_head_within_the_limit_may_come_in_pieces(server: uvicorn.Server) -> None:
    with connected(server) as connection:
        for part in (POST, *[b"x: %s\r\n" % (b"y" * 10_000)] * 6, WHOLE[len(POST) :]):
            time.sleep(0.01)
            connection.sendall(part)
        assert connection.recv(15) == b"HTTP/1.1 200 OK"


def test_what_came_before_a_head_does_not_count_as_its_own() -> None:
    spaces = b" " * 1_000_000
    large = POST + b"content-length: %d\r\n\r\n" % (len(spaces) + len(TEXT)) + spaces + TEXT
    with listening() as server, connected(server) as connection:
        for _ in range(3):
            connection.sendall(large + POST)
            time.sleep(0.05)
            connection.sendall(WHOLE[len(POST) :])
        connection.sendall(LAST)
        assert rest(connection).count(b"HTTP/1.1 200 OK") == 7


def test_trailers_without_end_are_cut(server: uvicorn.Server) -> None:
    with connected(server) as connection:
        connection.sendall(CHUNKED + b"2\r\n{}\r\n0\r\n")
        assert send_without_end(connection, b"name: value\r\n" * 1000)


@pytest.mark.parametrize(
    "begun", [POST + b"content-length: 50\r\n\r\n{", CHUNKED + b"2\r\n{}\r\n", CHUNKED + b"9\r\n{"]
)
def test_a_body_that_does_not_come_is_told_and_cut(server: uvicorn.Server, begun: bytes) -> None:
    with connected(server) as connection:
        connection.sendall(begun)
        answer = rest(connection)
        assert answer.startswith(b"HTTP/1.1 408 ")
        assert b'"body_too_slow"' in answer


def test_a_body_that_comes_byte_by_byte_is_told_and_cut(server: uvicorn.Server) -> None:
    with connected(server) as connection:
        connection.sendall(POST + b"content-length: 99999\r\n\r\n")
        until(lambda: not dribble(connection))
        assert b"HTTP/1.1 408 " in rest(connection)


def dribble(connection: socket.socket) -> bool:
    try:
        connection.sendall(b" ")
    except OSError:
        return False
    time.sleep(0.05)
    connection.setblocking(False)
    try:
        return connection.recv(1, socket.MSG_PEEK) == b""
    except BlockingIOError:
        return True
    finally:
        connection.settimeout(10)


def test_a_length_over_the_limit_is_refused_before_the_body(server: uvicorn.Server) -> None:
    with connected(server) as connection:
        connection.sendall(POST + b"content-length: 100001\r\n\r\n")
        assert connection.recv(12) == b"HTTP/1.1 413"


def test_a_body_longer_than_it_says_is_not_read_as_one(server: uvicorn.Server) -> None:
    with connected(server) as connection:
        connection.sendall(POST + b"content-length: 12\r\n\r\n" + b'{"text": ""} and more')
        answer = rest(connection)
    assert answer.startswith(b"HTTP/1.1 200 OK")
    assert b"connection: close" in answer
    assert answer.count(b"HTTP/1.1") == 1


@pytest.mark.parametrize("head", [CHUNKED, CHUNKED.replace(b"/ner", b"/no-such")])
def test_a_body_without_end_is_cut(server: uvicorn.Server, head: bytes) -> None:
    with connected(server) as connection:
        connection.sendall(head)
        send_without_end(connection, b"2710\r\n" + b" " * 10_000 + b"\r\n", 10**12)


def test_a_client_that_does_not_read_is_cut(server: uvicorn.Server) -> None:
    with connected(server) as connection:
        line = b'{"text": "' + "Анна ".encode() * 1000 + b'"}\n'
        head = POST.replace(b"/ner", b"/ner/batch").replace(b"/json", b"/x-ndjson")
        connection.sendall(head + b"transfer-encoding: chunked\r\n\r\n")
        chunk = b"%x\r\n%s\r\n" % (len(line), line)
        assert send_without_end(connection, chunk)


def test_pipelined_requests_are_answered_in_turn(server: uvicorn.Server) -> None:
    with connected(server) as connection:
        connection.sendall(WHOLE * 19 + LAST)
        assert rest(connection).count(b"HTTP/1.1 200 OK") == 20


def test_garbage_is_answered_with_400(server: uvicorn.Server) -> None:
    with connected(server) as connection:
        connection.sendall("Привет\r\n\r\n".encode())
        assert rest(connection).startswith(b"HTTP/1.1 400 Bad Request")


NO_REQUESTS = [
    b"GARBAGE\r\n\r\n",
    b"GET http://x:999999/ HTTP/1.1\r\nhost: x\r\n\r\n",
    b"GET / HTTP/1.1\r\nx: " + b"y" * 100_000,
    b"GET / HTT",
]


def test_what_is_no_request_lets_those_before_it_have_their_answers() -> None:
    tagger = Gated()
    with (
        listening(lambda spec: tagger, client_timeout_s=PATIENCE_S) as server,
        ExitStack() as stack,
    ):
        connections = [stack.enter_context(connected(server)) for _ in NO_REQUESTS]
        for connection, behind in zip(connections, NO_REQUESTS, strict=True):
            connection.sendall(WHOLE * 2 + behind)
        time.sleep(2 * PATIENCE_S)
        tagger.gate.set()
        for answers in map(rest, connections):
            assert answers.count(b"HTTP/1.1 200 OK") == 2
            assert b"HTTP/1.1 400" not in answers


def test_a_head_without_end_is_not_read_while_an_answer_is_pending() -> None:
    tagger = Gated()
    with listening(lambda spec: tagger) as server, connected(server) as connection:
        connection.sendall(WHOLE + b"GET / HTTP/1.1\r\nx: ")
        connection.settimeout(0.3)
        assert send_without_end(connection, b"y" * 65536, 50_000_000)
        tagger.gate.set()
        assert connection.recv(15) == b"HTTP/1.1 200 OK"


def test_a_400_is_not_written_behind_the_answer_to_the_same_request(server: uvicorn.Server) -> None:
    with connected(server) as connection:
        connection.sendall(CHUNKED.replace(b"/ner", b"/no-such"))
        assert connection.recv(65536).startswith(b"HTTP/1.1 404 Not Found")
        connection.sendall(b"zz\r\n")
        assert b"HTTP/1.1" not in rest(connection)


def test_a_400_is_not_written_into_an_answer_that_has_begun(server: uvicorn.Server) -> None:
    with connected(server) as connection:
        line = TEXT + b"\n"
        connection.sendall(STREAM + b"%x\r\n%s\r\n" % (len(line), line))
        until(lambda: connection.recv(65536).endswith(b'"score":0.5}]}\n\r\n'))
        connection.sendall(b"zz\r\n")
        assert b"HTTP/1.1" not in rest(connection)


def test_a_bad_body_is_answered_with_400(server: uvicorn.Server) -> None:
    with connected(server) as connection:
        connection.sendall(CHUNKED + b"zz\r\n")
        assert rest(connection).startswith(b"HTTP/1.1 400 Bad Request")


def test_a_bad_body_behind_other_requests_is_answered_in_its_turn() -> None:
    tagger = Gated()
    with listening(lambda spec: tagger) as server, connected(server) as connection:
        connection.sendall(WHOLE * 2 + CHUNKED + b"zz\r\n" + WHOLE)
        time.sleep(0.05)
        tagger.gate.set()
        answers = [part[:3] for part in rest(connection).split(b"HTTP/1.1 ")]
    assert answers == [b"", b"200", b"200", b"400"]


def test_blank_lines_do_not_keep_a_connection(server: uvicorn.Server) -> None:
    with connected(server) as connection:
        connection.sendall(WHOLE)
        assert connection.recv(65536).startswith(b"HTTP/1.1 200 OK")
        connection.sendall(b"\r\n")
        assert rest(connection) == b""


UPGRADE = b"Upgrade: h2c\r\nConnection: Upgrade, HTTP2-Settings\r\nHTTP2-Settings: AAMAAABk\r\n"


def test_an_offer_to_upgrade_is_ignored(server: uvicorn.Server) -> None:
    head, _, body = WHOLE.partition(b"\r\n\r\n")
    with connected(server) as connection:
        for name in (b"Upgrade", b"upgrade", b"UPGRADE"):
            offer = UPGRADE.replace(b"Upgrade: ", name + b": ")
            connection.sendall(head + b"\r\n" + offer + b"\r\n" + body)
            assert b'"text":"' in connection.recv(65536)


def test_an_offer_to_upgrade_is_ignored_in_pieces_and_behind_other_requests(
    server: uvicorn.Server,
) -> None:
    head, _, body = WHOLE.partition(b"\r\n\r\n")
    offering = head + b"\r\n" + UPGRADE + b"\r\n" + body
    with connected(server) as connection:
        connection.sendall((WHOLE + offering) * 50 + offering[:90])
        for at in range(90, len(offering), 40):
            time.sleep(0.01)
            connection.sendall(offering[at : at + 40])
        connection.sendall(LAST)
        assert rest(connection).count(b"HTTP/1.1 200 OK") == 102


@pytest.mark.parametrize("first", [b"", WHOLE])
def test_a_body_behind_an_offer_to_upgrade_is_no_request(
    server: uvicorn.Server, first: bytes
) -> None:
    hidden = b"GET /health/live HTTP/1.1\r\nhost: x\r\n\r\n"
    head = POST + b"content-length: %d\r\n" % len(hidden)
    with connected(server) as connection:
        connection.sendall(first + head)
        time.sleep(0.02)
        connection.sendall(UPGRADE + b"\r\n" + hidden + LAST)
        answers = rest(connection)
    assert answers.count(b"HTTP/1.1 422 ") == 1
    assert answers.endswith(b'"score":0.5}]}')
    assert b'"live"' not in answers


def test_there_is_nothing_to_connect_to(server: uvicorn.Server) -> None:
    with connected(server) as connection:
        connection.sendall(b"CONNECT x:80 HTTP/1.1\r\nhost: x\r\n\r\n")
        assert rest(connection).startswith(b"HTTP/1.1 400 Bad Request")


def test_a_second_request_whose_body_comes_late_is_answered(server: uvicorn.Server) -> None:
    head, _, body = WHOLE.partition(b"\r\n\r\n")
    with connected(server) as connection:
        connection.sendall(WHOLE + head + b"\r\n\r\n")
        time.sleep(0.15)  # longer than an unread body may go on, shorter than a body may take
        connection.sendall(body)
        time.sleep(0.02)
        connection.shutdown(socket.SHUT_WR)
        assert rest(connection).count(b"HTTP/1.1 200 OK") == 2


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


def test_what_streams_hold_is_bounded() -> None:
    settings = {"max_held_bytes": 100_000, "max_body_bytes": 90_000, "client_timeout_s": 5}
    with listening(**settings) as server, connected(server) as one, connected(server) as other:
        chunk = b"%x\r\n%s\r\n" % (80_000, b"x" * 80_000)
        one.sendall(STREAM + chunk)
        time.sleep(0.1)
        other.sendall(STREAM + chunk + b"4\r\n\n{}\n\r\n0\r\n\r\n")
        answer = b""
        while not answer.endswith(b"0\r\n\r\n"):
            answer += other.recv(65536)
        assert answer.count(b'"overloaded"') == 1
        assert answer.count(b'"invalid_request"') == 1  # the next line is read again
        one.close()
        time.sleep(0.1)
        with connected(server) as third:
            third.sendall(STREAM + chunk + b"0\r\n\r\n")
            until(lambda: b'"invalid_json"' in third.recv(65536))


def test_http_1_0_needs_no_host(server: uvicorn.Server) -> None:
    with connected(server) as connection:
        connection.sendall(b"GET /health/live HTTP/1.0\r\n\r\n")
        assert rest(connection).startswith(b"HTTP/1.1 200 OK")


def test_a_stream_over_http_1_0_has_no_chunks(server: uvicorn.Server) -> None:
    lines = (TEXT + b"\n") * 2
    head = STREAM.replace(b"transfer-encoding: chunked", b"content-length: %d" % len(lines))
    with connected(server) as connection:
        connection.sendall(head.replace(b"HTTP/1.1", b"HTTP/1.0") + lines)
        head, _, body = rest(connection).partition(b"\r\n\r\n")
    assert b"transfer-encoding" not in head
    assert [json.loads(line)["tagger"] for line in body.splitlines()] == ["natasha"] * 2


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


def test_what_is_read_at_a_time_is_bounded() -> None:
    with listening(max_held_bytes=100_000) as server:
        head = POST + b"content-length: 90000\r\n\r\n"
        with connected(server) as first:
            first.sendall(head + b" " * 80_000)
            time.sleep(0.1)
            with connected(server) as second:
                second.sendall(head + b" " * 80_000)
                assert second.recv(12) == b"HTTP/1.1 429"


def test_a_client_that_left_is_passed_over() -> None:
    tagger = Gated()
    with listening(lambda spec: tagger) as server:
        lane = server.config.app.state.lanes.by_name["natasha"]  # type: ignore[union-attr]
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
        lane = server.config.app.state.lanes.by_name["natasha"]  # type: ignore[union-attr]
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


def test_stopping_answers_what_was_accepted() -> None:
    tagger = Gated()
    with (
        listening(lambda spec: tagger) as server,
        connected(server) as busy,
        connected(server) as idle,
    ):
        busy.sendall(WHOLE)
        idle.sendall(b"GET /health/live HTTP/1.1\r\nhost: x\r\n\r\n")
        assert idle.recv(15) == b"HTTP/1.1 200 OK"
        until(lambda: tagger.batches)
        server.should_exit = True
        time.sleep(0.25)
        idle.sendall(WHOLE)  # its client cannot know yet
        time.sleep(0.05)
        tagger.gate.set()
        for connection in (busy, idle):
            answer = rest(connection)
            assert b"HTTP/1.1 200 OK" in answer
            assert b"connection: close" in answer


def test_stopping_waits_for_no_tagger_that_hangs() -> None:
    taggers = [Gated(), Gated()]
    loading = iter(taggers)
    with listening(lambda spec: next(loading), taggers="natasha,spacy") as server:
        for path in (b"/ner", b"/ner?tagger=spacy"):
            with connected(server) as connection:
                connection.sendall(
                    POST.replace(b"/ner", path).replace(b"application/json", b"text/plain")
                    + b"content-length: 1\r\n\r\nx"
                )
                time.sleep(0.05)
        until(lambda: all(tagger.batches for tagger in taggers))
        started = time.perf_counter()
    for tagger in taggers:
        tagger.gate.set()
    assert time.perf_counter() - started < 5


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


def test_a_stream_answers_line_by_line(server: uvicorn.Server) -> None:
    with connected(server) as connection:
        head = POST.replace(b"/ner", b"/ner/batch").replace(b"/json", b"/x-ndjson")
        chunk = b"%x\r\n%s\n\r\n" % (len(TEXT) + 1, TEXT)
        connection.sendall(head + b"transfer-encoding: chunked\r\n\r\n" + chunk)
        until(lambda: connection.recv(65536).endswith(b'"score":0.5}]}\n\r\n'))
        connection.sendall(chunk)
        until(lambda: connection.recv(65536).endswith(b'"score":0.5}]}\n\r\n'))
        connection.sendall(b"0\r\n\r\n")
        until(lambda: connection.recv(65536).endswith(b"0\r\n\r\n"))
