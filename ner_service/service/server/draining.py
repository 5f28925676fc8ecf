"""A server that stops goes on accepting for a while, and answers all that has connected."""

import asyncio
import os
import socket
from typing import Any

import uvicorn

from ner_service.service.server.hangup import reload_at_hangup


class DrainingServer(uvicorn.Server):
    """uvicorn's server closes its listener at once, and resets who waits in the backlog.

    A balancer goes on sending until it has heard that the process stops.
    """

    def __init__(self, config: uvicorn.Config, drain_s: float) -> None:
        super().__init__(config)
        self._drain_s = drain_s

    async def startup(self, sockets: list[socket.socket] | None = None) -> None:
        """Starts as uvicorn does, and reloads at each hangup from then on."""
        await super().startup(sockets)
        app: Any = self.config.app
        reload_at_hangup(app.state.reload)

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
