"""The lane: what it admits, whom it passes over, and what it does when a tagger fails."""

import asyncio
import logging
from collections.abc import AsyncIterator, Awaitable, Callable, Sequence
from contextlib import asynccontextmanager
from functools import partial
from itertools import count
from types import SimpleNamespace
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from ner_service.errors import ModelError
from ner_service.service.queue import loading, worker
from ner_service.service.queue.errors import Late, NotReady, Overloaded, TaggerFailed
from ner_service.service.queue.lane import Lane
from ner_service.service.queue.worker import LEAST_PIECE_CHARS, Worker
from ner_service.text.chunks import chunks
from ner_service.types import Entity, Tagger
from tests.serving import Capitals, Fragile, Gated, ignore, settle


@asynccontextmanager
async def lane_of(
    load: Callable[[], Tagger],
    queue_chars: int = 1000,
    batch_chars: int = 200,
    timeout_s: float = 30,
) -> AsyncIterator[Lane]:
    lane = Lane(Worker("test", load, batch_chars, ignore), queue_chars, timeout_s)
    try:
        await until(lambda: lane.ready)
        yield lane
    finally:
        await asyncio.to_thread(lane.worker.stop, 5)


async def until(true: Callable[[], Any]) -> None:
    async with asyncio.timeout(10):
        while not true():
            await asyncio.sleep(0.002)


def run(test: Callable[..., Awaitable[None]], *arguments: Any) -> None:
    asyncio.run(asyncio.wait_for(test(*arguments), 20))


async def tag(lane: Lane, *texts: str, patient: bool = False) -> list[Any]:
    return (await lane.tag(texts, patient)).answers


@settings(max_examples=25, deadline=None)
@given(st.lists(st.lists(st.text("Аб .", max_size=12), max_size=4), max_size=8))
def test_answers_are_those_of_the_tagger_whatever_else_is_asked(requests: list[list[str]]) -> None:
    async def test() -> None:
        async with lane_of(Capitals, queue_chars=10_000, batch_chars=40) as lane:
            found = await asyncio.gather(*(tag(lane, *texts) for texts in requests))
            assert found == [Capitals().tag(texts) for texts in requests]
            assert lane.queued == 0

    run(test)


def test_what_queued_meanwhile_is_one_batch() -> None:
    async def test() -> None:
        tagger = Gated()
        async with lane_of(lambda: tagger) as lane:
            first = asyncio.create_task(tag(lane, "Анна"))
            await until(lambda: tagger.batches)
            rest = [asyncio.create_task(tag(lane, f"Пётр {n}")) for n in range(5)]
            await until(lambda: lane.queued > 100)
            tagger.gate.set()
            await asyncio.gather(first, *rest)
        assert tagger.batches == [["Анна"], [f"Пётр {n}" for n in range(5)]]

    run(test)


def test_requests_take_turns_and_batches_are_bounded() -> None:
    async def test() -> None:
        tagger = Gated()
        async with lane_of(lambda: tagger, batch_chars=60) as lane:
            first = asyncio.create_task(tag(lane, "Анна"))
            await until(lambda: tagger.batches)
            many = asyncio.create_task(tag(lane, *"абвгд"))
            await until(lambda: lane.queued > 60)
            one = asyncio.create_task(tag(lane, "я"))
            await until(lambda: lane.queued > 120)
            tagger.gate.set()
            await asyncio.gather(first, many, one)
        assert tagger.batches == [["Анна"], ["а", "я", "б"], ["в", "г", "д"]]

    run(test)


def test_one_and_many_are_refused_alike_and_the_patient_wait() -> None:
    async def test() -> None:
        tagger = Gated()
        async with lane_of(lambda: tagger, queue_chars=200) as lane:
            waiting = [asyncio.create_task(tag(lane, "а" * 84)) for _ in range(2)]
            await until(lambda: lane.queued == 200)
            for texts in (["я"], ["я"] * 9):
                with pytest.raises(Overloaded) as refused:
                    await tag(lane, *texts)
                assert refused.value.retry >= 1
            patient = asyncio.create_task(tag(lane, "Анна", patient=True))
            await settle()
            assert (lane.queued, patient.done()) == (200, False)
            tagger.gate.set()
            assert await patient == Capitals().tag(["Анна"])
            await asyncio.gather(*waiting)

    run(test)


