"""This module puts the application together: parts, lifespan, and the layers in their order."""

import asyncio
from collections.abc import AsyncIterator, Callable, Iterator, Mapping, Sequence
from contextlib import asynccontextmanager, contextmanager
from difflib import get_close_matches
from pathlib import Path
from typing import Any

from fastapi import FastAPI, Request, Response
from fastapi.middleware.cors import CORSMiddleware
from pydantic import ValidationError
from starlette.exceptions import HTTPException
from starlette.types import ASGIApp

from ner_service import __version__
from ner_service.errors import Code, NerError, Refused
from ner_service.service import web
from ner_service.service.api import explanation
from ner_service.service.api.admin import Reload
from ner_service.service.api.answers import Answers, HotRoutes
from ner_service.service.api.auth import KeyCheck
from ner_service.service.api.background import Background
from ner_service.service.api.batches import Batches
from ner_service.service.api.errors import fail, respond
from ner_service.service.api.keys import Keys
from ner_service.service.api.labelstudio.collector import Collector
from ner_service.service.api.labelstudio.handlers import LabelStudio
from ner_service.service.api.load_shedding import STATE, Shedding
from ner_service.service.api.masking import MOST_WAITING, Masking
from ner_service.service.api.normal import NameAnswers
from ner_service.service.api.openapi import DESCRIPTION, GROUPS, KEYS
from ner_service.service.api.presidio.handlers import Presidio
from ner_service.service.api.request_body import BodyReader
from ner_service.service.api.routes import (
    Route,
    add_routes,
    api_routes,
    label_studio_routes,
    presidio_routes,
)
from ner_service.service.api.shares import Shares
from ner_service.service.api.state import State
from ner_service.service.queue.analysis import AnalysisQueue
from ner_service.service.queue.exchange import Exchange
from ner_service.service.queue.lane import Lane, stop_lanes
from ner_service.service.settings import Settings, split_list
from ner_service.service.settings.roster import Roster, read_roster
from ner_service.service.telemetry.metrics import Metrics
from ner_service.service.telemetry.request_log import RequestLog, trace_of
from ner_service.service.web.export import Exporter
from ner_service.service.web.model import PageModel
from ner_service.taggers.registry import load_tagger
from ner_service.types import Tagger

READY_S = 5.0  # that one of several processes takes at most before it accepts connections
MOST_PATH_CHARS = 64  # of a path that is compared with ours; a client chooses it


def create_app(
    settings: Settings,
    load: Callable[[str], Tagger] = load_tagger,
    metrics_folder: Path | None = None,
    roster: Roster | None = None,
    spread: Callable[[], None] = lambda: None,
    shares: Shares | None = None,
) -> FastAPI:
    """Builds the application; taggers load in the background once it starts.

    Where several processes serve, `metrics_folder` is where they put their numbers together, and
    `spread` has all of them reload; `shares` were made before they forked. Each of them accepts
    connections once its taggers answer: clients are told by another one that the service is ready.
    `roster` is read here where nobody has read it before.
    """
    roster = roster or read_roster(settings)
    settings = settings.model_copy(update={"default_tagger": roster.default})
    metrics = Metrics(metrics_folder)
    lanes: dict[str, Lane] = {}  # none until they are started, in this very process
    keys = Keys(roster.keys, roster.admins)
    exchange = Exchange(settings, load, metrics.batch, lanes)
    reload = Reload(settings, roster, exchange, keys, metrics, spread)
    s = settings
    names = AnalysisQueue(s.queue_chars, s.batch_chars, s.timeout_s, metrics.batch)
    collector = make_collector(settings, reload, spread)

    @asynccontextmanager
    async def lifespan(app: FastAPI) -> AsyncIterator[dict[str, Shedding]]:
        exchange.start(roster.taggers)
        if metrics_folder:  # the taggers were loaded before the processes forked
            await exchange.wait(READY_S)
        tasks = [asyncio.create_task(metrics.keep_sampling(lanes))]
        if settings.is_watched:
            tasks.append(asyncio.create_task(reload.watch()))
        with tracing(settings.traces_url, log):
            yield {STATE: shedding}
        for task in tasks:
            task.cancel()
        if collector:
            await collector.stop()
        await asyncio.to_thread(stop_lanes, lanes.values())
        await asyncio.to_thread(names.stop)

    app = FastAPI(
        title="ner-service",
        version=__version__,
        summary="Named-entity recognition for Russian",
        description=DESCRIPTION,
        openapi_tags=GROUPS,
        lifespan=lifespan,
        openapi_url=None,
        redirect_slashes=False,
        telemetry={"tracing": False, "metrics": False, "logs": False},  # we have our own
    )
    app.state.lanes, app.state.reload, app.state.collector = lanes, reload, collector
    asked = reload if keys.admins else None
    shares = shares or shares_of(settings)
    routes = declare_routes(app, settings, lanes, names, metrics, asked, shares, collector)
    add_routes(app, routes)
    add_errors(app, [route.path for route in routes if not route.path.startswith("/web")])
    app.openapi = lambda: describe(app, bool(keys.names or keys.admins))  # type: ignore[method-assign]
    hot = {(route.method, route.path): route.handler for route in routes if route.hot}
    layers = guard(HotRoutes(app.build_middleware_stack(), hot), routes, keys, settings)
    broken = respond(Refused(Code.INTERNAL, "an error inside the service"))
    paths = [route.path for route in routes]
    app.middleware_stack = log = RequestLog(layers, broken, metrics, paths)
    shedding = Shedding(lanes, log)
    return app


