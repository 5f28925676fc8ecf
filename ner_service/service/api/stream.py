"""Answers that stream while the request still comes in, line by line and in order."""

import asyncio
from collections import deque
from collections.abc import AsyncIterator, Callable, Coroutine
from typing import Any, TypeVar

import orjson
from fastapi import Response
from starlette.types import Receive, Scope, Send

from ner_service.errors import Refused
from ner_service.service.api.request_body import NDJSON

MOST_LINES, MOST_BYTES = 64, 1_000_000  # that may wait for their answers before no more is read

Line = TypeVar("Line", bound=bytes | Refused)
Answer = Callable[[Line], Coroutine[Any, Any, dict[str, Any]]]
Task = asyncio.Task[dict[str, Any]]


class Window:
    """The lines being answered, in order; it has room for one line of any size, or for several."""

    def __init__(self) -> None:
        self._tasks: deque[tuple[Task, int]] = deque()
        self._bytes = 0
        self._changed = asyncio.Condition()
        self._closed = False

    async def add(self, task: Task, size: int) -> None:
        """Waits for room, and adds a line of that size."""
        async with self._changed:
            self._tasks.append((task, size))
            self._bytes += size
            self._changed.notify_all()
            await self._changed.wait_for(self._has_room)

    def _has_room(self) -> bool:
        return not self._tasks or (len(self._tasks) < MOST_LINES and self._bytes < MOST_BYTES)

    async def close(self) -> None:
        """Says that no more lines come."""
        async with self._changed:
            self._closed = True
            self._changed.notify_all()

    async def answers(self) -> AsyncIterator[dict[str, Any]]:
        """The answers in the order of the lines."""
        while True:
            async with self._changed:
                await self._changed.wait_for(lambda: self._tasks or self._closed)
                if not self._tasks:
                    return
                task, size = self._tasks[0]
            answer = await task
            async with self._changed:
                self._tasks.popleft()
                self._bytes -= size
                self._changed.notify_all()
            yield answer

    def cancel(self) -> None:
        """Lets go of all lines that wait."""
        for task, _ in self._tasks:
            task.cancel()


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
            await window.close()

    reader = asyncio.create_task(read())
    try:
        async for found in window.answers():
            yield found
        await reader
    finally:
        reader.cancel()
        window.cancel()


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
