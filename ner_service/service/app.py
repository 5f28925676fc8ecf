"""The FastAPI application: routes, lifespan, error handlers, and the layers around them."""

import asyncio
from collections.abc import AsyncIterator, Callable, Iterator
from contextlib import asynccontextmanager, contextmanager

from fastapi import FastAPI, Request, Response
from fastapi.middleware.cors import CORSMiddleware
from fastapi.routing import APIRoute
from prometheus_client import CONTENT_TYPE_LATEST
from pydantic import ValidationError
from starlette.exceptions import HTTPException
from starlette.types import ASGIApp

from ner_service import __version__
from ner_service.errors import NerError
from ner_service.service import web
from ner_service.service.api import openapi
from ner_service.service.api.auth import Access
from ner_service.service.api.errors import Refused, answer, told
from ner_service.service.api.load_shedding import STATE, Shedding
from ner_service.service.api.request_body import Intake
from ner_service.service.api.request_log import Observer, Telemetry
from ner_service.service.api.routes import Tagging
from ner_service.service.api.schemas import TaggerOut
from ner_service.service.queue.job import NotReady
from ner_service.service.queue.lane import Lane
from ner_service.service.queue.lanes import Service
from ner_service.service.settings import Settings
from ner_service.service.telemetry.metrics import Metrics
from ner_service.taggers.registry import load_tagger
from ner_service.types import Tagger


def create_app(settings: Settings, load: Callable[[str], Tagger] = load_tagger) -> FastAPI:
    """Builds the application; taggers load in the background once it starts."""
    metrics = Metrics()
    service = Service(settings, load, metrics)
    observers: list[Observer] = []

    @asynccontextmanager
    async def lifespan(app: FastAPI) -> AsyncIterator[dict[str, Shedding]]:
        service.start()
        sampling = asyncio.create_task(service.sample())
        with tracing(settings.traces_url, observers):
            yield {STATE: shedding}
        sampling.cancel()
        await asyncio.to_thread(service.stop)

    app = FastAPI(
        title="ner-service",
        version=__version__,
        summary="Named-entity recognition for Russian",
        lifespan=lifespan,
        openapi_url="/openapi.json" if settings.docs else None,
        docs_url=None,
        redoc_url=None,
        redirect_slashes=False,
        telemetry={"tracing": False, "metrics": False, "logs": False},  # we have our own
    )
    app.state.service = service
    intake = Intake(settings.max_body_bytes, settings.max_held_bytes, settings.client_timeout_s)
    app.routes.extend(web.routes(intake, settings.docs))
    add_state(app, service, metrics)
    add_errors(app)
    tagging = Tagging(app.build_middleware_stack(), service, intake)
    add_tagging(app, tagging)
    openapi.finish(app.openapi(), guarded=bool(settings.api_keys))
    add_heads(app)
    routes = frozenset(path for route in app.routes if (path := getattr(route, "path", None)))
    telemetry = Telemetry(guarded(tagging, settings), metrics, routes, observers)
    app.middleware_stack = telemetry
    shedding = Shedding(service, telemetry)
    return app


def guarded(app: ASGIApp, settings: Settings) -> ASGIApp:
    """The application behind keys, and for other origins, where they are set."""
    if settings.api_keys:
        app = Access(app, settings.keys, settings.key_rate)
    if settings.cors_origins:
        app = CORSMiddleware(
            app,
            allow_origins=settings.origins,
            allow_methods=["GET", "POST"],
            allow_headers=["authorization", "content-type", "x-api-key", "x-request-id"],
            expose_headers=["retry-after", "server-timing", "x-request-id"],
        )
    return app


@contextmanager
def tracing(url: str, observers: list[Observer]) -> Iterator[None]:
    """Sends traces where a collector is named; its thread belongs to this very process."""
    if not url:
        yield
        return
    from ner_service.service.telemetry.opentelemetry import Traces, otlp

    traces = Traces(otlp(url))
    observers.append(traces.request)
    yield
    traces.stop()


def add_tagging(app: FastAPI, tagging: Tagging) -> None:
    """Tells the framework of the routes that tag: it documents them, and refuses other methods."""
    app.router.add_api_route("/ner", tagging.one, methods=["POST"], **openapi.TEXT)
    app.router.add_api_route("/ner/batch", tagging.many, methods=["POST"], **openapi.BATCH)


def add_state(app: FastAPI, service: Service, metrics: Metrics) -> None:
    """The routes that tell how the service is."""

    @app.get("/taggers", **openapi.TAGGERS)
    async def taggers() -> list[TaggerOut]:
        return [tagger_out(lane, service.default) for lane in service.lanes.values()]

    @app.get("/health/live", **openapi.LIVE)
    async def live() -> dict[str, str]:
        return {"status": "live"}

    @app.get("/health/ready", **openapi.READY)
    async def ready() -> dict[str, str]:
        waiting = [name for name, lane in service.lanes.items() if not lane.ready]
        if waiting:
            raise NotReady(f"not ready: {', '.join(waiting)}")
        return {"status": "ready"}

    if service.settings.metrics:

        @app.get("/metrics", include_in_schema=False)
        async def numbers() -> Response:
            metrics.sample(service.lanes)
            return Response(metrics.page(), media_type=CONTENT_TYPE_LATEST)


def add_heads(app: FastAPI) -> None:
    """Answers HEAD wherever GET is answered, as monitors ask; once the document is made."""
    for route in app.routes:
        if isinstance(route, APIRoute) and route.methods and "GET" in route.methods:
            route.methods.add("HEAD")


def add_errors(app: FastAPI) -> None:
    """Every error as a response of one form; the outermost layer answers what nobody foresaw."""

    @app.exception_handler(NerError)
    @app.exception_handler(ValidationError)
    async def explain(request: Request, error: NerError | ValidationError) -> Response:
        return answer(request.scope, error)

    @app.exception_handler(HTTPException)
    async def http_error(request: Request, error: HTTPException) -> Response:
        refused = Refused(error.status_code, "http_error", str(error.detail))
        response = told(request.scope, refused)
        response.headers.update(error.headers or {})
        return response

    @app.exception_handler(Exception)
    async def leave(request: Request, error: Exception) -> Response:
        raise error


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
        conventions=list(info.conventions) if info else [],
    )
