"""The page and the API's own page: static files that ask no other host for anything."""

from collections.abc import Awaitable, Callable, Mapping, Sequence

from fastapi import Request, Response
from starlette.exceptions import HTTPException
from starlette.routing import Route

from ner_service.service.web.assets import asset

POLICY = "default-src 'self'; base-uri 'none'; form-action 'none'; frame-ancestors 'self'"
DOCS_POLICY = f"{POLICY}; img-src 'self' data:"  # Swagger UI's style sheet draws its icons so


def routes() -> Sequence[Route]:
    """The page at `/`, the API's page at `/docs`, and what both load from `/web/`."""
    return [
        Route("/", page("index.html", POLICY)),
        Route("/docs", page("docs.html", DOCS_POLICY)),
        Route("/web/{name:path}", file),
    ]


def page(name: str, policy: str) -> Callable[[Request], Awaitable[Response]]:
    """A route's function that answers with one page under a content security policy."""

    async def show(request: Request) -> Response:
        return respond(request, name, {"content-security-policy": policy})

    return show


async def file(request: Request) -> Response:
    """One of the files that the pages load."""
    return respond(request, request.path_params["name"], {})


def respond(request: Request, name: str, headers: Mapping[str, str]) -> Response:
    """The file, or 304 where the client has this very content; raises 404."""
    found = asset(name)
    if found is None:
        raise HTTPException(404)
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
