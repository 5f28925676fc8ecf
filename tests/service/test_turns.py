"""Turns: whoever asks for little does not wait for those who ask for much."""

import asyncio
from collections import Counter
from collections.abc import Hashable, Iterator, Sequence
from contextlib import contextmanager
from itertools import chain

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ner_service.service.queue import pieces
from ner_service.service.queue.job import Job, Pace, cost
from ner_service.service.queue.lane import RESERVE, SMALL_COST, Lane
from ner_service.service.queue.pieces import FAR, cut
from ner_service.service.queue.turns import Turns
from ner_service.service.queue.worker import Worker
from ner_service.text import sentences
from ner_service.text.chunks import chunks
from ner_service.text.sentences import Sentence
from tests.serving import Capitals, Gated, ignore, until

BATCH = 40_000


def job_of(client: Hashable, *texts: str, piece: int = BATCH) -> Job:
    loop = asyncio.new_event_loop()
    job = Job(texts, loop.create_future(), client)
    loop.close()
    job.open(piece)
    return job


def served(turns: Turns, most: int) -> list[list[Hashable]]:
    """The client of each piece, batch by batch."""
    batches = []
    while batch := [piece.job.client for piece in turns.take(most, most)]:
        batches.append(batch)
    return batches


def test_a_short_text_is_in_the_next_batch_though_four_clients_have_long_ones() -> None:
    turns = Turns()
    for client in range(4):
        turns.add(job_of(client, "а" * 1_000_000))
    batches = [[piece.job.client for piece in turns.take(BATCH, BATCH)] for _ in range(10)]
    for _ in range(5):
        turns.add(job_of("short", "я" * 30))
        batches.append([piece.job.client for piece in turns.take(BATCH, BATCH)])
        assert batches[-1][0] == "short"
        batches.append([piece.job.client for piece in turns.take(BATCH, BATCH)])
    assert Counter(map(type, chain(*batches))) == {int: 15, str: 5}


