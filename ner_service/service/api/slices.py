"""Entities become JSON: those of long texts in slices, in the thread that tags the texts."""

from collections.abc import Callable, Sequence
from typing import Any

import orjson
from fastapi import Response
from starlette.types import Receive, Scope, Send

from ner_service.corpora.forms import json_text
from ner_service.service.api.offsets import convert
from ner_service.service.api.schemas import TaggingOptions
from ner_service.service.queue.job import Sink
from ner_service.types import Entity

EntitiesOut = Callable[
    [str, Sequence[Entity], TaggingOptions, tuple[int, int]], list[dict[str, Any]]
]


class Slices:
    """Slices are the entities of a text as JSON, which grows by those of each piece.

    They are written in the thread that tags, in the turn of the text: in the event loop, 50,000
    entities kept all other requests waiting for 0.1 s.
    """

    def __init__(self, entities_out: EntitiesOut, text: str, options: TaggingOptions) -> None:
        self.parts: list[bytes] = []
        self._entities_out, self._text, self._options = entities_out, text, options
        self._since = (0, 0)  # a place in the text, in code points and in the unit of the answer

    def extend(self, entities: Sequence[Entity]) -> None:
        """Adds entities, which are sorted and come behind those that are there."""
        if out := self._entities_out(self._text, entities, self._options, self._since):
            comma = b"," if self.parts else b""
            self.parts.append(comma + orjson.dumps(out)[1:-1])
        if entities:
            end = entities[-1].end
            at = convert(self._text, [end], self._options.offsets, self._since)
            self._since = end, at[end]

    def join(self) -> orjson.Fragment:
        """Returns the whole list."""
        return orjson.Fragment(b"[%s]" % b"".join(self.parts))


def sink_of(slices: Sequence[Slices]) -> Sink:
    """Returns what a lane calls with the entities of each piece of several texts."""
    return lambda n, entities: slices[n].extend(entities)


def dump(answer: dict[str, Any]) -> bytes:
    """Returns an answer as JSON: its lists may be slices, its other fields are as they were."""
    try:
        return orjson.dumps(answer, default=_plain)
    except TypeError:  # what only Python's own JSON can hold, which a line of a stream may have
        joined = {k: v.join() if isinstance(v, Slices) else v for k, v in answer.items()}
        return json_text.dump(joined)


def _plain(value: object) -> object:
    return value.join() if isinstance(value, Slices) else json_text.plain(value)


class SlicedResponse(Response):
    """This response sends the slices of its entities one by one, and joins no copy of them all."""

    def __init__(self, head: dict[str, Any], entities: Slices) -> None:
        self.status_code, self.background = 200, None
        begin = orjson.dumps(head)[:-1] + b',"entities":['
        self._parts = [begin, *entities.parts, b"]}"]
        length = sum(map(len, self._parts))
        self.raw_headers = [
            (b"content-length", b"%d" % length),
            (b"content-type", b"application/json"),
        ]

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        start = {"status": self.status_code, "headers": self.raw_headers}
        await send({"type": "http.response.start"} | start)
        for part in self._parts:
            body = {"body": part, "more_body": part is not self._parts[-1]}
            await send({"type": "http.response.body"} | body)
