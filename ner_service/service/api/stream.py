"""Answers that stream while the request still comes in, line by line and in order."""

import asyncio
from collections.abc import AsyncIterator, Callable, Coroutine
from typing import Any, TypeVar

from fastapi.responses import StreamingResponse
from starlette.types import Receive, Scope, Send

from ner_service.errors import Refused
from ner_service.service.api.request_body import NDJSON
from ner_service.service.api.slices import dump

MOST_LINES, MOST_BYTES = 64, 1_000_000  # that may wait for their answers before no more is read

Line = TypeVar("Line", bound=bytes | Refused)
Answer = Callable[[Line], Coroutine[Any, Any, dict[str, Any]]]
Task = asyncio.Task[dict[str, Any]]


async def in_order(
    answer: Answer[Line], lines: AsyncIterator[Line]
) -> AsyncIterator[dict[str, Any]]:
    """Answers lines side by side, and yields the answers in the order of the lines.

    One line of any size may wait for its answer, or several within the bounds. Bytes must be
    bounded, which no `asyncio.Queue` does: 64 lines of the longest kind are a gigabyte, and the
    body's own limit lets go of a line once it is whole.
    """
    tasks: asyncio.Queue[tuple[Task, int] | None] = asyncio.Queue()
    room = asyncio.Event()
    waiting = 0  # bytes

    async def read() -> None:
        nonlocal waiting
        try:
            async for line in lines:
                size = 0 if isinstance(line, Refused) else len(line)
                size = max(size, MOST_BYTES // MOST_LINES)  # which bounds the lines as well
                waiting += size
                tasks.put_nowait((asyncio.create_task(answer(line)), size))
                while waiting >= MOST_BYTES:
                    room.clear()
                    await room.wait()
        finally:
            tasks.put_nowait(None)

    reader = asyncio.create_task(read())
    try:
        while added := await tasks.get():
            task, size = added
            response = await task
            waiting -= size
            room.set()
            yield response
        await reader
    finally:
        reader.cancel()
        while not tasks.empty():
            if added := tasks.get_nowait():
                added[0].cancel()


class Stream(StreamingResponse):
    """A response that sends each answer as a line of its own as soon as it is there.

    Unlike Starlette's own it never reads from the client, so that the rest of the request
    reaches whoever is still reading it.
    """

    media_type = NDJSON

    def __init__(self, answers: AsyncIterator[dict[str, Any]]) -> None:
        super().__init__(dump(answer) + b"\n" async for answer in answers)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        await self.stream_response(send)
