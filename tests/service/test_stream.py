"""Streams: in order, side by side, and never more held than a window."""

import asyncio
import os
import socket
import threading
from collections.abc import AsyncIterator
from typing import Any

import httpx
import orjson
import pytest

from ner_service.service.api.stream import MOST_BYTES, MOST_LINES, in_order
from tests.serving import listening, memory_of, settle, url_of


async def lines_of(count: int, size: int, read: list[int]) -> AsyncIterator[bytes]:
    for n in range(count):
        read.append(n)
        yield b"%d" % n + b" " * size


def test_answers_keep_the_order_whatever_each_takes() -> None:
    async def answer(line: bytes) -> dict[str, Any]:
        for _ in range(int(line) * 7 % 11):
            await asyncio.sleep(0)
        return {"n": int(line)}

    async def test() -> list[int]:
        return [found["n"] async for found in in_order(answer, lines_of(200, 0, []))]

    assert asyncio.run(test()) == list(range(200))


@pytest.mark.parametrize(("size", "most"), [(0, MOST_LINES), (MOST_BYTES // 4, 4)])
def test_reading_stops_while_nothing_is_answered(size: int, most: int) -> None:
    async def test() -> None:
        read: list[int] = []
        gate = asyncio.Event()

        async def answer(line: bytes) -> dict[str, Any]:
            await gate.wait()
            return {}

        answers = in_order(answer, lines_of(1000, size, read))
        first = asyncio.ensure_future(anext(answers))
        while len(read) < most:
            await settle()
        await settle()
        assert len(read) == most
        gate.set()
        await first
        await answers.aclose()

    asyncio.run(test())


def test_letting_go_of_a_stream_lets_go_of_its_lines() -> None:
    async def test() -> None:
        waiting: list[bytes] = []
        cancelled: list[bytes] = []

        async def answer(line: bytes) -> dict[str, Any]:
            if int(line) == 0:
                return {}
            try:
                waiting.append(line)
                await asyncio.Event().wait()
            except asyncio.CancelledError:
                cancelled.append(line)
                raise
            return {}

        answers = in_order(answer, lines_of(10, 0, []))
        await anext(answers)
        while len(waiting) < 9:
            await settle()
        await answers.aclose()
        await settle()
        assert len(cancelled) == 9

    asyncio.run(test())


MEGABYTE = 1_000_000


@pytest.mark.parametrize(
    ("megabytes", "chars"),
    [(4, 2_000), pytest.param(200, 20_000, marks=[pytest.mark.slow, pytest.mark.timeout(600)])],
)
def test_an_endless_stream_keeps_the_memory_flat(megabytes: int, chars: int) -> None:
    line = orjson.dumps({"text": "Анна " + "и дом, " * (chars // 7)}) + b"\n"
    lines = megabytes * MEGABYTE // len(line)
    with listening(log_level="warning") as server:
        url = httpx.URL(url_of(server))
        with socket.create_connection((url.host, url.port or 80)) as connection:
            answered: list[int] = []
            reader = threading.Thread(target=count, args=(connection, answered))
            reader.start()
            connection.sendall(
                b"POST /ner/batch HTTP/1.1\r\nhost: x\r\ncontent-type: application/x-ndjson\r\n"
                b"content-length: %d\r\nconnection: close\r\n\r\n" % (lines * len(line))
            )
            memory = []
            for n in range(lines):
                connection.sendall(line)
                if n % (lines // 20) == 0:
                    memory.append(memory_of(os.getpid()))
            reader.join()
    assert sum(answered) == lines
    print([size // MEGABYTE for size in memory])
    assert max(memory) < memory[5] + 10 * MEGABYTE, memory


def count(connection: socket.socket, answered: list[int]) -> None:
    """Reads answers, and how many they are, until the server closes."""
    for line in connection.makefile("rb"):
        answered.append(line.count(b'"offsets"'))
