"""The background does work that takes long, one piece after the other, beside the event loop."""

import asyncio
from collections.abc import Callable
from contextlib import ExitStack
from typing import TypeVar

from ner_service.service.connection import Connection, Gone
from ner_service.service.queue.errors import Late, Overloaded
from ner_service.service.queue.job import SMALL_COST

MOST_SMALL = 64  # that wait; they take a second together

T = TypeVar("T")


class Background:
    """Work is done in a thread, in turns; where too many wait, the next one is refused.

    Large work stands in a queue of its own, of which one comes into the turns at a time: whoever
    has small work waits for a single large one, however many there are. A thread that is at work
    cannot be ended: the next piece waits for it, though its client does not.
    """

    def __init__(self, most_large: int, timeout_s: float) -> None:
        self._most = {False: most_large, True: MOST_SMALL}  # by whether they are small
        self._timeout_s = timeout_s
        self._turn, self._large = asyncio.Semaphore(), asyncio.Semaphore()
        self._waiting = {False: 0, True: 0}  # clients, the one that is served included

    async def run(
        self,
        work: Callable[[], T],
        body_bytes: int | None = None,
        connection: Connection | None = None,
    ) -> T:
        """Returns what the work returns; raises `Overloaded`, and `Late` after the deadline.

        Work on a body of few bytes is small; without a body none is. Raises `Gone` in place of
        working for a client that has left.
        """
        small = body_bytes is not None and body_bytes <= SMALL_COST
        if self._waiting[small] >= self._most[small]:
            raise Overloaded(1)
        self._waiting[small] += 1
        try:
            async with asyncio.timeout(self._timeout_s):
                working = await self._begin(work, small, connection)
                return await asyncio.shield(working)
        except TimeoutError:
            raise Late(self._timeout_s) from None
        finally:
            self._waiting[small] -= 1

    async def _begin(
        self, work: Callable[[], T], small: bool, connection: Connection | None
    ) -> "asyncio.Future[T]":
        """Waits for a turn, which lasts until the work has ended, and begins the work."""
        with ExitStack() as turns:
            for turn in [self._turn] if small else [self._large, self._turn]:
                await turn.acquire()
                turns.callback(turn.release)
            if connection and connection.closed:
                raise Gone
            working = asyncio.ensure_future(asyncio.to_thread(work))
            held = turns.pop_all()
            working.add_done_callback(note_end)
            working.add_done_callback(lambda _: held.close())
            return working


def note_end(working: "asyncio.Future[T]") -> None:
    """Looks at the error of work for which nobody may have waited."""
    if not working.cancelled():
        working.exception()
