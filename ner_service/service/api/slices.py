"""Long lists of entities become JSON in slices, between which other requests are served."""

import asyncio
from collections.abc import Callable, Sequence
from typing import Any

import orjson
from fastapi import Response
from starlette.types import Receive, Scope, Send

from ner_service.corpora.forms import json_text
from ner_service.service.api.offsets import convert
from ner_service.service.api.schemas import TaggingOptions
from ner_service.types import Entity

SLICE_ENTITIES = 500  # that are made in one go: half a millisecond of the event loop

Written = list[dict[str, Any]]
EntitiesOut = Callable[[str, Sequence[Entity], TaggingOptions, tuple[int, int]], Written]


class Slices:
    """Slices are a JSON list in parts; they are joined only where they stand inside something."""

    def __init__(self, parts: list[bytes]) -> None:
        self.parts = parts

    def join(self) -> orjson.Fragment:
        """Returns the whole list."""
        return orjson.Fragment(b"[%s]" % b"".join(self.parts))


async def slice_entities(
    entities_out: EntitiesOut, text: str, entities: Sequence[Entity], options: TaggingOptions
) -> Slices:
    """Makes JSON of entities, which are sorted and do not overlap."""
    parts: list[bytes] = []
    since = (0, 0)
    for start in range(0, len(entities), SLICE_ENTITIES):
        part = entities[start : start + SLICE_ENTITIES]
        if out := entities_out(text, part, options, since):
            comma = b"," if parts else b""
            parts.append(comma + orjson.dumps(out)[1:-1])
        end = part[-1].end
        since = end, convert(text, [end], options.offsets, since)[end]
        await asyncio.sleep(0)
    return Slices(parts)


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
