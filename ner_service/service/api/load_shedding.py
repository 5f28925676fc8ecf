"""Texts that are refused before anything of them is read, since no tagger has room for them.

Under overload most requests are refused, and what that costs is lost to those that are answered.
"""

from collections.abc import Sequence
from functools import cache

from fastapi import Response
from starlette.types import Receive, Scope, Send

from ner_service.errors import Refused
from ner_service.service.api.errors import respond
from ner_service.service.api.request_body import header
from ner_service.service.queue.errors import Overloaded
from ner_service.service.queue.lanes import Lanes
from ner_service.service.telemetry.request_log import RequestLog

STATE = "ner_service.shedding"  # where the server finds it in the application's state
METHOD, PATH = "POST", "/ner"  # of what may be refused so; without a query

Head = Sequence[tuple[bytes, bytes]]


class Shedding:
    """Knows by the head of a request whether it is refused, whichever tagger it names.

    The server asks it when a head comes. As the outermost layer it looks again when the request's
    turn comes: of many that came at once, the first may have taken all the room.
    """

    def __init__(self, lanes: Lanes, log: RequestLog) -> None:
        self._lanes, self._log = lanes, log

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        plain = scope["type"] == "http" and (scope["method"], scope["path"]) == (METHOD, PATH)
        refusal = self.refusal(scope) if plain and not scope["query_string"] else None
        if refusal is None:
            return await self._log(scope, receive, send)
        answer, own = refusal
        head = {"status": answer.status_code, "headers": [*answer.raw_headers, *own]}
        await send({"type": "http.response.start", **head})
        await send({"type": "http.response.body", "body": answer.body})

    def refusal(self, scope: Scope) -> tuple[Response, Head] | None:
        """The answer to a `POST /ner` for which there is no room, and headers of its own.

        None where the request must be read. Its text is taken to have as many characters as its
        body has bytes; it cannot have more. Requests from pages are left alone: what they may
        read of an answer is decided elsewhere.
        """
        if header(scope, b"origin"):
            return None
        size = header(scope, b"content-length")
        lanes = self._lanes.by_name.values()
        if not size or not lanes or any(lane.has_room(int(size)) for lane in lanes):
            return None
        refused, answer = _answer(min(lane.retry_after for lane in lanes))
        return answer, self._log.note_refusal(scope, refused.status, refused.code)

    def note(self, refused: Refused) -> Head:
        """Counts the refusal of what is no request yet; returns the headers of its answer."""
        scope: Scope = {"method": "", "path": "", "headers": []}
        return self._log.note_refusal(scope, refused.status, refused.code)


@cache
def _answer(retry_after: int) -> tuple[Refused, Response]:
    """The refusal and its answer, which are the same for all who may come again then."""
    refused = Overloaded(retry_after)
    return refused, respond(refused)
