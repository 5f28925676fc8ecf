"""Each route is declared once: for the framework, for its document and for the check of keys."""

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import Any

from fastapi import FastAPI

from ner_service.service.api import openapi
from ner_service.service.api.admin import Reload
from ner_service.service.api.answers import Answers
from ner_service.service.api.batches import Batches
from ner_service.service.api.explanation import Explanations
from ner_service.service.api.labelstudio.handlers import LabelStudio
from ner_service.service.api.masking import Masking
from ner_service.service.api.presidio.handlers import Presidio
from ner_service.service.api.state import State


@dataclass(frozen=True)
class Route:
    """A route is a method and a path, with who answers them and who may ask.

    Where API keys are set, a route needs one unless it is `open`; an `admin` route always needs an
    admin's. The `hot` are answered ahead of
    the framework, whose layers would cost more than they do. A route without a `document` is not
    in the OpenAPI document.
    """

    method: str
    path: str
    handler: Callable[..., Any]
    open: bool = False
    admin: bool = False
    hot: bool = False
    document: openapi.Document | None = None


def presidio_routes(presidio: Presidio) -> list[Route]:
    """Declares the routes of Presidio's own API, which its own documents describe."""
    return [
        Route("GET", "/presidio/health", presidio.health, open=True),
        Route("POST", "/presidio/analyze", presidio.analyze),
        Route("GET", "/presidio/supportedentities", presidio.supported_entities),
        Route("GET", "/presidio/recognizers", presidio.recognizers),
        Route("POST", "/presidio/anonymize", presidio.anonymize),
        Route("POST", "/presidio/deanonymize", presidio.deanonymize),
        Route("GET", "/presidio/anonymizers", presidio.anonymizers),
        Route("GET", "/presidio/deanonymizers", presidio.deanonymizers),
    ]


def label_studio_routes(studio: LabelStudio, collects: bool) -> list[Route]:
    """Declares the routes of an ML backend of Label Studio, which its own documents describe."""
    return [
        Route("GET", "/label-studio/health", studio.health, open=True),
        Route("POST", "/label-studio/setup", studio.setup),
        Route("POST", "/label-studio/predict", studio.predict),
        Route("POST", "/label-studio/webhook", studio.webhook, admin=collects),
    ]


def api_routes(
    answers: Answers,
    batches: Batches,
    masking: Masking,
    explanations: Explanations,
    state: State,
    metrics: bool,
    reload: Reload | None,
) -> list[Route]:
    """Declares the routes of the API.

    `metrics` tells whether Prometheus may ask; without `reload` nobody can reload by HTTP.
    """
    routes = [
        Route("POST", "/ner", answers.one, hot=True, document=openapi.TEXT),
        Route("POST", "/ner/batch", batches.many, hot=True, document=openapi.BATCH),
        Route("POST", "/mask", masking.mask, document=openapi.MASK),
        Route("POST", "/unmask", masking.unmask, document=openapi.UNMASK),
        Route("POST", "/explain", explanations.explain, document=openapi.EXPLAIN),
        Route("GET", "/taggers", state.taggers, document=openapi.TAGGERS),
        Route("GET", "/health/live", state.live, open=True, document=openapi.LIVE),
        Route("GET", "/health/ready", state.ready, open=True, document=openapi.READY),
    ]
    if metrics:
        routes.append(Route("GET", "/metrics", state.metrics, open=True))
    if reload:
        path, document = "/taggers/reload", openapi.RELOAD
        routes.append(Route("POST", path, reload.answer, admin=True, document=document))
    return routes


def add_routes(app: FastAPI, routes: Iterable[Route]) -> None:
    """Lets the framework answer and document routes, and HEAD beside GET, as monitors ask."""
    for route in routes:
        path, handler, shown = route.path, route.handler, route.document is not None
        words = openapi.arguments(path, route.document, route.open) if route.document else {}
        app.add_api_route(path, handler, methods=[route.method], include_in_schema=shown, **words)
        if route.method == "GET":
            app.add_api_route(path, handler, methods=["HEAD"], include_in_schema=False)
