"""Requests as bytes, and two ways to send them, for the tests of the HTTP server.

`connected` is a socket to a real server. `Wire` is a connection without a network: the protocol
is fed by hand, and its clock stands still until a test moves it.
"""

import asyncio
import socket
from collections.abc import Awaitable, Callable, Iterator
from contextlib import closing, contextmanager, suppress
from typing import Any

import uvicorn
from uvicorn.server import ServerState

from ner_service.service.server.protocol import HEAR_S, HttpProtocol
from tests.serving import settle

PATIENCE_S = 0.2
TEXT = '{"text": "Анна"}'.encode()
POST = b"POST /ner HTTP/1.1\r\nhost: x\r\ncontent-type: application/json\r\n"
WHOLE = POST + b"content-length: %d\r\n\r\n%s" % (len(TEXT), TEXT)
LAST = WHOLE.replace(b"\r\n", b"\r\nconnection: close\r\n", 1)
CHUNKED = POST + b"transfer-encoding: chunked\r\n\r\n"
STREAM = CHUNKED.replace(b"/ner", b"/ner/batch").replace(b"/json", b"/x-ndjson")
UPGRADE = b"Upgrade: h2c\r\nConnection: Upgrade, HTTP2-Settings\r\nHTTP2-Settings: AAMAAABk\r\n"


def chunk(data: bytes) -> bytes:
    return b"%x\r\n%s\r\n" % (len(data), data)


@contextmanager
def connected(server: uvicorn.Server) -> Iterator[socket.socket]:
    host, port = server.servers[0].sockets[0].getsockname()
    with closing(socket.create_connection((host, port), timeout=100)) as connection:
        yield connection


def rest(connection: socket.socket) -> bytes:
    """Returns all that comes until the server closes."""
    received = b""
    with suppress(ConnectionResetError):
        while part := connection.recv(65536):
            received += part
    return received


def send_without_end(connection: socket.socket, part: bytes, most: int = 1_000_000_000) -> int:
    """Sends until the server cuts, perhaps a moment after it has answered; returns how much went."""
    sent = 0
    try:
        while sent < most:
            connection.sendall(part)
            sent += len(part)
    except OSError:
        return sent
    raise AssertionError("the server takes it without end")


class Clock(asyncio.SelectorEventLoop):
    """An event loop whose time passes only where a test says so."""

    now = 0.0

    def time(self) -> float:
        return self.now

    async def turn(self, seconds: float = 0.0) -> None:
        """Lets so much time pass, and whatever is due then happen."""
        self.now += seconds
        await settle()

    async def run_out(self, seconds: float) -> None:
        """Lets time run out for a client of which nothing is heard."""
        await self.turn(seconds)
        await self.turn(HEAR_S)


class Transport(asyncio.Transport):
    """Keeps what is written, and tells the protocol when it is closed."""

    def __init__(self) -> None:
        super().__init__()
        self.written: list[bytes] = []
        self.closed = False
        self.reading = True
        self.protocol: asyncio.Protocol | None = None

    def write(self, data: Any) -> None:
        assert not self.closed
        self.written.append(bytes(data))

    def close(self) -> None:
        if not self.closed and self.protocol:
            asyncio.get_running_loop().call_soon(self.protocol.connection_lost, None)
        self.closed, self.protocol = True, None

    abort = close

    def is_closing(self) -> bool:
        return self.closed

    def pause_reading(self) -> None:
        self.reading = False

    def resume_reading(self) -> None:
        self.reading = True


async def echo(scope: Any, receive: Any, send: Any) -> None:
    """An application that answers with the path and the body."""
    message = await receive()
    body = message.get("body", b"")
    while message.get("more_body"):
        message = await receive()
        body += message.get("body", b"")
    answer = scope["path"].encode() + b" " + body
    headers = [(b"content-length", b"%d" % len(answer))]
    await send({"type": "http.response.start", "status": 200, "headers": headers})
    await send({"type": "http.response.body", "body": answer})


class Gate:
    """An application that echoes once its gate is open, and counts what waits for that."""

    def __init__(self) -> None:
        self.open = asyncio.Event()
        self.waiting = 0

    async def __call__(self, scope: Any, receive: Any, send: Any) -> None:
        self.waiting += 1
        await self.open.wait()
        await echo(scope, receive, send)


class Wire:
    """A client's end of a connection, and the server's behind it."""

    def __init__(
        self, clock: Clock, app: Any = echo, state: ServerState | None = None, most: int = 100
    ) -> None:
        config = uvicorn.Config(app, log_config=None, lifespan="off", proxy_headers=False)
        self.clock, self.transport = clock, Transport()
        self.protocol = HttpProtocol(
            most_connections=most,
            patience_s=10,
            config=config,
            server_state=state or ServerState(),
            app_state={},
        )
        self.transport.protocol = self.protocol
        self.protocol.connection_made(self.transport)

    async def send(self, *parts: bytes) -> None:
        """Sends each part so that the server reads it by itself; none while it does not read."""
        for part in parts:
            assert self.transport.reading
            self.protocol.data_received(part)
            await self.clock.turn()

    @property
    def answers(self) -> list[bytes]:
        """Each answer so far without its head, or its status where that is not 200."""
        answers = b"".join(self.transport.written).split(b"HTTP/1.1 ")[1:]
        return [a.partition(b"\r\n\r\n")[2] if a[:3] == b"200" else a[:3] for a in answers]


def on_clock(test: Callable[[Clock], Awaitable[None]]) -> Callable[[], None]:
    """A test that runs on a clock of its own."""

    def run() -> None:
        with asyncio.Runner(loop_factory=Clock) as runner:
            clock = runner.get_loop()
            assert isinstance(clock, Clock)
            runner.run(_awaited(test(clock)))

    run.__name__, run.__doc__ = test.__name__, test.__doc__
    return run


async def _awaited(test: Awaitable[None]) -> None:
    await test