def test_the_patient_leave_half_the_queue_to_others() -> None:
    async def test() -> None:
        tagger = Gated()
        async with lane_of(lambda: tagger, queue_chars=200) as lane:
            patient = [asyncio.create_task(tag(lane, "а" * 34, patient=True)) for _ in range(9)]
            await until(lambda: lane.queued == 100)
            other = asyncio.create_task(tag(lane, "а" * 84))
            await until(lambda: lane.queued == 200)
            tagger.gate.set()
            await asyncio.gather(other, *patient)

    run(test)


def test_a_request_dearer_than_the_queue_is_admitted_alone() -> None:
    async def test() -> None:
        async with lane_of(Capitals, queue_chars=10) as lane:
            assert await tag(lane, "Анна" * 10) == Capitals().tag(["Анна" * 10])

    run(test)


def test_what_would_come_too_late_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    clock = SimpleNamespace(perf_counter=partial(next, count(step=0.3)))

    async def test() -> None:
        tagger = Gated()
        async with lane_of(lambda: tagger, queue_chars=10**9, timeout_s=1) as lane:
            monkeypatch.setattr(worker, "time", clock)
            tagger.gate.set()
            await tag(lane, "Анна")  # 20 characters took 0.3 s
            tagger.gate.clear()
            waiting = asyncio.create_task(tag(lane, "а" * 84))
            await until(lambda: lane.queued)
            with pytest.raises(Overloaded) as refused:
                await tag(lane, "я")
            assert refused.value.retry == round(lane.wait_s)
            tagger.gate.set()
            await waiting

    run(test)


def test_clients_that_left_are_passed_over() -> None:
    async def test() -> None:
        tagger = Gated()
        async with lane_of(lambda: tagger) as lane:
            first = asyncio.create_task(tag(lane, "Анна"))
            await until(lambda: tagger.batches)
            gone = [asyncio.create_task(tag(lane, f"ушёл {n}")) for n in range(3)]
            stays = asyncio.create_task(tag(lane, "остался"))
            await until(lambda: lane.queued > 80)
            for task in gone:
                task.cancel()
            await asyncio.wait(gone)
            assert lane.queued == len("Аннаостался") + 32
            tagger.gate.set()
            await asyncio.gather(first, stays)
        assert tagger.batches == [["Анна"], ["остался"]]

    run(test)


def test_a_poisonous_text_is_answered_alone(caplog: pytest.LogCaptureFixture) -> None:
    async def test() -> None:
        async with lane_of(Fragile) as lane:
            good, bad, last = await tag(lane, "Анна", "poison", "Пётр")
            assert [good, last] == Capitals().tag(["Анна", "Пётр"])
            assert isinstance(bad, TaggerFailed)
            assert lane.ready

    run(test)
    assert "ValueError on a text of 6 characters" in caplog.text
    assert "cannot tag" not in caplog.text


