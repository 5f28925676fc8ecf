"""Answers: in one write where they are whole."""

import asyncio
import logging
from typing import Any

import pytest
from uvicorn.protocols.http.flow_control import FlowControl

from ner_service.service.server.protocol import Cycle

LENGTH = [(b"content-length", b"4")]
HEAD = b"HTTP/1.1 200 OK\r\ncontent-length: 4\r\n\r\n"


class Transport(asyncio.Transport):
    """Keeps what is written."""

    def __init__(self) -> None:
        super().__init__()
        self.written: list[bytes] = []
        self.closed = False

    def write(self, data: Any) -> None:
        self.written.append(bytes(data))

    def close(self) -> None:
        self.closed = True


def cycle(transport: Transport, method: str = "POST", keep_alive: bool = True) -> Cycle:
    log = logging.getLogger("nothing")
    return Cycle(
        scope={"type": "http", "http_version": "1.1", "method": method},  # type: ignore[typeddict-item]
        transport=transport,
        flow=FlowControl(transport),
        logger=log,
        access_logger=log,
        access_log=False,
        default_headers=[],
        message_event=asyncio.Event(),
        expect_100_continue=False,
        keep_alive=keep_alive,
        on_response=lambda: None,
    )


async def answer(answering: Cycle, headers: list[tuple[bytes, bytes]], *parts: bytes) -> None:
    await answering.send({"type": "http.response.start", "status": 200, "headers": headers})
    for n, part in enumerate(parts, 1):
        more = n < len(parts)
        await answering.send({"type": "http.response.body", "body": part, "more_body": more})


@pytest.mark.parametrize(
    ("method", "headers", "parts", "written"),
    [
        ("POST", LENGTH, [b"text"], [HEAD + b"text"]),
        ("POST", LENGTH, [b"te", b"xt"], [HEAD, b"te", b"xt"]),
        ("HEAD", LENGTH, [b"text"], [HEAD]),
        (
            "POST",
            [],
            [b"text", b""],
            [
                b"HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\n\r\n",
                b"4\r\ntext\r\n",
                b"0\r\n\r\n",
            ],
        ),
    ],
    ids=["whole", "in parts", "without its body", "of unknown length"],
)
def test_only_a_whole_answer_is_one_write(
    method: str, headers: list[tuple[bytes, bytes]], parts: list[bytes], written: list[bytes]
) -> None:
    transport = Transport()
    asyncio.run(answer(answering := cycle(transport, method), headers, *parts))
    assert transport.written == written
    assert answering.response_complete
    assert not transport.closed


def test_the_last_answer_of_a_connection_says_so_and_closes() -> None:
    transport = Transport()
    asyncio.run(answer(cycle(transport, keep_alive=False), LENGTH, b"text"))
    assert transport.written == [HEAD[:-2] + b"connection: close\r\n\r\ntext"]
    assert transport.closed


def test_nothing_is_written_to_a_client_that_left() -> None:
    transport = Transport()
    answering = cycle(transport)
    answering.disconnected = True
    asyncio.run(answer(answering, LENGTH, b"text"))
    assert not transport.written


def test_an_answer_of_unknown_length_begins_before_its_body() -> None:
    transport = Transport()
    asyncio.run(answer(cycle(transport), []))
    assert len(transport.written) == 1
