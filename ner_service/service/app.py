"""The FastAPI application: routes, lifespan, error handlers."""

import asyncio
from collections.abc import AsyncIterator, Callable, Mapping
from contextlib import asynccontextmanager
from functools import partial
from typing import Any

import orjson
from fastapi import FastAPI, Request, Response
from fastapi.exceptions import RequestValidationError
from pydantic import ValidationError
from starlette.exceptions import HTTPException

from ner_service import __version__
from ner_service.service.batcher import Answer, Lane, NotReady, TaggerFailed
from ner_service.service.errors import Refused, invalid, refusal, respond
from ner_service.service.schemas import (
    BatchRequest,
    BatchResponse,
    ErrorResponse,
    TaggerOut,
    TextRequest,
    TextResponse,
    entities_out,
)
from ner_service.service.schemas import Request as Options
from ner_service.service.settings import Settings
from ner_service.taggers import load_tagger
from ner_service.types import NerError, Tagger, UnknownTagger

JSON, PLAIN = "application/json", "text/plain"
ERRORS: dict[int | str, dict[str, Any]] = {
    status: {"model": ErrorResponse, "description": description}
    for status, description in {
        404: "No tagger goes by that name",
        413: "The body or a text is too long, or there are too many texts",
        415: "The content type is not one of those listed",
        422: "The request is malformed; `fields` says where",
        429: "The queue is full; see `Retry-After`",
        500: "The tagger failed on this text",
        503: "The tagger is not ready; see `Retry-After`",
        504: "The deadline passed",
    }.items()
}


class Service:
    """What the routes share: settings and the lane of each tagger."""

    def __init__(self, settings: Settings, load: Callable[[str], Tagger]) -> None:
        self.settings, self._load = settings, load
        self.lanes: Mapping[str, Lane] = {}

    def start(self) -> None:
        """Starts loading every tagger in its own thread."""
        s = self.settings
        self.lanes = {
            name: Lane(name, partial(self._load, spec), s.queue_chars, s.batch_chars)
            for name, spec in s.specs.items()
        }

    def stop(self) -> None:
        """Lets each lane finish what it accepted."""
        for lane in self.lanes.values():
            lane.stop()

    def lane(self, options: Options) -> Lane:
        """The lane that a request names; raises where its options do not fit the tagger."""
        name = options.tagger or self.settings.default
        if name not in self.lanes:
            raise UnknownTagger(f"unknown tagger; known are {', '.join(self.lanes)}")
        lane = self.lanes[name]
        if options.labels is not None and lane.tagger:
            known = lane.tagger.info.labels
            if set(options.labels) - set(known):
                message = f"labels: {name} knows {', '.join(known)}"
                raise Refused(422, "unknown_label", message, ["labels"])
        return lane

    def check_length(self, text: str, field: str) -> None:
        """Raises where a text is too long."""
        most = self.settings.max_text_chars
        if len(text) > most:
            message = f"{field}: longer than {most} characters (NER_MAX_TEXT_CHARS)"
            raise Refused(413, "text_too_long", message, [field])

    async def tag(self, lane: Lane, texts: list[str]) -> list[Answer]:
        """Answers within the deadline."""
        try:
            async with asyncio.timeout(self.settings.timeout_s):
                return await lane.tag(texts)
        except TimeoutError:
            message = f"no answer within {self.settings.timeout_s:g} s (NER_TIMEOUT_S)"
            raise Refused(504, "timeout", message) from None

    async def body(self, request: Request) -> bytes:
        """The body, refused as soon as it is larger than allowed."""
        most, parts, size = self.settings.max_body_bytes, [], 0
        async for part in request.stream():
            size += len(part)
            if size > most:
                message = f"the body is larger than {most} bytes (NER_MAX_BODY_BYTES)"
                raise Refused(413, "body_too_large", message)
            parts.append(part)
        return b"".join(parts)


def content_type(request: Request, *allowed: str) -> str:
    """The request's media type; raises where it is not among those allowed."""
    header = request.headers.get("content-type", "")
    kind, _, parameters = header.partition(";")
    kind = kind.strip().lower()
    charset = parameters.lower().partition("charset=")[2].strip(' "')
    if kind not in allowed:
        message = f"content-type: expected {' or '.join(allowed)}"
        raise Refused(415, "unsupported_media_type", message)
    if charset and charset not in ("utf-8", "utf8"):
        raise Refused(415, "unsupported_charset", "content-type: the charset must be UTF-8")
    return kind


