"""The server shows the connection of a client to the request that it carries."""

from collections.abc import Callable
from dataclasses import dataclass

EXTENSION = "ner_service"  # the key of a `Connection` among the extensions of an ASGI scope


class Gone(Exception):
    """The client has left; nobody will read an answer."""


@dataclass(slots=True, eq=False)
class Connection:
    """A connection may be lost, and says so to the one request that it is answering.

    Where a server does not show it, no client leaves.
    """

    complete: bool = False  # all of the request's body is there: nobody has to wait for it
    closed: bool = False
    on_close: Callable[[Gone], None] | None = None

    def mark_closed(self) -> None:
        """Notes that the client has left, and calls whoever waits to hear of it."""
        self.closed = True
        if self.on_close:
            self.on_close(Gone())
