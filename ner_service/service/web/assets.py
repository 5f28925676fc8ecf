"""The files that the pages load, each with its media type and a tag of its content."""

import hashlib
from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from importlib.resources.abc import Traversable
from pathlib import PurePosixPath

from ner_service.output.html import STYLE
from ner_service.output.measured import FIGURES

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
def _files() -> dict[str, Traversable]:
    swagger = [files("fastapi_offline") / "static" / name for name in SWAGGER]
    return {file.name: file for file in (STYLE, FIGURES, *swagger)} | own_files()


def own_files(folder: Traversable = OWN, place: str = "") -> dict[str, Traversable]:
    """Returns the page's own files by their paths, such as `net/worker.js`."""
    found: dict[str, Traversable] = {}
    for file in folder.iterdir():
        name = f"{place}{file.name}"
        found |= own_files(file, f"{name}/") if file.is_dir() else {name: file}
    return found


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
    """Returns the benchmark's report, or `None` where none was built."""
    return _asset("report.html", REPORT.read_bytes()) if REPORT.is_file() else None


@cache
def _read(name: str) -> Asset:
    return _asset(name, _files()[name].read_bytes())


def _asset(name: str, body: bytes) -> Asset:
    return asset_of(body, TYPES[PurePosixPath(name).suffix])


def asset_of(body: bytes, media_type: str) -> Asset:
    """Returns an asset, whose tag names its content."""
    return Asset(body, media_type, f'"{hashlib.sha256(body).hexdigest()[:16]}"')
