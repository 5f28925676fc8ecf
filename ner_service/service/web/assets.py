"""Assets are the files of the pages, each with its type and a tag of its content."""

import hashlib
from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from pathlib import PurePosixPath

TYPES = {
    ".css": "text/css",
    ".html": "text/html",
    ".js": "text/javascript",
    ".json": "application/json",
    ".svg": "image/svg+xml",
}
OWN = files(__name__.rpartition(".")[0]) / "static"
REPORT = files(__name__.rpartition(".")[0]) / "report.html"  # which the benchmark writes
SWAGGER = ("swagger-ui-bundle.js", "swagger-ui.css")  # out of fastapi-offline's wheel


@dataclass(frozen=True, slots=True)
class Asset:
    """An asset is a file to serve; `etag` names its content."""

    body: bytes
    media_type: str
    etag: str


@cache
def _names() -> frozenset[str]:
    return frozenset(file.name for file in OWN.iterdir())


def asset(name: str) -> Asset | None:
    """Returns the file of that name, or `None` where there is none."""
    return _read(name) if name in _names() or name in SWAGGER else None


def page(name: str, *without: bytes) -> Asset:
    """Returns a page of ours, with parts of it left out."""
    body = (OWN / name).read_bytes()
    for part in without:
        body = body.replace(part, b"")
    return _asset(name, body)


def report() -> Asset | None:
    """Returns the benchmark's report, or `None` where none was built."""
    return _asset("report.html", REPORT.read_bytes()) if REPORT.is_file() else None


@cache
def _read(name: str) -> Asset:
    folder = files("fastapi_offline") / "static" if name in SWAGGER else OWN
    return _asset(name, (folder / name).read_bytes())


def _asset(name: str, body: bytes) -> Asset:
    etag = f'"{hashlib.sha256(body).hexdigest()[:16]}"'
    return Asset(body, TYPES[PurePosixPath(name).suffix], etag)
