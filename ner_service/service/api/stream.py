"""Answers that stream while the request still comes in, line by line and in order."""

import asyncio
from collections.abc import AsyncIterator, Callable, Coroutine
from typing import Any, TypeVar

import orjson
from fastapi.responses import StreamingResponse
from starlette.types import Receive, Scope, Send

from ner_service.errors import Refused
from ner_service.service.api.request_body import NDJSON

MOST_LINES, MOST_BYTES = 64, 1_000_000  # that may wait for their answers before no more is read

Line = TypeVar("Line", bound=bytes | Refused)
Answer = Callable[[Line], Coroutine[Any, Any, dict[str, Any]]]
Task = asyncio.Task[dict[str, Any]]


class Window:
    """A queue of the lines that are being answered, bounded in lines and in bytes.

    It has room for one line of any size, or for several. Bytes must be bounded, which no
    `asyncio.Queue` does: 64 lines of the longest kind are a gigabyte, and the body's own limit
    lets go of a line once it is whole.
    """

    def __init__(self) -> None:
        self._tasks: asyncio.Queue[tuple[Task, int] | None] = asyncio.Queue()
        self._lines = self._bytes = 0
        self._room = asyncio.Event()

    async def add(self, task: Task, size: int) -> None:
        """Adds a line of so many bytes, and waits until there is room for another."""
        self._tasks.put_nowait((task, size))
        self._lines += 1
        self._bytes += size
        while self._lines and (self._lines >= MOST_LINES or self._bytes >= MOST_BYTES):
            self._room.clear()
            await self._room.wait()

    def close(self) -> None:
        """Ends the queue: no more lines come."""
        self._tasks.put_nowait(None)

    async def answers(self) -> AsyncIterator[dict[str, Any]]:
        """Yields the answers in the order of the lines."""
        while added := await self._tasks.get():
            task, size = added
            answer = await task
            self._lines -= 1
            self._bytes -= size
            self._room.set()
            yield answer

    def cancel(self) -> None:
        """Cancels the answers to all lines in the queue."""
        while not self._tasks.empty():
            if added := self._tasks.get_nowait():
                added[0].cancel()


async def in_order(
    answer: Answer[Line], lines: AsyncIterator[Line]
) -> AsyncIterator[dict[str, Any]]:
    """Answers lines side by side, and yields the answers in the order of the lines."""
    window = Window()

    async def read() -> None:
        try:
            async for line in lines:
                size = 0 if isinstance(line, Refused) else len(line)
                await window.add(asyncio.create_task(answer(line)), size)
        finally:
            window.close()

    reader = asyncio.create_task(read())
    try:
        async for response in window.answers():
            yield response
        await reader
    finally:
        reader.cancel()
        window.cancel()


class Stream(StreamingResponse):
    """A response that sends each answer as a line of its own as soon as it is there.

    Unlike Starlette's own it never reads from the client, so that the rest of the request
    reaches whoever is still reading it.
    """

    media_type = NDJSON

    def __init__(self, answers: AsyncIterator[dict[str, Any]]) -> None:
        super().__init__(orjson.dumps(answer) + b"\n" async for answer in answers)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        await self.stream_response(send)
