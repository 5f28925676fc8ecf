"""The OpenAPI document shows each route's bodies, answers, errors and examples."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from pydantic import BaseModel

from ner_service.errors import Code
from ner_service.service.api.request_body import JSON, NDJSON, PLAIN
from ner_service.service.api.schemas import (
    EXAMPLE,
    BatchRequest,
    BatchResponse,
    ErrorResponse,
    Fault,
    LineRequest,
    LineResponse,
    Options,
    TaggerOut,
    TextRequest,
    TextResponse,
)

ANY_ROUTE = (Code.INVALID_HTTP, Code.INTERNAL, Code.TOO_MANY_CONNECTIONS)
GUARDED = (Code.UNAUTHORIZED, Code.RATE_LIMITED)  # where keys are set
TAGGING = tuple(code for code in Code if code not in (*ANY_ROUTE, *GUARDED, Code.HTTP_ERROR))
RETRY_AFTER = {"Retry-After": {"description": "seconds", "schema": {"type": "string"}}}
KEYS = {
    "key": {"type": "http", "scheme": "bearer", "description": "from the operator"},
    "header": {"type": "apiKey", "in": "header", "name": "X-API-Key"},
}


@dataclass(frozen=True)
class Document:
    """A document says what there is to say of a route.

    `bodies` and `answers` are by media type; an answer in JSON has the form of `response`. `errors`
    are those that not every route has.
    """

    summary: str
    response: Any
    answers: Mapping[str, Mapping[str, Any]]
    bodies: Mapping[str, Mapping[str, Any]] = field(default_factory=dict)
    errors: Sequence[Code] = ()


def arguments(document: Document, open: bool) -> dict[str, Any]:
    """Returns the arguments by which FastAPI documents a route."""
    errors = error_responses([*document.errors, *ANY_ROUTE, *(() if open else GUARDED)])
    extra: dict[str, Any] = {} if open else {"security": [{name: []} for name in KEYS]}
    if document.bodies:
        extra["parameters"] = _OPTIONS
        extra["requestBody"] = {"required": True, "content": document.bodies}
    return {
        "summary": document.summary,
        "response_model": document.response,
        "responses": {**errors, 200: {"content": document.answers}},
        "openapi_extra": extra,
    }


def error_responses(codes: Sequence[Code]) -> dict[int | str, dict[str, Any]]:
    """Returns the errors that a route answers with, by status."""
    by_status: dict[int | str, list[Code]] = {}
    for code in sorted(codes, key=lambda code: code.status):
        by_status.setdefault(code.status, []).append(code)
    return {status: _error_response(codes) for status, codes in by_status.items()}


def _error_response(codes: Sequence[Code]) -> dict[str, Any]:
    examples = {code: {"summary": code.meaning, "value": _example_of(code)} for code in codes}
    return {
        "model": ErrorResponse,
        "description": "; ".join(f"`{code}`: {code.meaning}" for code in codes),
        "content": {JSON: {"examples": examples}},
        "headers": RETRY_AFTER if codes[0].status in (429, 503) else {},
    }


def _example_of(code: Code) -> dict[str, Any]:
    fault = Fault(code=code, message=code.example, fields=list(code.fields))
    return ErrorResponse(error=fault).model_dump(mode="json")


def _body(model: type[BaseModel], example: Any) -> dict[str, Any]:
    return {"schema": model.model_json_schema(), "example": example}


_OPTIONS = [
    {"name": name, "in": "query", "required": False,
     "schema": {key: value for key, value in schema.items() if key != "default"},  # never filled in
     "description": f"{schema.get('description', '')} (for a body that is not JSON)"}
    for name, schema in Options.model_json_schema()["properties"].items()
]  # fmt: skip

LION = {"start": 25, "end": 35, "label": "PER", "text": "Йоэль Лион", "score": 0.9996}
ANNA = {"start": 0, "end": 4, "label": "PER", "text": "Анна", "score": 0.9984}
ANSWER = {"tagger": "bilstm", "offsets": "codepoint", "entities": [LION]}
RESULTS = [{"entities": [LION]}, {"entities": [ANNA]}]
TAGGER = TaggerOut(
    name="bilstm",
    default=True,
    loaded=True,
    version="1",
    languages=["ru"],
    labels=["PER", "LOC", "ORG"],
    score_kind="calibrated",
    hash="9f2c5c1b7a0e",
    conventions=[],
)

TEXT = Document(
    "Tag one text",
    TextResponse,
    {JSON: {"example": ANSWER}},
    {
        JSON: _body(TextRequest, {"text": EXAMPLE, "labels": ["PER"]}),
        PLAIN: {"schema": {"type": "string"}, "example": EXAMPLE},
    },
    TAGGING,
)
BATCH = Document(
    "Tag several texts, or a stream of them",
    BatchResponse,
    {
        JSON: {"example": {"tagger": "bilstm", "offsets": "codepoint", "results": RESULTS}},
        NDJSON: _body(LineResponse, {"id": 1, **ANSWER}),
    },
    {
        JSON: _body(BatchRequest, {"texts": [EXAMPLE, "Анна уехала в Париж."], "labels": ["PER"]}),
        NDJSON: _body(LineRequest, f'{{"id": 1, "text": "{EXAMPLE}", "labels": ["PER"]}}\n'),
    },
    TAGGING,
)
TAGGERS = Document(
    "The taggers that can be named", list[TaggerOut], {JSON: {"example": [TAGGER.model_dump()]}}
)
LIVE = Document("Is the process alive?", dict[str, str], {JSON: {"example": {"status": "live"}}})
READY = Document(
    "Has every tagger answered?",
    dict[str, str],
    {JSON: {"example": {"status": "ready"}}},
    errors=[Code.NOT_READY],
)
