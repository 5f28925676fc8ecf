"""Bodies of requests: late, long, without end, wrong."""

import json
from contextlib import suppress

import pytest
import uvicorn

from tests.service.connecting import (
    CHUNKED,
    PATIENCE_S,
    POST,
    STREAM,
    TEXT,
    chunk,
    connected,
    rest,
    send_without_end,
)
from tests.serving import listening, until


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
        connection.settimeout(PATIENCE_S / 4)
        answer = b""
        while not answer:
            connection.sendall(b" ")
            with suppress(TimeoutError):
                answer = connection.recv(65536)
        assert answer.startswith(b"HTTP/1.1 408 ")
        connection.settimeout(10)
        assert b"HTTP/1.1" not in rest(connection)


def test_a_length_over_the_limit_is_refused_before_the_body(server: uvicorn.Server) -> None:
    with connected(server) as connection:
        connection.sendall(POST + b"content-length: 100001\r\n\r\n")
        assert connection.recv(12) == b"HTTP/1.1 413"


def test_a_body_longer_than_it_says_is_not_read_as_one(server: uvicorn.Server) -> None:
    with connected(server) as connection:
        connection.sendall(POST + b"content-length: 12\r\n\r\n" + b'{"text": ""} and more')
        answers = rest(connection).split(b"HTTP/1.1 ")[1:]
    assert [answer[:3] for answer in answers] == [b"200", b"400"]
    assert b"connection: close" in answers[1]


@pytest.mark.parametrize("head", [CHUNKED, CHUNKED.replace(b"/ner", b"/no-such")])
def test_a_body_without_end_is_cut(server: uvicorn.Server, head: bytes) -> None:
    with connected(server) as connection:
        connection.sendall(head)
        send_without_end(connection, b"2710\r\n" + b" " * 10_000 + b"\r\n", 10**12)


def test_a_bad_body_is_answered_with_400(server: uvicorn.Server) -> None:
    with connected(server) as connection:
        connection.sendall(CHUNKED + b"zz\r\n")
        assert rest(connection).startswith(b"HTTP/1.1 400 Bad Request")


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


def test_what_is_read_at_a_time_is_bounded() -> None:
    with listening(max_held_bytes=100_000) as server:
        head = POST + b"content-length: 90000\r\n\r\n"

        def is_refused() -> bool:
            with connected(server) as second:
                second.sendall(head + b" " * 90_000)
                return second.recv(12) == b"HTTP/1.1 429"

        assert not is_refused()
        with connected(server) as first:
            first.sendall(head + b" " * 80_000)
            until(is_refused)


def test_what_streams_hold_is_bounded() -> None:
    settings = {"max_held_bytes": 100_000, "max_body_bytes": 90_000, "client_timeout_s": 30}
    with listening(**settings) as server:
        long = chunk(b"x" * 80_000)

        def answer_to_another() -> bytes:
            with connected(server) as other:
                other.sendall(STREAM + long + chunk(b"\n{}\n") + b"0\r\n\r\n")
                answer = b""
                while not answer.endswith(b"0\r\n\r\n"):
                    answer += other.recv(65536)
                return answer

        assert b'"invalid_json"' in answer_to_another()
        with connected(server) as one:
            one.sendall(STREAM + long)
            until(lambda: b'"overloaded"' in answer_to_another())
            answer = answer_to_another()
            assert answer.count(b'"overloaded"') == 1
            assert answer.count(b'"invalid_request"') == 1  # the next line is read again
        until(lambda: b'"invalid_json"' in answer_to_another())


def test_a_stream_over_http_1_0_has_no_chunks(server: uvicorn.Server) -> None:
    lines = (TEXT + b"\n") * 2
    head = STREAM.replace(b"transfer-encoding: chunked", b"content-length: %d" % len(lines))
    with connected(server) as connection:
        connection.sendall(head.replace(b"HTTP/1.1", b"HTTP/1.0") + lines)
        head, _, body = rest(connection).partition(b"\r\n\r\n")
    assert b"transfer-encoding" not in head
    assert [json.loads(line)["tagger"] for line in body.splitlines()] == ["natasha"] * 2


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
