"""Streams: in order, side by side, and never more held than a window."""

import asyncio
from collections.abc import AsyncIterator
from typing import Any

from ner_service.service.stream import MOST_BYTES, MOST_LINES, in_order


async def lines_of(count: int, size: int, read: list[int]) -> AsyncIterator[bytes]:
    for n in range(count):
        read.append(n)
        yield b"%d" % n + b" " * size


def test_answers_keep_the_order_whatever_each_takes() -> None:
    async def answer(line: bytes) -> dict[str, Any]:
        await asyncio.sleep(0.001 * (int(line) % 3))
        return {"n": int(line)}

    async def test() -> list[int]:
        return [found["n"] async for found in in_order(answer, lines_of(200, 0, []))]

    assert asyncio.run(test()) == list(range(200))


def test_reading_stops_while_nothing_is_answered() -> None:
    for size, most in ((0, MOST_LINES), (MOST_BYTES // 4, 4)):

        async def test(size: int = size, most: int = most) -> None:
            read: list[int] = []
            gate = asyncio.Event()

            async def answer(line: bytes) -> dict[str, Any]:
                await gate.wait()
                return {}

            answers = in_order(answer, lines_of(1000, size, read))
            first = asyncio.ensure_future(anext(answers))
            await asyncio.sleep(0.02)
            assert len(read) == most
            gate.set()
            await first
            await answers.aclose()

        asyncio.run(test())


def test_letting_go_of_a_stream_lets_go_of_its_lines() -> None:
    async def test() -> None:
        cancelled: list[bytes] = []

        async def answer(line: bytes) -> dict[str, Any]:
            if int(line) == 0:
                return {}
            try:
                await asyncio.sleep(10)
            except asyncio.CancelledError:
                cancelled.append(line)
                raise
            return {}

        answers = in_order(answer, lines_of(10, 0, []))
        await anext(answers)
        await asyncio.sleep(0.01)
        await answers.aclose()
        await asyncio.sleep(0.01)
        assert len(cancelled) == 9

    asyncio.run(test())