def declare_routes(
    app: FastAPI,
    settings: Settings,
    lanes: Mapping[str, Lane],
    names: AnalysisQueue,
    metrics: Metrics,
    reload: Reload | None,
    shares: Shares | None,
    collector: Collector | None,
) -> list[Route]:
    """Returns all routes: those of the page, of the API, and of the API's document."""
    reader = BodyReader(
        settings.max_body_bytes,
        settings.max_held_bytes,
        settings.client_timeout_s,
        settings.least_rate,
    )
    name_answers = NameAnswers(names, settings.timeout_s)
    answers = Answers(settings, lanes, metrics, reader, name_answers, shares)
    batches = Batches(answers, metrics, reader, settings.max_batch_texts)
    background = Background(MOST_WAITING, settings.timeout_s)
    masking = Masking(answers, reader, background)
    presidio = Presidio(answers, reader, background, settings.max_batch_texts)
    studio = LabelStudio(answers, reader, background, settings.max_batch_texts, collector)
    explaining = Background(explanation.MOST_WAITING, settings.timeout_s)
    explanations = explanation.Explanations(answers, reader, explaining, settings.timeout_s)
    state = State(lanes, settings.default, metrics)
    exporter = Exporter(settings.max_text_chars, settings.timeout_s)
    model = (
        PageModel(settings.browser_model, settings.timeout_s) if settings.browser_model else None
    )
    pages = web.routes(reader, exporter, settings.docs, model)
    api = api_routes(answers, batches, masking, explanations, state, settings.metrics, reload)
    others = [*presidio_routes(presidio), *label_studio_routes(studio, collector is not None)]
    routes = [*pages, *api, *others]
    if settings.docs:
        routes.append(Route("GET", "/openapi.json", lambda: app.openapi(), open=True))
    return routes


def describe(app: FastAPI, has_keys: bool) -> dict[str, Any]:
    """Returns the OpenAPI document, which is made when it is first asked for: that takes 0.1 s."""
    document = FastAPI.openapi(app)
    if has_keys:
        document["components"]["securitySchemes"] = KEYS
    return document


def make_collector(
    settings: Settings, reload: Reload, spread: Callable[[], None]
) -> Collector | None:
    """Returns what keeps the annotations of Label Studio, where the operator wants that."""
    if not settings.label_studio_folder:
        return None

    async def follow() -> None:
        await reload()
        spread()

    folder, after = Path(settings.label_studio_folder), settings.label_studio_after
    return Collector(folder, after, settings.label_studio_config, follow)


def shares_of(settings: Settings) -> Shares | None:
    """Returns the shares of keys in characters, where they are limited."""
    if not settings.key_chars and not settings.key_chars_day:
        return None
    return Shares(settings.key_chars, settings.key_chars_day)


def guard(app: ASGIApp, routes: list[Route], keys: Keys, settings: Settings) -> ASGIApp:
    """Puts the application behind keys, and opens it to other origins, where they are set."""
    if keys.names or keys.admins:
        app = KeyCheck(app, routes, keys, settings.key_rate)
    if settings.cors_origins:
        app = CORSMiddleware(
            app,
            allow_origins=split_list(settings.cors_origins),
            allow_methods=["GET", "POST"],
            allow_headers=[
                *("authorization", "content-encoding", "content-type"),
                *("x-api-key", "x-request-id"),
            ],
            expose_headers=["retry-after", "server-timing", "x-request-id"],
        )
    return app


@contextmanager
def tracing(url: str, log: RequestLog) -> Iterator[None]:
    """Sends traces where a collector is named; its thread belongs to this very process."""
    if not url:
        yield
        return
    from ner_service.service.telemetry.opentelemetry import Traces

    traces = Traces(url)
    log.observe = traces.request
    yield
    traces.stop()


def explain_status(error: HTTPException, path: str, paths: Sequence[str]) -> str:
    """Returns what is wrong with a path or a method, and which of ours may be meant."""
    allowed = (error.headers or {}).get("allow") or (error.headers or {}).get("Allow")
    if error.status_code == 405 and allowed:
        return f"this path takes {allowed}, and no other method"
    if error.status_code != 404:
        return str(error.detail)
    near = get_close_matches(path[:MOST_PATH_CHARS].lower(), paths, 1)
    guess = f"; did you mean {near[0]}?" if near else ""
    return f"no such path{guess or '; there are ' + ', '.join(paths)}"


def add_errors(app: FastAPI, paths: Sequence[str]) -> None:
    """Gives every error one form of response; the request log answers what nobody foresaw."""

    @app.exception_handler(NerError)
    @app.exception_handler(ValidationError)
    async def explain(request: Request, error: NerError | ValidationError) -> Response:
        return fail(trace_of(request.scope), error)

    @app.exception_handler(HTTPException)
    async def http_error(request: Request, error: HTTPException) -> Response:
        reason = explain_status(error, request.scope["path"], paths)
        refused = Refused(Code.HTTP_ERROR, reason, status=error.status_code)
        response = fail(trace_of(request.scope), refused)
        response.headers.update(error.headers or {})
        return response

    @app.exception_handler(Exception)
    async def leave(request: Request, error: Exception) -> Response:
        raise error
