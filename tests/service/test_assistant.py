"""A second thread tags parts of large texts while a core is idle, and changes no answer."""

import asyncio
import logging
import threading
from collections.abc import AsyncIterator, Callable, Sequence
from contextlib import asynccontextmanager
from dataclasses import replace
from typing import Any

import pytest

from ner_service.cores import Cores
from ner_service.errors import ModelError
from ner_service.service.queue.errors import NotReady, TaggerFailed
from ner_service.service.queue.job import SMALL_COST
from ner_service.service.queue.lane import Lane
from ner_service.service.queue.loading import PROBE
from ner_service.service.queue.pieces import cut
from ner_service.service.queue.worker import LEAST_PIECE_CHARS, PIECES_ALONE, Worker
from ner_service.types import Entity, Tagger
from tests.service.test_lane import run, until
from tests.serving import Capitals, Fragile, ignore

SENTENCE = "Потом Анна уехала в город Тверь, а Пётр остался дома. "
LARGE = SENTENCE * (6 * LEAST_PIECE_CHARS // len(SENTENCE))
PIECES = 6


class Twins(Capitals):
    """Has twins; all log the threads that ask them, and first wait for each other if they are to."""

    def __init__(self, log: list[str] | None = None) -> None:
        self.log: list[str] = [] if log is None else log
        self.meet: threading.Barrier | None = None

    def twin(self) -> Tagger:
        return Twins(self.log)

    def tag(self, texts: Sequence[str]) -> list[list[Entity]]:
        if list(texts) != [PROBE]:
            if self.meet:
                self.meet.wait(30)  # one thread alone would wait in vain
                self.meet = None
            self.log += [threading.current_thread().name] * len(texts)
        return super().tag(texts)


@asynccontextmanager
async def lane_of(tagger: Tagger, cores: Cores) -> AsyncIterator[Lane]:
    """Give a lane whose pieces are as small as can be."""
    lane = Lane(Worker("test", lambda: tagger, 10_000, ignore, cores=cores), 10**6, 30)
    try:
        await until(lambda: lane.ready)
        yield lane
    finally:
        await asyncio.to_thread(lane.worker.stop, 5)


async def begin(lane: Lane) -> None:
    """Tag a large text, with which the assistant begins, and wait for its twin."""
    await lane.tag([LARGE])
    await until(lambda: len(lane.worker.taggers) == 2)


def test_two_threads_tag_a_large_text_at_once_and_answer_as_one() -> None:
    async def test() -> None:
        tagger, cores, meet = Twins(), Cores(2), threading.Barrier(2)
        async with lane_of(tagger, cores) as lane:
            await begin(lane)
            for one in lane.worker.taggers:
                assert isinstance(one, Twins)
                one.meet = meet
            tagger.log.clear()
            found = await lane.tag([LARGE])
        assert found.answers == Capitals().tag([LARGE])
        assert len(tagger.log) == len([*cut(LARGE, LEAST_PIECE_CHARS)])
        assert {*tagger.log} == {"lane-test", "lane-test-assistant"}
        assert cores.has_second()  # all were given back

    run(test)


@pytest.mark.parametrize("texts", [["Анна"] * 20, [SENTENCE * 3] * 40], ids=["small", "small cost"])
def test_small_requests_are_never_divided(texts: list[str]) -> None:
    assert sum(map(len, texts)) < SMALL_COST

    async def test() -> None:
        tagger = Twins()
        async with lane_of(tagger, Cores(2)) as lane:
            await begin(lane)
            tagger.log.clear()
            await lane.tag(texts)
        assert {*tagger.log} == {"lane-test"}

    run(test)


def test_a_large_text_alone_goes_by_two_pieces_until_a_small_request_comes() -> None:
    class Sizes(Capitals):
        sizes: list[int] = []  # noqa: RUF012

        def tag(self, texts: Sequence[str]) -> list[list[Entity]]:
            self.sizes.append(len(texts))
            return super().tag(texts)

    async def test() -> None:
        tagger = Sizes()
        async with lane_of(tagger, Cores(1)) as lane:
            for asked, expected in (([LARGE], PIECES_ALONE), (["Анна"], 1), ([LARGE], 1)):
                tagger.sizes.clear()
                await lane.tag(asked)
                assert max(tagger.sizes) == expected

    run(test)


def test_after_a_small_request_a_large_one_has_one_thread() -> None:
    async def test() -> None:
        tagger = Twins()
        async with lane_of(tagger, Cores(2)) as lane:
            await begin(lane)
            tagger.log.clear()
            await lane.tag(["Анна"])
            await lane.tag([LARGE])
            assert {*tagger.log} == {"lane-test"}

    run(test)


def test_one_core_or_a_busy_one_leaves_a_large_text_to_one_thread() -> None:
    async def test() -> None:
        for cores, assisted in ((Cores(1), 1), (Cores(2), 2)):
            tagger = Twins()
            async with lane_of(tagger, cores) as lane:
                await lane.tag([LARGE])
                if assisted == 2:
                    await until(lambda lane=lane: len(lane.worker.taggers) == 2)
                tagger.log.clear()
                with cores:  # another thread is busy
                    found = await lane.tag([LARGE])
                assert len(lane.worker.taggers) == assisted
            assert found.answers == Capitals().tag([LARGE])
            assert {*tagger.log} == {"lane-test"}

    run(test)


class Unlucky(Twins):
    def twin(self) -> Tagger:
        raise ModelError("its folder is gone")


class Changed(Twins):
    def twin(self) -> Tagger:
        twin = Twins()
        twin.info = replace(Capitals.info, hash="other")  # type: ignore[misc]
        return twin


@pytest.mark.parametrize(
    ("kind", "why"), [(Unlucky, "ModelError"), (Changed, "files have changed")]
)
def test_a_twin_that_cannot_be_had_is_logged_and_missed_by_nobody(
    kind: Callable[[], Twins], why: str, caplog: pytest.LogCaptureFixture
) -> None:
    async def test() -> None:
        tagger = kind()
        async with lane_of(tagger, Cores(2)) as lane:
            with caplog.at_level(logging.WARNING):
                await lane.tag([LARGE])
                await until(lambda: why in caplog.text)
            found = await lane.tag([LARGE])
            assert len(lane.worker.taggers) == 1
        assert found.answers == Capitals().tag([LARGE])

    run(test)


class FragileTwins(Fragile):
    def twin(self) -> Tagger:
        return FragileTwins()


@pytest.mark.parametrize("place", range(PIECES))
def test_a_text_that_cannot_be_tagged_fails_alone_whoever_tags_it(place: int) -> None:
    texts: list[str] = [SENTENCE * 75] * PIECES
    texts[place] += "poison"

    async def test() -> None:
        async with lane_of(FragileTwins(), Cores(2)) as lane:
            await begin(lane)
            found = await lane.tag(texts)
        right: list[Any] = Capitals().tag(texts)
        for n, answer in enumerate(found.answers):
            assert isinstance(answer, TaggerFailed) if n == place else answer == right[n]

    run(test)


def test_a_worker_dies_of_what_its_assistant_dies_of_and_begins_anew(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr("ner_service.service.queue.worker.FIRST_PAUSE_S", 0.01)

    async def test() -> None:
        async with lane_of(FragileTwins(), Cores(2)) as lane:
            await begin(lane)
            texts = [SENTENCE * 75, SENTENCE * 75 + "death"]
            with pytest.raises(NotReady):
                await lane.tag(texts)
            await until(lambda: lane.ready)
            assert len(lane.worker.taggers) == 1
            await begin(lane)
            assert (await lane.tag([LARGE])).answers == Capitals().tag([LARGE])

    run(test)
