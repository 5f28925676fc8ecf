"""The routes that tag, answered ahead of the framework: its layers would cost more than they do."""

from functools import partial
from typing import Any

import orjson
from fastapi import Request, Response
from pydantic import ValidationError
from starlette.types import ASGIApp, Receive, Scope, Send

from ner_service.errors import NerError
from ner_service.service.api.errors import answer
from ner_service.service.api.media_types import (
    JSON,
    NDJSON,
    PLAIN,
    content_type,
    no_query,
    parse_text,
    query,
)
from ner_service.service.api.request_body import Intake
from ner_service.service.api.schemas import BatchRequest
from ner_service.service.api.schemas import Request as Options
from ner_service.service.api.stream import Stream, in_order
from ner_service.service.queue.lanes import Service
from ner_service.service.telemetry.request import trace_of


class Tagging:
    """Answers `POST /ner` and `POST /ner/batch`, and leaves all else to the application."""

    def __init__(self, app: ASGIApp, service: Service, intake: Intake) -> None:
        self._app, self._service, self._intake = app, service, intake
        self._routes = {"/ner": self.one, "/ner/batch": self.many}

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        route = self._routes.get(scope["path"]) if scope["type"] == "http" else None
        if route is None or scope["method"] != "POST":
            return await self._app(scope, receive, send)
        try:
            response = await route(Request(scope, receive))
        except (NerError, ValidationError) as error:
            response = answer(scope, error)
        await response(scope, receive, send)

    async def one(self, request: Request) -> Response:
        """The entities of one text."""
        kind = content_type(request, JSON, PLAIN)
        asked = parse_text(request, kind, await self._intake.body(request))
        return Json(await self._service.text(request.scope, asked))

    async def many(self, request: Request) -> Response:
        """The entities of several texts, or of a stream of them."""
        if content_type(request, JSON, NDJSON) == NDJSON:
            options = Options.model_validate(query(request))
            self._service.lane(options).check_room(0, patient=True)
            line = partial(self._service.line, trace_of(request.scope), options)
            return Stream(in_order(line, self._intake.lines(request)))
        no_query(request)
        asked = BatchRequest.model_validate_json(await self._intake.body(request))
        return Json(await self._service.batch(request.scope, asked))


class Json(Response):
    """What was found; made without what the framework's response does besides."""

    def __init__(self, found: dict[str, Any]) -> None:
        self.status_code, self.background = 200, None
        self.body = orjson.dumps(found)
        length = b"%d" % len(self.body)
        self.raw_headers = [(b"content-length", length), (b"content-type", JSON.encode())]