def parse_text(request: Request, kind: str, body: bytes) -> TextRequest:
    """A single text out of JSON, or out of a plain body with its options in the query."""
    if kind == JSON:
        return TextRequest.model_validate_json(body)
    try:
        text = body.decode()
    except UnicodeDecodeError:
        raise Refused(422, "invalid_encoding", "the body is not UTF-8") from None
    query: dict[str, Any] = dict(request.query_params)
    if "labels" in query:
        query["labels"] = [label for label in query["labels"].split(",") if label]
    if "text" in query:
        raise Refused(422, "invalid_request", "text: belongs in the body", ["text"])
    return TextRequest.model_validate({"text": text, **query})


def json_response(value: Any) -> Response:
    return Response(orjson.dumps(value), media_type=JSON)


def create_app(settings: Settings, load: Callable[[str], Tagger] = load_tagger) -> FastAPI:
    """Builds the application; taggers load in the background once it starts."""
    service = Service(settings, load)

    @asynccontextmanager
    async def lifespan(app: FastAPI) -> AsyncIterator[None]:
        service.start()
        yield
        await asyncio.to_thread(service.stop)

    app = FastAPI(
        title="ner-service",
        version=__version__,
        summary="Named-entity recognition for Russian",
        lifespan=lifespan,
    )
    app.state.service = service

    @app.exception_handler(NerError)
    async def refuse(request: Request, error: NerError) -> Response:
        return respond(refusal(error))

    @app.exception_handler(ValidationError)
    async def explain(request: Request, error: ValidationError) -> Response:
        return respond(invalid(error))

    @app.exception_handler(RequestValidationError)
    async def explain_query(request: Request, error: RequestValidationError) -> Response:
        fields = [".".join(map(str, e["loc"])) for e in error.errors()]
        return respond(Refused(422, "invalid_request", "the request is malformed", fields))

    @app.exception_handler(HTTPException)
    async def http_error(request: Request, error: HTTPException) -> Response:
        refused = Refused(error.status_code, "http_error", str(error.detail))
        response = respond(refused)
        response.headers.update(error.headers or {})
        return response

    @app.post("/ner", response_model=TextResponse, responses=ERRORS, summary="Tag one text")
    async def ner(request: Request) -> Response:
        kind = content_type(request, JSON, PLAIN)
        asked = parse_text(request, kind, await service.body(request))
        service.check_length(asked.text, "text")
        lane = service.lane(asked)
        (answer,) = await service.tag(lane, [asked.text])
        if isinstance(answer, TaggerFailed):
            raise answer
        entities = entities_out(asked.text, answer, asked.labels, asked.offsets)
        return json_response({"tagger": lane.name, "offsets": asked.offsets, "entities": entities})

    @app.post("/ner/batch", response_model=BatchResponse, responses=ERRORS, summary="Tag texts")
    async def batch(request: Request) -> Response:
        content_type(request, JSON)
        asked = BatchRequest.model_validate_json(await service.body(request))
        most = settings.max_batch_texts
        if len(asked.texts) > most:
            message = f"texts: more than {most} (NER_MAX_BATCH_TEXTS)"
            raise Refused(413, "too_many_texts", message, ["texts"])
        for n, text in enumerate(asked.texts):
            service.check_length(text, f"texts.{n}")
        lane = service.lane(asked)
        answers = await service.tag(lane, asked.texts)
        results = [
            {"error": refusal(answer).body()}
            if isinstance(answer, TaggerFailed)
            else {"entities": entities_out(text, answer, asked.labels, asked.offsets)}
            for text, answer in zip(asked.texts, answers, strict=True)
        ]
        return json_response({"tagger": lane.name, "offsets": asked.offsets, "results": results})

    @app.get("/taggers", summary="The taggers that can be named")
    async def taggers() -> list[TaggerOut]:
        return [tagger_out(lane, settings.default) for lane in service.lanes.values()]

    @app.get("/health/live", summary="Is the process alive?")
    async def live() -> dict[str, str]:
        return {"status": "live"}

    @app.get("/health/ready", responses={503: ERRORS[503]}, summary="Has every tagger answered?")
    async def ready() -> dict[str, str]:
        waiting = [name for name, lane in service.lanes.items() if not lane.ready]
        if waiting:
            raise NotReady(f"not ready: {', '.join(waiting)}")
        return {"status": "ready"}

    return app


def tagger_out(lane: Lane, default: str) -> TaggerOut:
    """What is known of a lane's tagger now."""
    info = lane.tagger.info if lane.tagger else None
    return TaggerOut(
        name=lane.name,
        default=lane.name == default,
        loaded=lane.ready,
        error=str(lane.error) if lane.error else None,
        version=info.version if info else None,
        languages=list(info.languages) if info else [],
        labels=list(info.labels) if info else [],
        score_kind=info.score_kind if info else None,
        hash=info.hash if info else None,
    )