def test_a_dead_tagger_is_told_and_loaded_again(
    monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    monkeypatch.setattr(worker, "FIRST_PAUSE_S", 0.05)

    async def test() -> None:
        async with lane_of(Fragile) as lane:
            asked = [tag(lane, "death"), tag(lane, "Анна"), tag(lane, "Анна", patient=True)]
            found = await asyncio.gather(*asked, return_exceptions=True)
            assert [type(answer) for answer in found] == [NotReady] * 3
            assert not lane.ready
            with pytest.raises(NotReady, match="died of SystemExit"):
                await tag(lane, "Анна")
            await until(lambda: lane.ready)
            assert (lane.worker.restarts, lane.worker.error, lane.queued) == (1, None, 0)
            assert await tag(lane, "Анна") == Capitals().tag(["Анна"])

    run(test)
    assert "fatal" not in caplog.text


def test_a_tagger_that_does_not_load_is_tried_again(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(worker, "FIRST_PAUSE_S", 0.01)
    attempts: list[int] = []

    def load() -> Tagger:
        attempts.append(1)
        if len(attempts) < 3:
            raise ModelError("model: no such folder")
        return Capitals()

    async def test() -> None:
        async with lane_of(load) as lane:
            assert lane.worker.restarts == 2
            assert await tag(lane, "Анна") == Capitals().tag(["Анна"])

    run(test)


def test_a_tagger_that_fails_its_first_text_is_not_ready(
    monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    monkeypatch.setattr(loading, "PROBE", "poison")

    async def test() -> None:
        lane = Lane(Worker("test", Fragile, 100, ignore), 100, 1)
        await until(lambda: lane.worker.restarts)
        assert not lane.ready
        with pytest.raises(NotReady, match="test: the tagger died of ValueError"):
            await tag(lane, "Анна")
        await asyncio.to_thread(lane.worker.stop, 5)

    run(test)


def test_a_tagger_that_hangs_is_not_ready() -> None:
    async def test() -> None:
        tagger = Gated()
        async with lane_of(lambda: tagger, timeout_s=0.05) as lane:
            asked = asyncio.create_task(tag(lane, "Анна"))
            await until(lambda: lane.stalled)
            assert not lane.ready
            with pytest.raises(Late, match=r"^no answer within 0\.05 s \(NER_TIMEOUT_S\)$"):
                await asked
            tagger.gate.set()
            await until(lambda: lane.ready)

    run(test)


class Lengths(Capitals):
    """Finds the first and the last character of a text."""

    def tag(self, texts: Sequence[str]) -> list[list[Entity]]:
        return [[Entity(0, 1, "PER"), Entity(len(t) - 1, len(t), "PER")] for t in texts]


def test_a_long_text_goes_in_pieces_between_which_others_have_their_turn() -> None:
    text = "Анна пошла домой. " * 20_000

    class Remembering(Gated, Lengths):
        pass

    async def test() -> None:
        tagger = Remembering()
        async with lane_of(lambda: tagger, queue_chars=10**6) as lane:
            long = asyncio.create_task(tag(lane, text))
            await until(lambda: tagger.batches)
            short = asyncio.create_task(tag(lane, "Пётр"))
            await until(lambda: lane.queued > len(text) + 20)
            tagger.gate.set()
            (found,) = await long
            await short
        pieces = list(chunks(text, LEAST_PIECE_CHARS))
        ends = [(at, at + 1) for start, end in pieces for at in (start, end - 1)]
        assert [(e.start, e.end) for e in found] == ends
        assert len(pieces) == 121
        assert [batch == ["Пётр"] for batch in tagger.batches].index(True) < len(pieces)

    run(test)


def test_a_long_text_with_a_poisonous_piece_has_failed() -> None:
    text = "Анна пошла домой. " * 6_000 + "poison"

    async def test() -> None:
        async with lane_of(Fragile, queue_chars=10**6) as lane:
            found = await tag(lane, text, "Анна")
            assert isinstance(found[0], TaggerFailed)
            assert found[1:] == Capitals().tag(["Анна"])

    run(test)


def test_a_sink_takes_the_entities_of_each_piece_and_the_labels_are_counted() -> None:
    text = "Анна пошла домой. " * 6_000
    taken: list[Entity] = []

    async def test() -> None:
        async with lane_of(Capitals, queue_chars=10**6) as lane:
            tagged = await lane.tag(
                [text, "Пётр"], sink=lambda n, es: taken.extend([*es] * (not n))
            )
            assert tagged.answers == [[], []]
            assert tagged.labels == {"LOC": 6_000, "PER": 1}
            assert [taken] == Capitals().tag([text])

    run(test)


def test_a_sink_that_cannot_take_entities_fails_their_text_alone(
    caplog: pytest.LogCaptureFixture,
) -> None:
    def take(n: int, entities: Sequence[Entity]) -> None:
        if n == 0:
            raise TypeError("Анна")

    async def test() -> None:
        async with lane_of(Capitals, queue_chars=10**6) as lane:
            tagged = await lane.tag(["Анна пошла домой. " * 6_000, "Пётр"], sink=take)
            assert isinstance(tagged.answers[0], TaggerFailed)
            assert (tagged.answers[1], tagged.labels) == ([], {"PER": 1})
            assert await tag(lane, "Анна") == Capitals().tag(["Анна"])

    run(test)
    assert "TypeError" in caplog.text
    assert "Анна" not in caplog.text


def test_stopping_answers_what_was_admitted() -> None:
    async def test() -> None:
        tagger = Gated()
        async with lane_of(lambda: tagger) as lane:
            asked = [asyncio.create_task(tag(lane, "Анна")) for _ in range(5)]
            await until(lambda: lane.queued == 100)
            lane.worker.stop(0)
            tagger.gate.set()
            assert await asyncio.gather(*asked) == [Capitals().tag(["Анна"])] * 5

    run(test)


@pytest.fixture(autouse=True)
def _hear(caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.INFO)
