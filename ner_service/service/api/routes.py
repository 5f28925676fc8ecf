"""Each route is declared once: for the framework, for its document and for the check of keys."""

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from functools import partial
from typing import Any

import orjson
from fastapi import FastAPI, Request, Response
from pydantic import ValidationError
from starlette.types import ASGIApp, Receive, Scope, Send

from ner_service.errors import NerError
from ner_service.service.api import openapi
from ner_service.service.api.answers import Answers, Caller
from ner_service.service.api.errors import fail
from ner_service.service.api.request_body import (
    JSON,
    NDJSON,
    PLAIN,
    BodyReader,
    arrival_of,
    check_no_query,
    content_type,
    parse_text,
    query_options,
)
from ner_service.service.api.schemas import BatchRequest, Options
from ner_service.service.api.state import State
from ner_service.service.api.stream import Stream, in_order
from ner_service.service.telemetry.request_log import trace_of


@dataclass(frozen=True)
class Route:
    """A route is a method and a path, with who answers them and who may ask.

    Where API keys are set, a route needs one unless it is `open`. The `hot` are answered ahead of
    the framework, whose layers would cost more than they do. A route without a `document` is not
    in the OpenAPI document.
    """

    method: str
    path: str
    handler: Callable[..., Any]
    open: bool = False
    hot: bool = False
    document: openapi.Document | None = None


def api_routes(tagging: "Tagging", state: State, metrics: bool) -> list[Route]:
    """Declares the routes of the API; `metrics` tells whether Prometheus may ask."""
    routes = [
        Route("POST", "/ner", tagging.one, hot=True, document=openapi.TEXT),
        Route("POST", "/ner/batch", tagging.many, hot=True, document=openapi.BATCH),
        Route("GET", "/taggers", state.taggers, document=openapi.TAGGERS),
        Route("GET", "/health/live", state.live, open=True, document=openapi.LIVE),
        Route("GET", "/health/ready", state.ready, open=True, document=openapi.READY),
    ]
    return [*routes, Route("GET", "/metrics", state.metrics, open=True)] if metrics else routes


def add_routes(app: FastAPI, routes: Iterable[Route]) -> None:
    """Lets the framework answer and document routes, and HEAD beside GET, as monitors ask."""
    for route in routes:
        path, handler, shown = route.path, route.handler, route.document is not None
        words = openapi.arguments(path, route.document, route.open) if route.document else {}
        app.add_api_route(path, handler, methods=[route.method], include_in_schema=shown, **words)
        if route.method == "GET":
            app.add_api_route(path, handler, methods=["HEAD"], include_in_schema=False)


class HotRoutes:
    """This layer answers the hot routes, and leaves all else to the framework."""

    def __init__(self, framework: ASGIApp, routes: Iterable[Route]) -> None:
        self._framework = framework
        self._handlers = {(r.method, r.path): r.handler for r in routes if r.hot}

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        http = scope["type"] == "http"
        handler = self._handlers.get((scope["method"], scope["path"])) if http else None
        if handler is None:
            return await self._framework(scope, receive, send)
        try:
            response = await handler(Request(scope, receive))
        except (NerError, ValidationError) as error:
            response = fail(trace_of(scope), error)
        await response(scope, receive, send)


class Tagging:
    """These handlers answer requests that have texts to tag; their docstrings are published."""

    def __init__(self, answers: Answers, reader: BodyReader) -> None:
        self._answers, self._reader = answers, reader

    async def one(self, request: Request) -> Response:
        """Finds the entities of one text."""
        kind = content_type(request, JSON, PLAIN)
        text = parse_text(request, kind, await self._reader.body(request))
        return JsonResponse(await self._answers.text(caller_of(request), text))

    async def many(self, request: Request) -> Response:
        """Finds the entities of several texts, or of a stream of them."""
        if content_type(request, JSON, NDJSON) == NDJSON:
            return self._stream(request)
        check_no_query(request)
        batch = BatchRequest.model_validate_json(await self._reader.body(request))
        return JsonResponse(await self._answers.batch(caller_of(request), batch))

    def _stream(self, request: Request) -> Response:
        options = Options.model_validate(query_options(request))
        self._answers.choose_lane(options).check_room(0, patient=True)
        answer = partial(self._answers.line, caller_of(request), options)
        return Stream(in_order(answer, self._reader.lines(request)))


def caller_of(request: Request) -> Caller:
    """Returns the caller that waits for an answer; below this function nothing knows of ASGI."""
    return Caller(trace_of(request.scope), arrival_of(request).connection)


class JsonResponse(Response):
    """This response is JSON, made without what the framework's response does besides."""

    def __init__(self, answer: dict[str, Any]) -> None:
        self.status_code, self.background = 200, None
        self.body = orjson.dumps(answer)
        length = b"%d" % len(self.body)
        self.raw_headers = [(b"content-length", length), (b"content-type", JSON.encode())]