@pytest.mark.parametrize("lengths", [(100, 10_000), (1, 39_000), (500, 501)])
def test_clients_have_equally_many_characters_whatever_the_length_of_their_texts(
    lengths: Sequence[int],
) -> None:
    turns = Turns()
    for length in lengths:
        turns.add(job_of(length, *["а" * length] * (500_000 // cost("а" * length))))
    got: Counter[Hashable] = Counter()
    while len(turns.large.clients) == len(lengths):
        for piece in turns.take(BATCH, BATCH):
            got[piece.job.client] += cost(piece.text)
    one, other = got.values()
    assert abs(one - other) <= 2 * BATCH


def test_a_client_that_connects_anew_for_each_text_has_no_more_than_its_share() -> None:
    turns = Turns()
    turns.add(job_of("long", "а" * 1_000_000))
    turns.add(job_of("new 0", "б" * 39_000))
    got: Counter[str] = Counter()
    for n in range(1, 21):
        for piece in turns.take(BATCH, BATCH):
            name = str(piece.job.client).split()[0]
            got[name] += 1
            if name == "new":
                turns.add(job_of(f"new {n}", "б" * 39_000))
    assert sum(got.values()) == 20
    assert abs(got["long"] - got["new"]) <= 1


def test_many_jobs_of_one_client_count_as_one() -> None:
    turns = Turns()
    for _ in range(9):
        turns.add(job_of("many", "а" * 84))
    turns.add(job_of("one", *["я" * 84] * 3))
    assert served(turns, 1)[:6] == [["many"], ["one"]] * 3


def test_jobs_without_a_client_and_those_whose_client_left() -> None:
    turns = Turns()
    jobs = [job_of(None, "а"), job_of(None, "б"), job_of("gone", "в")]
    for job in jobs:
        turns.add(job)
    jobs[2].future.cancel()
    assert [piece.job for piece in turns.take(BATCH, BATCH)] == jobs[:2]
    assert not turns
    assert turns.clear() == []


def test_nothing_is_kept_of_clients_that_have_nothing_to_tag() -> None:
    turns = Turns()
    for client in range(1000):
        turns.add(job_of(client, "а"))
        assert len(list(turns.take(BATCH, BATCH))) == 1
    assert not turns


@given(st.text("аб. !\n", max_size=400), st.integers(5, 40))
def test_pieces_that_are_cut_on_the_way_cover_the_text(text: str, most: int) -> None:
    pieces = [*cut(text, most)]
    assert all(end - start <= most for start, end in pieces)
    covered = {at for start, end in pieces for at in range(start, end)}
    assert {at for at, char in enumerate(text) if not char.isspace()} <= covered
    assert sum(end - start for start, end in pieces) == len(covered)


def test_pieces_that_are_cut_on_the_way_are_those_of_the_whole_text() -> None:
    text = "Анна пошла домой. " * (240) + "Конец."
    assert [*cut(text, 180)] == [tuple(piece) for piece in chunks(text, 180)]


@pytest.mark.parametrize("word", ["Анна ", "Анна. ", "а", "   ", "Анна\n"])
def test_a_piece_ends_with_a_sentence_or_else_with_a_word(word: str) -> None:
    most = 3 * FAR
    text = "Конец. " + word * (20 * FAR)
    ends = [text[start:end] for start, end in cut(text, most)]
    assert all(len(piece) <= most and piece == piece.strip() for piece in ends)
    assert "".join("".join(ends).split()) == "".join(text.split())
    whole = {"а": "а", "Анна. ": "Анна."}.get(word, "Анна")
    assert all(piece.endswith(whole) for piece in ends[1:])


def test_a_long_text_is_looked_at_near_the_ends_of_its_pieces_alone(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    looked_at = 0

    def sentenize(text: str) -> list[Sentence]:
        nonlocal looked_at
        looked_at += len(text)
        return sentences.sentenize(text)

    monkeypatch.setattr(pieces, "sentenize", sentenize)
    text = "Анна пошла домой. " * 10_000
    assert len([*cut(text, BATCH)]) == 5
    assert looked_at < len(text) / 10


def test_large_jobs_make_short_batches_and_small_ones_long_ones() -> None:
    turns = Turns()
    turns.add(job_of("large", *["а" * 10_000] * 8))
    assert len([*turns.take(BATCH, 10_000)]) == 1
    for n in range(9):
        turns.add(job_of(f"small {n}", "я" * 1_000))
    assert [piece.text[0] for piece in turns.take(BATCH, 10_000)] == ["я"] * 9


@contextmanager
def lane_that_waits(queue_chars: int = 1_000_000) -> Iterator[tuple[Lane, Gated]]:
    tagger = Gated()
    lane = Lane(Worker("test", lambda: tagger, BATCH, ignore), queue_chars, 30)
    until(lambda: lane.ready)
    yield lane, tagger
    tagger.gate.set()
    lane.worker.stop(5)


def test_small_requests_keep_a_reserve_of_the_queue() -> None:
    with lane_that_waits() as (lane, _):
        lane.queued = round(1_000_000 * (1 - RESERVE)) - SMALL_COST
        assert lane.has_room(SMALL_COST)
        lane.queued += SMALL_COST
        assert lane.has_room(SMALL_COST)
        assert not lane.has_room(SMALL_COST + 1)
        lane.queued = 1_000_000
        assert not lane.has_room(1)


def test_a_short_text_is_admitted_where_only_long_ones_would_come_too_late() -> None:
    async def test() -> None:
        with lane_that_waits(10_000_000) as (lane, tagger):
            lane.worker._pace = Pace(2.0, 10_000)  # a slow tagger
            long = [asyncio.create_task(lane.tag(["Анна. " * 20_000], client=n)) for n in range(1)]
            while not lane.queued:
                await asyncio.sleep(0)
            assert lane.wait_s > 15
            assert not lane.has_room(100_000)
            short = asyncio.create_task(lane.tag(["Пётр"], client="short"))
            await asyncio.sleep(0)
            tagger.gate.set()
            assert (await short).answers == Capitals().tag(["Пётр"])
            assert not long[0].done()
            await long[0]

    asyncio.run(test())
