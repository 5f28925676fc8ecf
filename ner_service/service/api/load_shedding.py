"""Load shedding refuses texts at the head of their request, where no tagger has room.

Under overload most requests are refused, and what that costs is lost to those that are answered.
"""

from collections.abc import Mapping
from functools import cache

from fastapi import Response
from starlette.types import Scope

from ner_service.errors import Refused
from ner_service.service.api.errors import respond
from ner_service.service.api.request_body import header
from ner_service.service.queue.errors import Overloaded
from ner_service.service.queue.lane import Lane
from ner_service.service.telemetry.request_log import Headers, RequestLog

STATE = "ner_service.shedding"  # where the server finds it in the application's state
METHOD, PATH = b"POST", b"/ner"  # of the requests that may be refused so; without a query


class Shedding:
    """Decides by the head of a request whether it is refused, whichever tagger it names.

    The server asks when a head comes and all lanes are crowded, and nowhere else is it asked
    again: at four times what the service can do, an answer costs 1.13 times the CPU that it costs
    without load, 1.12 times where the application asks a second time, and 1.24 times where it
    alone asks.
    """

    def __init__(self, lanes: Mapping[str, Lane], log: RequestLog) -> None:
        self.lanes, self._log = lanes, log

    def refusal(self, scope: Scope) -> tuple[Response, Headers] | None:
        """Returns the answer to a `POST /ner` for which there is no room, and its own headers.

        It returns None where the request must be read. A text is taken to have as many characters
        as the body has bytes; it has more only where the body is packed, and then its room is
        asked for again once it is unpacked. Requests from pages are left alone: what they may read
        of an answer is decided elsewhere.
        """
        if header(scope, b"origin"):
            return None
        size = header(scope, b"content-length")
        lanes = self.lanes.values()
        if not size or not lanes or any(lane.has_room(int(size)) for lane in lanes):
            return None
        refused, answer = _refuse(min(lane.retry_after for lane in lanes))
        return answer, self._log.note_refusal(scope, refused.status, refused.code)

    def note(self, refused: Refused) -> Headers:
        """Counts the refusal of a connection or a bad head; returns the headers of its answer."""
        scope: Scope = {"method": "", "path": "", "headers": []}
        return self._log.note_refusal(scope, refused.status, refused.code)


@cache
def _refuse(retry_after: int) -> tuple[Refused, Response]:
    """Returns the refusal and its answer, the same for all who may come again after so long."""
    refused = Overloaded(retry_after)
    return refused, respond(refused)
