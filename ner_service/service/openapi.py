"""What the routes say of themselves: bodies, errors and examples for the OpenAPI page."""

from typing import Any

from pydantic import BaseModel

from ner_service.service.bodies import JSON, NDJSON, PLAIN
from ner_service.service.schemas import (
    EXAMPLE,
    BatchRequest,
    ErrorResponse,
    LineRequest,
    Request,
    TextRequest,
)

MEANINGS = {
    404: "No tagger goes by that name",
    401: "An API key is needed (`Authorization: Bearer KEY` or `X-API-Key: KEY`), if any is set",
    408: "The body stopped coming",
    413: "The body or a text is too long, or there are too many texts",
    415: "The content type is not one of those listed",
    422: "The request is malformed; `fields` says where",
    429: "The queue is full, or this key asks too often; see `Retry-After`",
    500: "The tagger failed on this text",
    503: "The tagger is not ready; see `Retry-After`",
    504: "The deadline passed",
}
CODES = {
    404: ("unknown_tagger", "unknown tagger; known are natasha, spacy, bilstm", ["tagger"]),
    401: ("unauthorized", "authorization: a known API key is needed", []),
    408: ("body_too_slow", "the body stopped coming for 30 s (NER_CLIENT_TIMEOUT_S)", []),
    413: ("text_too_long", "text: longer than 1000000 characters (NER_MAX_TEXT_CHARS)", ["text"]),
    415: ("unsupported_media_type", "content-type: expected application/json or text/plain", []),
    422: ("invalid_request", "text: Field required", ["text"]),
    429: ("overloaded", "the queue is full: try again in 2 s", []),
    500: ("tagger_failed", "the tagger failed on this text", []),
    503: ("not_ready", "bilstm is loading", []),
    504: ("timeout", "no answer within 30 s (NER_TIMEOUT_S)", []),
}


def _error(status: int) -> dict[str, Any]:
    code, message, fields = CODES[status]
    example = {"error": {"code": code, "message": message, "fields": fields}}
    return {
        "model": ErrorResponse,
        "description": MEANINGS[status],
        "content": {JSON: {"example": example}},
    }


ERRORS: dict[int | str, dict[str, Any]] = {status: _error(status) for status in MEANINGS}


def described(summary: str, answer: type[BaseModel]) -> dict[str, Any]:
    """The arguments of a route that answers with `answer` or with one of the errors."""
    return {"summary": summary, "response_model": answer, "responses": ERRORS}


def _body(model: type[BaseModel], example: Any) -> dict[str, Any]:
    return {"schema": model.model_json_schema(), "example": example}


_OPTIONS = [
    {"name": name, "in": "query", "required": False,
     "schema": {key: value for key, value in schema.items() if key != "default"},  # never filled in
     "description": f"{schema.get('description', '')} (for a body that is not JSON)"}
    for name, schema in Request.model_json_schema()["properties"].items()
]  # fmt: skip

TEXT_BODY: dict[str, Any] = {
    "parameters": _OPTIONS,
    "requestBody": {
        "required": True,
        "content": {
            JSON: _body(TextRequest, {"text": EXAMPLE, "tagger": "bilstm", "labels": ["PER"]}),
            PLAIN: {"schema": {"type": "string"}, "example": EXAMPLE},
        },
    },
}
BATCH_BODY: dict[str, Any] = {
    "parameters": _OPTIONS,
    "requestBody": {
        "required": True,
        "content": {
            JSON: _body(BatchRequest, {"texts": [EXAMPLE, "Анна уехала в Париж."]}),
            NDJSON: _body(LineRequest, f'{{"id": 1, "text": "{EXAMPLE}"}}\n'),
        },
    },
}
