"""A server that stops goes on accepting for a while, and answers all that has connected."""

import asyncio
import ctypes
import logging
import os
import socket
import struct
import sys
from collections.abc import Iterable
from contextlib import suppress
from pathlib import Path
from typing import Any

import uvicorn

from ner_service.service.server.hangup import reload_at_hangup

log = logging.getLogger(__name__)

HANDSHAKE_S = 0.1  # how long a handshake that has begun may take when the server stops
SO_ATTACH_FILTER = 26  # of Linux; Python has no name for it
DROP_SYN = b"".join(  # in the classic Berkeley packet filter: code, jumps, operand
    struct.pack("HBBI", *instruction)
    for instruction in (
        (0x30, 0, 0, 13),  # load the byte of the TCP header that has the flags
        (0x45, 0, 1, 0x02),  # where SYN is among them,
        (0x06, 0, 0, 0),  # drop the packet,
        (0x06, 0, 0, 0xFFFF),  # else keep it
    )
)


class DrainingServer(uvicorn.Server):
    """uvicorn's server closes its listener at once, and resets who waits in the backlog.

    A balancer goes on sending until it has heard that the process stops.
    """

    def __init__(self, config: uvicorn.Config, drain_s: float) -> None:
        super().__init__(config)
        self._drain_s = drain_s

    async def startup(self, sockets: list[socket.socket] | None = None) -> None:
        """Starts as uvicorn does, says where it listens, and reloads at each hangup from then on.

        Of sockets that others opened, they have said it.
        """
        await super().startup(sockets)
        for listener in (one for server in self.servers for one in server.sockets if not sockets):
            host, port = listener.getsockname()[:2]
            log.info("listening on http://%s:%d", f"[{host}]" if ":" in host else host, port)
        app: Any = self.config.app
        reload_at_hangup(app.state.reload)

    async def shutdown(self, sockets: list[socket.socket] | None = None) -> None:
        """Accepts for the drain time, then all that has connected, and stops as uvicorn does."""
        for connection in list(self.server_state.connections):
            connection.shutdown()
        await asyncio.sleep(self._drain_s)
        if refuse_handshakes(self._listeners()):
            await asyncio.sleep(HANDSHAKE_S)
        backlog = self._accept_backlog()
        for server in self.servers:
            server.close()
        for listener in sockets or ():
            listener.close()
        loop = asyncio.get_running_loop()
        for accepted in backlog:
            await loop.connect_accepted_socket(self._protocol, accepted)
        await super().shutdown(sockets)

    def _protocol(self) -> asyncio.Protocol:
        """Returns the protocol of a connection, as uvicorn makes it."""
        make: Any = self.config.http_protocol_class
        protocol: asyncio.Protocol = make(
            config=self.config, server_state=self.server_state, app_state=self.lifespan.state
        )
        return protocol

    def _listeners(self) -> list[socket.socket]:
        return [listener for server in self.servers for listener in server.sockets]

    def _accept_backlog(self) -> list[socket.socket]:
        """Returns the connections that nobody has accepted; the listener is closed right after."""
        accepted = []
        for listening in self._listeners():
            with socket.socket(fileno=os.dup(listening.fileno())) as listener:
                listener.setblocking(False)
                try:
                    while True:
                        accepted.append(listener.accept()[0])
                except OSError:  # the backlog is empty, or its client has left
                    continue
        return accepted


def refuse_handshakes(listeners: Iterable[socket.socket]) -> bool:
    """Lets no new connection begin where nobody else listens; returns whether it did so.

    Whoever connects between the last `accept` and the closing of the listener would be reset. So
    the kernel drops what begins a connection, and finishes those that have begun; the client
    tries again after a second, and is refused. Linux alone can do that.
    """
    mine = [listener for listener in listeners if not is_held(listener, os.getppid())]
    program = ctypes.create_string_buffer(DROP_SYN)
    filter = struct.pack("HL", len(DROP_SYN) // 8, ctypes.addressof(program))
    try:
        for listener in mine:
            with socket.socket(fileno=os.dup(listener.fileno())) as same:
                same.setsockopt(socket.SOL_SOCKET, SO_ATTACH_FILTER, filter)
    except OSError:
        return False
    return bool(mine) and sys.platform == "linux"


def is_held(listener: socket.socket, process: int) -> bool:
    """Returns whether a process has a socket open, too; false where the system does not say."""
    this = os.fstat(listener.fileno())
    try:
        files = [*Path(f"/proc/{process}/fd").iterdir()]
    except OSError:
        return False
    for file in files:
        with suppress(OSError):  # closed meanwhile
            if os.path.samestat(file.stat(), this):
                return True
    return False
