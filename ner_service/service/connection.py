"""What the server knows of a request's client: whether it has sent all, and when it leaves."""

from collections.abc import Callable
from typing import Any

from starlette.types import Scope

EXTENSION = "ner_service"


class Gone(Exception):
    """The client has left; nobody will read an answer."""


class Leaving:
    """A connection that may be lost; tells the one request that it is answering."""

    __slots__ = ("_gone", "_then")

    def __init__(self) -> None:
        self._gone = False
        self._then: Callable[[Gone], None] | None = None

    def then(self, call: Callable[[Gone], None]) -> None:
        """What to call when the client leaves, or at once where it has left."""
        self._then = call
        if self._gone:
            call(Gone())

    def forget(self) -> None:
        """Calls nobody any more: the request has its answer."""
        self._then = None

    def leave(self) -> None:
        """The client has left."""
        self._gone = True
        if self._then:
            self._then(Gone())


def told(leaving: Leaving) -> dict[str, Any]:
    """What the server tells of a new request."""
    return {EXTENSION: {"leaving": leaving, "whole": False}}


def have_read(scope: Any) -> None:
    """Tells that the request is there in full."""
    scope["extensions"][EXTENSION]["whole"] = True


def is_whole(scope: Scope) -> bool:
    """True where the request is there in full, and nobody has to wait for it."""
    known = scope.get("extensions", {}).get(EXTENSION)
    return bool(known and known["whole"])


def leaving_of(scope: Scope) -> Leaving:
    """That of a request's connection; under a server that does not tell, nobody ever leaves."""
    known = scope.get("extensions", {}).get(EXTENSION)
    found: Leaving = known["leaving"] if known else Leaving()
    return found
