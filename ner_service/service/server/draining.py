"""A server that stops goes on accepting for a while, and answers all that has connected."""

import asyncio
import logging
import os
import signal
import socket
import threading
from typing import Any

import uvicorn

log = logging.getLogger(__name__)


class DrainingServer(uvicorn.Server):
    """uvicorn's server closes its listener at once, and resets who waits in the backlog.

    A balancer goes on sending until it has heard that the process stops.
    """

    def __init__(self, config: uvicorn.Config, drain_s: float) -> None:
        super().__init__(config)
        self._drain_s = drain_s

    async def startup(self, sockets: list[socket.socket] | None = None) -> None:
        """Listens as uvicorn does, and says where, unless others opened the sockets."""
        await super().startup(sockets)
        for listener in (one for server in self.servers for one in server.sockets if not sockets):
            host, port = listener.getsockname()[:2]
            log.info("listening on http://%s:%d", f"[{host}]" if ":" in host else host, port)

    async def shutdown(self, sockets: list[socket.socket] | None = None) -> None:
        """Accepts for the drain time, then all that has connected, and stops as uvicorn does."""
        for connection in list(self.server_state.connections):
            connection.shutdown()
        await asyncio.sleep(self._drain_s)
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

    def _accept_backlog(self) -> list[socket.socket]:
        """Returns the connections that nobody has accepted; the listener is closed right after."""
        accepted = []
        for listening in (one for server in self.servers for one in server.sockets):
            with socket.socket(fileno=os.dup(listening.fileno())) as listener:
                listener.setblocking(False)
                try:
                    while True:
                        accepted.append(listener.accept()[0])
                except OSError:  # the backlog is empty, or its client has left
                    continue
        return accepted


def ignore_hangups() -> None:
    """Lets the process live on when its terminal closes: SIGHUP would end it without draining."""
    if threading.current_thread() is threading.main_thread():
        signal.signal(signal.SIGHUP, signal.SIG_IGN)
