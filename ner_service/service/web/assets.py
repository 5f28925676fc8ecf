"""The files that the pages load, each with its media type and a tag of its content."""

import hashlib
from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from importlib.resources.abc import Traversable
from pathlib import PurePosixPath

from ner_service.output.html import STYLE

TYPES = {
    ".css": "text/css",
    ".html": "text/html",
    ".js": "text/javascript",
    ".json": "application/json",
    ".svg": "image/svg+xml",
}
OWN = files(__name__.rpartition(".")[0]) / "static"
PACKAGE = files(__name__.partition(".")[0])
REPORTS = (  # of the benchmark: in a wheel, in a checkout
    "_benchmarks/results/report.html",
    "../benchmarks/results/report.html",
)
SWAGGER = ("swagger-ui-bundle.js", "swagger-ui.css")  # out of fastapi-offline's wheel


@dataclass(frozen=True, slots=True)
class Asset:
    """A file to serve; `etag` names its content."""

    body: bytes
    media_type: str
    etag: str


@cache
def _files() -> dict[str, Traversable]:
    swagger = [files("fastapi_offline") / "static" / name for name in SWAGGER]
    return {file.name: file for file in (STYLE, *swagger, *OWN.iterdir())}


def asset(name: str) -> Asset | None:
    """Returns the file of that name that the pages load, or `None` where there is none."""
    return _read(name) if name in _files() else None


def page(name: str, *without: bytes) -> Asset:
    """Returns one of the two pages, with parts of it left out."""
    body = (OWN / name).read_bytes()
    for part in without:
        body = body.replace(part, b"")
    return _asset(name, body)


def report() -> Asset | None:
    """The benchmark's report, where there is one."""
    found = [file for name in REPORTS if (file := PACKAGE / name).is_file()]
    return _asset("report.html", found[0].read_bytes()) if found else None


@cache
def _read(name: str) -> Asset:
    return _asset(name, _files()[name].read_bytes())


def _asset(name: str, body: bytes) -> Asset:
    etag = f'"{hashlib.sha256(body).hexdigest()[:16]}"'
    return Asset(body, TYPES[PurePosixPath(name).suffix], etag)
