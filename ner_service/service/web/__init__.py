"""The pages and the benchmark's report: files that ask no other host for anything."""

import asyncio
from collections.abc import Awaitable, Callable, Mapping, Sequence
from typing import Literal

from fastapi import Request, Response
from pydantic import BaseModel, ConfigDict
from starlette.exceptions import HTTPException
from starlette.routing import Route

from ner_service.corpora.check import check_entities
from ner_service.corpora.formats import conll
from ner_service.errors import CorpusError
from ner_service.output.documents import FORMATS
from ner_service.service.api.errors import Refused
from ner_service.service.api.media_types import JSON, PLAIN, content_type
from ner_service.service.api.request_body import Intake
from ner_service.service.api.schemas import Text
from ner_service.service.web.assets import Asset, asset, page, report
from ner_service.types import Document, Entity

POLICY = "default-src 'self'; base-uri 'none'; form-action 'none'; frame-ancestors 'self'"
DOCS_POLICY = f"{POLICY}; img-src 'self' data:"  # Swagger UI's style sheet draws its icons so
REPORT_POLICY = "default-src 'none'; style-src 'unsafe-inline'; img-src data:"  # all in one file
REPORT_LINK = '  <p><a href="benchmark" data-t="how_report">Полный отчёт</a></p>\n'.encode()
DOCS_LINK = '    <a href="docs" data-t="api">Документация API</a>\n'.encode()


class Span(BaseModel):
    """An entity of a tagged text; offsets count code points."""

    model_config = ConfigDict(strict=True)

    start: int
    end: int
    label: Text


class Export(BaseModel):
    """A text and its entities that the page wants in one of the formats of `ner-service tag`."""

    model_config = ConfigDict(strict=True)

    text: Text
    entities: list[Span]
    format: Literal[*FORMATS] = "conll"  # type: ignore[valid-type]


def routes(intake: Intake, docs: bool) -> Sequence[Route]:
    """Returns the routes of the pages `/`, `/docs` and `/benchmark`, and of what they load.

    `/docs` is there where `docs` asks for it, `/benchmark` where the benchmark has a report.
    """

    async def export(request: Request) -> Response:
        """Answers with a tagged text in another format, as the command line writes it."""
        content_type(request, JSON)
        asked = Export.model_validate_json(await intake.body(request))
        return Response(await asyncio.to_thread(export_text, asked), media_type=PLAIN)

    measured = report()
    absent = [link for link, there in ((DOCS_LINK, docs), (REPORT_LINK, measured)) if not there]
    found = [
        Route("/web/export", export, methods=["POST"]),
        Route("/web/conll", export, methods=["POST"]),
        Route("/", shows(page("index.html", *absent), POLICY)),
        Route("/web/{name:path}", file),
    ]
    if docs:
        found.append(Route("/docs", shows(page("docs.html"), DOCS_POLICY)))
    if measured:
        found.append(Route("/benchmark", shows(measured, REPORT_POLICY)))
    return found


def export_text(asked: Export) -> str:
    """Returns the text in its format; raises `Refused` where the entities do not fit the text."""
    spans = [Entity(span.start, span.end, span.label) for span in asked.entities]
    try:
        document = Document("", asked.text, check_entities(spans, asked.text, {}, "entities"))
    except CorpusError as error:
        raise Refused(422, "invalid_request", str(error), ["entities"]) from None
    return "".join(FORMATS[asked.format]([document])).removeprefix(conll.HEAD)


def shows(page: Asset, policy: str) -> Callable[[Request], Awaitable[Response]]:
    """Returns the function of a route that shows a page under a content security policy."""

    async def show(request: Request) -> Response:
        return respond(request, page, {"content-security-policy": policy})

    return show


async def file(request: Request) -> Response:
    """Answers with one of the files that the pages load; raises 404 where there is none."""
    found = asset(request.path_params["name"])
    if found is None:
        raise HTTPException(404)
    return respond(request, found, {})


def respond(request: Request, found: Asset, headers: Mapping[str, str]) -> Response:
    """Returns the file, or 304 where the client has this very content."""
    always = {
        "cache-control": "no-cache",  # keep it, but ask whether it is still the same
        "etag": found.etag,
        "referrer-policy": "no-referrer",
        "x-content-type-options": "nosniff",
        **headers,
    }
    if found.etag in request.headers.get("if-none-match", ""):
        return Response(None, 304, always)
    return Response(found.body, 200, always, found.media_type)
