"""The FastAPI application: routes, lifespan, error handlers."""

import asyncio
from collections.abc import AsyncIterator, Callable, Mapping, Sequence
from contextlib import asynccontextmanager
from functools import partial
from typing import Any

import orjson
from fastapi import FastAPI, Request, Response
from fastapi.exceptions import RequestValidationError
from pydantic import ValidationError
from starlette.exceptions import HTTPException

from ner_service import __version__
from ner_service.service import web
from ner_service.service.batcher import Answer, Lane, NotReady, TaggerFailed
from ner_service.service.bodies import (
    JSON,
    NDJSON,
    PLAIN,
    content_type,
    no_query,
    parse_text,
    query,
    read_body,
    read_lines,
)
from ner_service.service.errors import Refused, field_name, invalid, refusal, respond
from ner_service.service.openapi import BATCH_BODY, ERRORS, TEXT_BODY, described
from ner_service.service.schemas import (
    BatchRequest,
    BatchResponse,
    LineRequest,
    TaggerOut,
    TextRequest,
    TextResponse,
    entities_out,
)
from ner_service.service.schemas import Request as Options
from ner_service.service.settings import Settings
from ner_service.service.stream import Stream, in_order
from ner_service.taggers import load_tagger
from ner_service.types import NerError, Tagger, UnknownTagger


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
        """Lets each lane finish what it admitted."""
        for lane in self.lanes.values():
            lane.stop(self.settings.timeout_s)

    def lane(self, options: Options) -> Lane:
        """The lane that a request names; raises where its options do not fit the tagger."""
        name = options.tagger or self.settings.default
        if name not in self.lanes:
            raise UnknownTagger(f"unknown tagger; known are {', '.join(self.lanes)}")
        lane = self.lanes[name]
        lane.check()
        known = lane.tagger.info.labels if lane.tagger else ()
        if set(options.labels or ()) - set(known):
            message = f"labels: {name} knows {', '.join(known)}"
            raise Refused(422, "unknown_label", message, ["labels"])
        return lane

    def check_length(self, text: str, field: str) -> None:
        """Raises where a text is too long."""
        most = self.settings.max_text_chars
        if len(text) > most:
            message = f"{field}: longer than {most} characters (NER_MAX_TEXT_CHARS)"
            raise Refused(413, "text_too_long", message, [field])

    async def tag(self, lane: Lane, texts: Sequence[str], wait: bool = False) -> list[Answer]:
        """Answers within the deadline."""
        try:
            async with asyncio.timeout(self.settings.timeout_s):
                return await lane.tag(texts, wait)
        except TimeoutError:
            message = f"no answer within {self.settings.timeout_s:g} s (NER_TIMEOUT_S)"
            raise Refused(504, "timeout", message) from None

    async def answer(self, lane: Lane, asked: TextRequest, wait: bool = False) -> dict[str, Any]:
        """One text's response."""
        (answer,) = await self.tag(lane, [asked.text], wait)
        if isinstance(answer, TaggerFailed):
            raise answer
        entities = entities_out(asked.text, answer, asked.labels, asked.offsets)
        return {"tagger": lane.name, "offsets": asked.offsets, "entities": entities}

    async def batch(self, lane: Lane, asked: BatchRequest) -> dict[str, Any]:
        """The response to several texts; one that failed says so in its place."""
        answers = await self.tag(lane, asked.texts)
        results = [
            {"error": refusal(answer).body()}
            if isinstance(answer, TaggerFailed)
            else {"entities": entities_out(text, answer, asked.labels, asked.offsets)}
            for text, answer in zip(asked.texts, answers, strict=True)
        ]
        return {"tagger": lane.name, "offsets": asked.offsets, "results": results}

    async def line(self, options: Options, line: bytes) -> dict[str, Any]:
        """The answer to one line of a stream; what is wrong with the line is its answer."""
        id: dict[str, Any] = {}
        try:
            asked = LineRequest.model_validate_json(line)
            id = {"id": asked.id} if "id" in asked.model_fields_set else {}
            asked = asked.model_copy(update=_unset(options, asked))
            self.check_length(asked.text, "text")
            return id | await self.answer(self.lane(asked), asked, wait=True)
        except ValidationError as error:
            return id | {"error": invalid(error).body()}
        except NerError as error:
            return id | {"error": refusal(error).body()}


def _unset(options: Options, asked: Options) -> dict[str, Any]:
    """The stream's options that a line does not set itself."""
    names = options.model_fields_set - asked.model_fields_set
    return {name: getattr(options, name) for name in names}


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
        docs_url=None,
        redoc_url=None,
        redirect_slashes=False,
    )
    app.state.service = service
    app.routes.extend(web.routes(settings.max_body_bytes))

    @app.exception_handler(NerError)
    async def refuse(request: Request, error: NerError) -> Response:
        return respond(refusal(error))

    @app.exception_handler(ValidationError)
    async def explain(request: Request, error: ValidationError) -> Response:
        return respond(invalid(error))

    @app.exception_handler(RequestValidationError)
    async def explain_query(request: Request, error: RequestValidationError) -> Response:
        fields = [field_name(e["loc"]) for e in error.errors()]
        return respond(Refused(422, "invalid_request", "the request is malformed", fields))

    @app.exception_handler(HTTPException)
    async def http_error(request: Request, error: HTTPException) -> Response:
        refused = Refused(error.status_code, "http_error", str(error.detail))
        response = respond(refused)
        response.headers.update(error.headers or {})
        return response

    @app.post("/ner", openapi_extra=TEXT_BODY, **described("Tag one text", TextResponse))
    async def ner(request: Request) -> Response:
        kind = content_type(request, JSON, PLAIN)
        body = await read_body(request, settings.max_body_bytes)
        asked = parse_text(request, kind, body)
        service.check_length(asked.text, "text")
        return json_response(await service.answer(service.lane(asked), asked))

    @app.post("/ner/batch", openapi_extra=BATCH_BODY, **described("Tag texts", BatchResponse))
    async def batch(request: Request) -> Response:
        if content_type(request, JSON, NDJSON) == NDJSON:
            options = Options.model_validate(query(request))
            service.lane(options)
            lines = read_lines(request, settings.max_body_bytes)
            return Stream(in_order(partial(service.line, options), lines))
        no_query(request)
        body = await read_body(request, settings.max_body_bytes)
        asked = BatchRequest.model_validate_json(body)
        most = settings.max_batch_texts
        if len(asked.texts) > most:
            message = f"texts: more than {most} (NER_MAX_BATCH_TEXTS)"
            raise Refused(413, "too_many_texts", message, ["texts"])
        for n, text in enumerate(asked.texts):
            service.check_length(text, f"texts.{n}")
        return json_response(await service.batch(service.lane(asked), asked))

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
