"""The HTTP protocol meets mutated requests in parts of any size, and is always in one piece."""

import asyncio
import re

import pytest
from hypothesis import strategies as st
from uvicorn.server import ServerState

from tests.fuzz.mutation import fuzz, seeds
from tests.service.connecting import Clock, Wire, echo

ANSWERS = re.compile(rb"HTTP/1\.1 (\d{3}) ")
SEEDS = [path.read_bytes() for path in seeds("requests")]


async def feed(clock: Clock, data: bytes, size: int) -> Wire:
    """Sends bytes in parts, as far as the server reads, and leaves."""
    state = ServerState()
    wire = Wire(clock, echo, state)
    for start in range(0, len(data), size):
        await clock.turn()
        if wire.transport.closed:
            break
        wire.protocol.data_received(data[start : start + size])
    await clock.turn()
    if not wire.transport.closed:
        wire.protocol.eof_received()
        wire.transport.close()
    await clock.turn(60)  # all timers have run
    assert not state.connections
    assert not state.tasks
    assert wire.protocol._unparsed == b""
    return wire


def check(data: bytes, size: int) -> None:
    with asyncio.Runner(loop_factory=Clock) as runner:
        clock = runner.get_loop()
        assert isinstance(clock, Clock)
        raised: list[object] = []
        clock.set_exception_handler(lambda loop, context: raised.append(context))
        wire = runner.run(feed(clock, data, size))
    assert not raised
    written = b"".join(wire.transport.written)
    statuses = {int(status) for status in ANSWERS.findall(written)}
    assert statuses <= {100, 200, 400}
    assert not written or written.startswith(b"HTTP/1.1 ")


@pytest.mark.parametrize("path", seeds("requests"), ids=lambda path: path.name)
@pytest.mark.parametrize("size", [1, 7, 100_000])
def test_each_request_of_the_corpus_is_survived(path: object, size: int) -> None:
    check(path.read_bytes(), size)  # type: ignore[attr-defined]


@pytest.mark.slow
@pytest.mark.timeout(1200)
def test_mutated_requests_are_survived() -> None:
    fuzz(SEEDS, 3_000, st.sampled_from([1, 3, 17, 64, 1000, 100_000]))(check)()
