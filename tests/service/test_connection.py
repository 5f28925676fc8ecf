"""Clients that leave: who hears of it, and when."""

import asyncio

import pytest
from fastapi import Request

from ner_service.service.api.request_body import connection_of
from ner_service.service.connection import EXTENSION, Connection, Gone
from ner_service.service.queue.lane import Lane
from ner_service.service.queue.worker import Worker
from tests.serving import Capitals, ignore


def test_the_request_that_is_being_answered_hears_once_that_its_client_leaves() -> None:
    connection, heard = Connection(), list[Gone]()
    connection.on_close = heard.append
    assert not heard
    connection.mark_closed()
    assert [type(gone) for gone in heard] == [Gone]


async def ready_lane() -> Lane:
    """Returns a lane whose tagger answers."""
    lane = Lane(Worker("test", Capitals, 100, ignore), 100, 1)
    async with asyncio.timeout(10):
        while not lane.ready:
            await asyncio.sleep(0.001)
    return lane


def test_a_text_of_a_client_that_has_left_already_is_not_tagged() -> None:
    async def test() -> None:
        lane = await ready_lane()
        connection = Connection()
        connection.mark_closed()
        with pytest.raises(Gone):
            await lane.tag(["Анна"], connection=connection)
        assert lane.queued == 0
        lane.worker.stop(5)

    asyncio.run(test())


def test_nobody_hears_after_the_answer() -> None:
    async def test() -> None:
        lane = await ready_lane()
        connection = Connection()
        await lane.tag(["Анна"], connection=connection)
        assert connection.on_close is None
        connection.mark_closed()
        lane.worker.stop(5)

    asyncio.run(test())


def test_requests_of_one_connection_share_it_and_other_servers_say_nothing() -> None:
    connection = Connection()
    scope = {"type": "http", "extensions": {EXTENSION: connection}}
    assert connection_of(Request(scope)) is connection
    silent = Request({"type": "http"})
    assert connection_of(silent) is not connection_of(silent)
