"""The background does work that takes long, one piece after the other, beside the event loop."""

import asyncio
from collections.abc import Callable
from typing import TypeVar

from ner_service.service.queue.errors import Late, Overloaded

T = TypeVar("T")


class Background:
    """Work is done in a thread, in turns; where too many wait, the next one is refused.

    A thread that is at work cannot be ended: the next piece waits for it, though its client does
    not.
    """

    def __init__(self, most_waiting: int, timeout_s: float) -> None:
        self._most_waiting, self._timeout_s = most_waiting, timeout_s
        self._turn = asyncio.Semaphore()
        self._waiting = 0  # clients, the one that is served included

    async def run(self, work: Callable[[], T]) -> T:
        """Returns what the work returns; raises `Overloaded`, and `Late` after the deadline."""
        if self._waiting >= self._most_waiting:
            raise Overloaded(1)
        self._waiting += 1
        try:
            async with asyncio.timeout(self._timeout_s):
                await self._turn.acquire()
                working = asyncio.ensure_future(asyncio.to_thread(work))
                working.add_done_callback(self._end_turn)
                return await asyncio.shield(working)
        except TimeoutError:
            raise Late(self._timeout_s) from None
        finally:
            self._waiting -= 1

    def _end_turn(self, working: "asyncio.Future[T]") -> None:
        self._turn.release()
        if not working.cancelled():
            working.exception()  # which nobody may have waited for
