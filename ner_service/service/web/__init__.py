"""The page and the API's own page are static files that ask no other host for anything."""

from functools import partial

from fastapi import Request, Response
from starlette.exceptions import HTTPException

from ner_service.service.api.request_body import (
    PLAIN,
    BodyReader,
    Form,
)
from ner_service.service.api.routes import Route
from ner_service.service.web.assets import Asset, asset, page, report
from ner_service.service.web.export import Export, Exporter
from ner_service.service.web.model import PageModel

POLICY = "default-src 'self'; base-uri 'none'; form-action 'none'; frame-ancestors 'self'"
DOCS_POLICY = f"{POLICY}; img-src 'self' data:"  # Swagger UI's style sheet draws its icons so
REPORT_POLICY = "default-src 'none'; style-src 'unsafe-inline'; img-src data:"  # all in one file
REPORT_LINK = '  <p><a href="benchmark" data-t="how_report">Полный отчёт</a></p>\n'.encode()
DOCS_LINK = '    <a href="docs" data-t="api">Документация API</a>\n'.encode()
NET = b' data-net="web/net.bin"'
EXPORT = Form(Export)


def routes(
    reader: BodyReader, exporter: Exporter, docs: bool, model: PageModel | None
) -> list[Route]:
    """Declares the page at `/`, the files of `/web/`, and what else of the pages there is."""

    async def export(request: Request) -> Response:
        """Answers with a tagged text in another format, as the command line writes it."""
        received = await reader.receive(request, EXPORT.parse)
        text = await exporter.export(received.asked, received.size, received.connection)
        return Response(text, media_type=PLAIN)

    measured = report()
    parts = ((DOCS_LINK, docs), (REPORT_LINK, measured), (NET, model))
    absent = [part for part, there in parts if not there]
    pages = [
        Route("POST", "/web/export", export),
        Route("POST", "/web/conll", export),
        Route("GET", "/", partial(show, page("index.html", *absent), POLICY), open=True),
        Route("GET", "/web/{name:path}", file, open=True),
    ]
    if model:
        pages.insert(0, Route("GET", "/web/net.bin", partial(send_model, model)))
    if docs:
        pages.append(
            Route("GET", "/docs", partial(show, page("docs.html"), DOCS_POLICY), open=True)
        )
    if measured:
        pages.append(Route("GET", "/benchmark", partial(show, measured, REPORT_POLICY), open=True))
    return pages


async def send_model(model: PageModel, request: Request) -> Response:
    """Answers with the file of the net that runs in the page."""
    return await show(await model.file(), None, request)


async def file(request: Request) -> Response:
    """Answers with one of the files that the pages load, or with 404."""
    found = asset(request.path_params["name"])
    if found is None:
        raise HTTPException(404)
    return await show(found, None, request)


async def show(found: Asset, policy: str | None, request: Request) -> Response:
    """Answers with a file under a content security policy; 304 where the client has it already."""
    headers = {
        "cache-control": "no-cache",  # keep it, but ask whether it is still the same
        "etag": found.etag,
        "referrer-policy": "no-referrer",
        "x-content-type-options": "nosniff",
    }
    if policy:
        headers["content-security-policy"] = policy
    if found.etag in request.headers.get("if-none-match", ""):
        return Response(None, 304, headers)
    return Response(found.body, 200, headers, found.media_type)
