"""The server shows the connection of a client to the request that it carries."""

from collections.abc import Callable
from dataclasses import dataclass, field

EXTENSION = "ner_service"  # the key of an `Arrival` among the extensions of an ASGI scope


class Gone(Exception):
    """The client has left; nobody will read an answer."""


@dataclass(slots=True, eq=False)
class Connection:
    """A connection may be lost, and says so to the one request that it is answering."""

    closed: bool = False
    on_close: Callable[[Gone], None] | None = None

    def mark_closed(self) -> None:
        """Notes that the client has left, and calls whoever waits to hear of it."""
        self.closed = True
        if self.on_close:
            self.on_close(Gone())


@dataclass(slots=True, eq=False)
class Arrival:
    """An arrival is how far a request has come; where a server does not say, no client leaves."""

    connection: Connection = field(default_factory=Connection)
    complete: bool = False  # all of the body is there, so that nobody has to wait for it
