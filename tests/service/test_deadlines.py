"""Deadlines: each request has its own."""

import asyncio

import pytest

from ner_service.service.queue.errors import Late
from ner_service.service.queue.lane import Lane
from ner_service.service.queue.worker import Worker
from tests.service.connecting import Clock, on_clock
from tests.serving import Gated, ignore, until


@on_clock
async def test_each_request_is_late_at_its_own_time_and_one_that_went_never(clock: Clock) -> None:
    tagger = Gated()
    lane = Lane(Worker("test", lambda: tagger, 200, ignore), 1000, timeout_s=5)
    until(lambda: lane.worker.tagger)
    asked = []
    for _ in range(4):
        asked.append(asyncio.create_task(lane.tag(["Анна"])))
        await clock.turn(1)
    asked.pop(2).cancel()
    late = []
    for _ in range(6):
        late.append(sum(task.done() for task in asked))
        await clock.turn(1)
    assert late == [0, 0, 1, 2, 2, 3]  # the first was asked at 1 s, and looked at from 4 s on
    for task in asked:
        with pytest.raises(Late, match=r"^no answer within 5 s \(NER_TIMEOUT_S\)$"):
            await task
    assert lane.queued == 0
    tagger.gate.set()
    lane.worker.stop(5)
