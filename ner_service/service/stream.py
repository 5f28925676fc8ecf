"""Answers that stream while the request still comes in, line by line and in order."""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable
from typing import Any

import orjson
from fastapi import Response
from starlette.types import Receive, Scope, Send

from ner_service.service.bodies import NDJSON
from ner_service.service.errors import Refused

WINDOW = 64  # lines that may wait for their answer; beyond it no more is read

Line = Callable[[bytes], Awaitable[dict[str, Any]]]


async def in_order(
    answer: Line, lines: AsyncIterator[bytes | Refused]
) -> AsyncIterator[dict[str, Any]]:
    """Answers lines side by side, and yields the answers in the order of the lines."""
    waiting: asyncio.Queue[asyncio.Task[dict[str, Any]] | None] = asyncio.Queue(WINDOW)

    async def read() -> None:
        try:
            async for line in lines:
                await waiting.put(asyncio.create_task(_answer(answer, line)))
        finally:
            await waiting.put(None)

    reader = asyncio.create_task(read())
    try:
        while (task := await waiting.get()) is not None:
            yield await task
        await reader
    finally:
        reader.cancel()
        while not waiting.empty():
            if task := waiting.get_nowait():
                task.cancel()


async def _answer(answer: Line, line: bytes | Refused) -> dict[str, Any]:
    return {"error": line.body()} if isinstance(line, Refused) else await answer(line)


class Stream(Response):
    """Sends each answer as a line of its own as soon as it is there.

    Unlike Starlette's streaming response it never reads from the client, so that the rest of
    the request reaches whoever is still reading it.
    """

    media_type = NDJSON

    def __init__(self, answers: AsyncIterator[dict[str, Any]]) -> None:
        super().__init__()
        del self.headers["content-length"]
        self._answers = answers

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        start = {"type": "http.response.start", "status": 200, "headers": self.raw_headers}
        await send(start)
        async for answer in self._answers:
            line = orjson.dumps(answer) + b"\n"
            await send({"type": "http.response.body", "body": line, "more_body": True})
        await send({"type": "http.response.body", "body": b""})
