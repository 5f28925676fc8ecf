"""The background: one piece of work at a time, small ones soon, and none for those that left."""

import asyncio
import threading

import pytest

from ner_service.service.api.background import MOST_SMALL, Background
from ner_service.service.connection import Connection, Gone
from ner_service.service.queue.errors import Overloaded
from ner_service.service.queue.job import SMALL_COST
from tests.serving import settle


class Work:
    """Work that waits for a gate, and remembers in which order it was done."""

    def __init__(self) -> None:
        self.gate = threading.Event()
        self.done: list[str] = []

    def named(self, name: str) -> None:
        assert self.gate.wait(60)
        self.done.append(name)


def test_small_work_waits_for_one_large_piece_however_many_there_are() -> None:
    async def test() -> None:
        background, work = Background(8, 600), Work()
        large = [
            asyncio.create_task(background.run(lambda n=n: work.named(f"large {n}")))  # type: ignore[misc]
            for n in range(8)
        ]
        await settle()
        with pytest.raises(Overloaded):
            await background.run(lambda: work.named("one more"))
        small = asyncio.create_task(background.run(lambda: work.named("small"), SMALL_COST))
        await settle()
        work.gate.set()
        await asyncio.gather(*large, small)
        assert work.done == ["large 0", "small", *(f"large {n}" for n in range(1, 8))]

    asyncio.run(test())


def test_too_much_small_work_is_refused_as_well() -> None:
    async def test() -> None:
        background, work = Background(8, 600), Work()
        tasks = [
            asyncio.create_task(background.run(lambda: work.named("small"), 0))
            for _ in range(MOST_SMALL)
        ]
        await settle()
        with pytest.raises(Overloaded):
            await background.run(lambda: work.named("one more"), 0)
        work.gate.set()
        await asyncio.gather(*tasks)

    asyncio.run(test())


def test_no_work_is_done_for_a_client_that_has_left() -> None:
    async def test() -> None:
        background, work, connection = Background(8, 600), Work(), Connection()
        first = asyncio.create_task(background.run(lambda: work.named("first")))
        left = asyncio.create_task(background.run(lambda: work.named("left"), None, connection))
        await settle()
        connection.mark_closed()
        work.gate.set()
        await first
        with pytest.raises(Gone):
            await left
        await background.run(lambda: work.named("last"))
        assert work.done == ["first", "last"]

    asyncio.run(test())
