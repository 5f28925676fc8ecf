"""What the routes say of themselves: bodies, errors and examples for the OpenAPI page."""

from typing import Any

from pydantic import BaseModel

from ner_service.service.api.media_types import JSON, NDJSON, PLAIN
from ner_service.service.api.schemas import (
    EXAMPLE,
    BatchRequest,
    BatchResponse,
    ErrorResponse,
    Fault,
    LineRequest,
    LineResponse,
    Request,
    TaggerOut,
    TextRequest,
    TextResponse,
)

FAULTS: dict[int, tuple[str, Fault]] = {
    400: (
        "The request is not HTTP/1.1 as it should be; the connection is closed",
        Fault(code="invalid_http", message="host: exactly one is needed, none came"),
    ),
    401: (
        "An API key is needed, where any is set: `Authorization: Bearer KEY` or `X-API-Key: KEY`",
        Fault(code="unauthorized", message="authorization: a known API key is needed"),
    ),
    404: (
        "No tagger goes by that name",
        Fault(
            code="unknown_tagger",
            message="unknown tagger; known are natasha, spacy, bilstm",
            fields=["tagger"],
        ),
    ),
    408: (
        "The body stopped coming",
        Fault(
            code="body_too_slow",
            message="the body stopped coming for 30 s (NER_CLIENT_TIMEOUT_S)",
        ),
    ),
    413: (
        "The body or a text is too long, or there are too many texts",
        Fault(
            code="text_too_long",
            message="text: longer than 1000000 characters (NER_MAX_TEXT_CHARS)",
            fields=["text"],
        ),
    ),
    415: (
        "The content type is not one of those listed",
        Fault(
            code="unsupported_media_type",
            message="content-type: expected application/json or text/plain",
        ),
    ),
    422: (
        "The request is malformed; `fields` says where",
        Fault(code="invalid_request", message="text: Field required", fields=["text"]),
    ),
    429: (
        "The queue is full, or this key asks too often; see `Retry-After`",
        Fault(code="overloaded", message="the queue is full: try again in 2 s"),
    ),
    500: (
        "The tagger failed on this text",
        Fault(code="tagger_failed", message="the tagger failed on this text"),
    ),
    503: (
        "The tagger is not ready; see `Retry-After`",
        Fault(code="not_ready", message="bilstm: is loading"),
    ),
    504: (
        "The deadline passed",
        Fault(code="timeout", message="no answer within 30 s (NER_TIMEOUT_S)"),
    ),
}
RETRY_AFTER = {"Retry-After": {"description": "seconds", "schema": {"type": "string"}}}
LATER = (429, 503)


def errors(*statuses: int) -> dict[int | str, dict[str, Any]]:
    """The errors that a route answers with."""
    return {status: _error(*FAULTS[status], status in LATER) for status in statuses}


def _error(description: str, fault: Fault, later: bool) -> dict[str, Any]:
    return {
        "model": ErrorResponse,
        "description": description,
        "content": {JSON: {"example": {"error": fault.model_dump()}}},
        "headers": RETRY_AFTER if later else {},
    }


def described(summary: str, answer: Any, example: Any, *statuses: int) -> dict[str, Any]:
    """The arguments of a route that answers with `answer` or with one of the errors."""
    responses = errors(*statuses) | {200: {"content": {JSON: {"example": example}}}}
    return {"summary": summary, "response_model": answer, "responses": responses}


def _body(model: type[BaseModel], example: Any) -> dict[str, Any]:
    return {"schema": model.model_json_schema(), "example": example}


_OPTIONS = [
    {"name": name, "in": "query", "required": False,
     "schema": {key: value for key, value in schema.items() if key != "default"},  # never filled in
     "description": f"{schema.get('description', '')} (for a body that is not JSON)"}
    for name, schema in Request.model_json_schema()["properties"].items()
]  # fmt: skip

LION = {"start": 25, "end": 35, "label": "PER", "text": "Йоэль Лион", "score": 0.9996}
ANNA = {"start": 0, "end": 4, "label": "PER", "text": "Анна", "score": 0.9984}
ANSWER = {"tagger": "bilstm", "offsets": "codepoint", "entities": [LION]}
RESULTS = [{"entities": [LION]}, {"entities": [ANNA]}]
TAGGER = {
    "name": "bilstm",
    "default": True,
    "loaded": True,
    "error": None,
    "version": "1",
    "languages": ["ru"],
    "labels": ["PER", "LOC", "ORG"],
    "score_kind": "calibrated",
    "hash": "9f2c5c1b7a0e",
    "conventions": [],
}
TAGGING = (400, 401, 404, 408, 413, 415, 422, 429, 500, 503, 504)

TEXT = described("Tag one text", TextResponse, ANSWER, *TAGGING) | {
    "openapi_extra": {
        "parameters": _OPTIONS,
        "requestBody": {
            "required": True,
            "content": {
                JSON: _body(TextRequest, {"text": EXAMPLE, "labels": ["PER"]}),
                PLAIN: {"schema": {"type": "string"}, "example": EXAMPLE},
            },
        },
    },
}
BATCH = described(
    "Tag several texts, or a stream of them",
    BatchResponse,
    {"tagger": "bilstm", "offsets": "codepoint", "results": RESULTS},
    *TAGGING,
) | {
    "openapi_extra": {
        "parameters": _OPTIONS,
        "requestBody": {
            "required": True,
            "content": {
                JSON: _body(
                    BatchRequest, {"texts": [EXAMPLE, "Анна уехала в Париж."], "labels": ["PER"]}
                ),
                NDJSON: _body(
                    LineRequest, f'{{"id": 1, "text": "{EXAMPLE}", "labels": ["PER"]}}\n'
                ),
            },
        },
    },
}
TAGGERS = described("The taggers that can be named", list[TaggerOut], [TAGGER], 400, 401, 429, 503)
LIVE = described("Is the process alive?", dict[str, str], {"status": "live"}, 400, 503)
READY = described("Has every tagger answered?", dict[str, str], {"status": "ready"}, 400, 503)


def finish(document: dict[str, Any], guarded: bool) -> None:
    """Adds what FastAPI has no words for: the lines of a stream, and API keys."""
    batch = document["paths"]["/ner/batch"]["post"]["responses"]["200"]["content"]
    batch[NDJSON] = {"schema": LineResponse.model_json_schema(), "example": {"id": 1, **ANSWER}}
    if guarded:
        bearer = {"type": "http", "scheme": "bearer", "description": "from the operator"}
        header = {"type": "apiKey", "in": "header", "name": "X-API-Key"}
        document["components"]["securitySchemes"] = {"key": bearer, "header": header}
        for path in ("/ner", "/ner/batch", "/taggers"):
            for route in document["paths"][path].values():
                route["security"] = [{"key": []}, {"header": []}]
