"""Request bodies: their type, and their parsing into requests."""

from functools import lru_cache
from typing import Any

from fastapi import Request

from ner_service.service.api.auth import split
from ner_service.service.api.errors import Refused, field_name
from ner_service.service.api.schemas import TextRequest
from ner_service.service.telemetry.request import header

JSON, PLAIN, NDJSON = "application/json", "text/plain", "application/x-ndjson"


def content_type(request: Request, *allowed: str) -> str:
    """The request's media type; raises where it is not among those allowed."""
    kind, charset = media_type(header(request.scope, b"content-type"))
    if kind not in allowed:
        message = f"content-type: expected {' or '.join(allowed)}"
        raise Refused(415, "unsupported_media_type", message)
    if charset and charset not in ("utf-8", "utf8"):
        raise Refused(415, "unsupported_charset", "content-type: the charset must be UTF-8")
    if header(request.scope, b"content-encoding").lower() not in (b"", b"identity"):
        raise Refused(415, "unsupported_encoding", "content-encoding: send the body as it is")
    return kind


@lru_cache(64)
def media_type(given: bytes) -> tuple[str, str]:
    """The media type of a `Content-Type`, and its charset, in lower case."""
    kind, _, parameters = given.decode("latin-1").partition(";")
    return kind.strip().lower(), parameters.lower().partition("charset=")[2].partition(";")[
        0
    ].strip(' "')


def no_query(request: Request) -> None:
    """Raises where options stand in the query though they belong in the body."""
    if request.scope["query_string"] and request.query_params:
        fields = [field_name([name]) for name in request.query_params][:20]
        raise Refused(422, "invalid_request", "options of a JSON body belong in it", fields)


def query(request: Request) -> dict[str, Any]:
    """Options out of the query; `labels` may repeat or be joined by commas."""
    found: dict[str, Any] = dict(request.query_params)
    if "text" in found:
        raise Refused(422, "invalid_request", "text: belongs in the body", ["text"])
    if "labels" in found:
        joined = ",".join(request.query_params.getlist("labels"))
        found["labels"] = split(joined)
    return found


def parse_text(request: Request, kind: str, body: bytes) -> TextRequest:
    """A single text out of JSON, or out of a plain body with its options in the query."""
    if kind == JSON:
        no_query(request)
        return TextRequest.model_validate_json(body)
    try:
        text = body.decode()
    except UnicodeDecodeError as error:
        message = f"the body is not UTF-8 at byte {error.start}"
        raise Refused(422, "invalid_encoding", message) from None
    return TextRequest.model_validate(query(request) | {"text": text})
