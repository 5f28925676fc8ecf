"""The OpenAPI document shows each route's bodies, answers, errors and examples."""

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from importlib.resources import files
from itertools import groupby
from typing import Any

from pydantic import TypeAdapter

from ner_service.errors import Code
from ner_service.service.api import masking, schemas
from ner_service.service.api.request_body import JSON, NDJSON, PLAIN

EXAMPLES = json.loads((files(__package__) / "examples.json").read_text(encoding="utf-8"))
ANY_ROUTE = (Code.INVALID_HTTP, Code.INTERNAL, Code.TOO_MANY_CONNECTIONS)
GUARDED = (Code.UNAUTHORIZED, Code.RATE_LIMITED)  # where keys are set
ELSEWHERE = (*ANY_ROUTE, *GUARDED, Code.HTTP_ERROR, Code.KEY_MISMATCH)
TAGGING = tuple(code for code in Code if code not in ELSEWHERE)
UNMASKING = (
    *(Code.BODY_TOO_SLOW, Code.BODY_TOO_LARGE, Code.TEXT_TOO_LONG, Code.UNSUPPORTED_MEDIA_TYPE),
    *(Code.UNSUPPORTED_CHARSET, Code.UNSUPPORTED_ENCODING, Code.INVALID_REQUEST, Code.INVALID_JSON),
    *(Code.INVALID_ENCODING, Code.KEY_MISMATCH, Code.OVERLOADED, Code.TIMEOUT),
)
RETRY_AFTER = {"Retry-After": {"description": "seconds", "schema": {"type": "string"}}}
KEYS = {
    "key": {"type": "http", "scheme": "bearer", "description": "from the operator"},
    "header": {"type": "apiKey", "in": "header", "name": "X-API-Key"},
}


@dataclass(frozen=True)
class Document:
    """A document says what there is to say of a route; any examples are in `examples.json`.

    `answers` and `bodies` are types by media type; `errors` are those that not every route has.
    """

    summary: str
    answers: Mapping[str, Any]
    bodies: Mapping[str, Any] = field(default_factory=dict)
    errors: Sequence[Code] = ()


def arguments(path: str, document: Document, open: bool) -> dict[str, Any]:
    """Returns the arguments by which FastAPI documents a route."""
    errors = error_responses([*document.errors, *ANY_ROUTE, *(() if open else GUARDED)])
    extra: dict[str, Any] = {} if open else {"security": [{name: []} for name in KEYS]}
    if document.bodies:
        content = _content(document.bodies, EXAMPLES.get(path, {}).get("request", {}))
        extra["requestBody"] = {"required": True, "content": content}
    if set(document.bodies) - {JSON}:
        extra["parameters"] = _OPTIONS
    answers = _content(document.answers, EXAMPLES.get(path, {}).get("response", {}))
    del answers[JSON]["schema"]  # FastAPI has it from the model
    return {
        "summary": document.summary,
        "response_model": document.answers[JSON],
        "responses": {**errors, 200: {"content": answers}},
        "openapi_extra": extra,
    }


def error_responses(codes: Sequence[Code]) -> dict[int | str, dict[str, Any]]:
    """Returns the errors that a route answers with, by status."""
    by_status = groupby(sorted(codes, key=lambda code: code.status), lambda code: code.status)
    return {status: _error_response([*codes]) for status, codes in by_status}


def _error_response(codes: Sequence[Code]) -> dict[str, Any]:
    return {
        "model": schemas.ErrorResponse,
        "description": "; ".join(f"`{code}`: {code.meaning}" for code in codes),
        "content": {JSON: {"examples": {code: _example_of(code) for code in codes}}},
        "headers": RETRY_AFTER if codes[0].status in (429, 503) else {},
    }


def _example_of(code: Code) -> dict[str, Any]:
    error = {"code": code, "message": code.example, "fields": [*code.fields]}
    return {"summary": code.meaning, "value": {"error": error}}


def _content(types: Mapping[str, Any], examples: Mapping[str, Any]) -> dict[str, dict[str, Any]]:
    return {
        media: {"schema": _schema_of(type)}
        | ({"example": examples[media]} if media in examples else {})
        for media, type in types.items()
    }


def _schema_of(type: Any) -> dict[str, Any]:
    """Returns the schema of a type in one piece, for a place where no reference reaches."""
    schema = TypeAdapter(type).json_schema()
    names = schema.pop("$defs", {})

    def expand(node: Any) -> Any:
        if isinstance(node, list):
            return [*map(expand, node)]
        if not isinstance(node, dict):
            return node
        reference = node.get("$ref")
        node = names[reference.rpartition("/")[2]] if reference else node
        return {key: expand(value) for key, value in node.items()}

    whole: dict[str, Any] = expand(schema)
    return whole


_OPTIONS = [
    {"name": name, "in": "query", "required": False,
     "schema": {key: value for key, value in schema.items() if key != "default"},  # never filled in
     "description": f"{schema.get('description', '')} (for a body that is not JSON)"}
    for name, schema in schemas.Options.model_json_schema()["properties"].items()
]  # fmt: skip

TEXT = Document(
    "Tag one text",
    {JSON: schemas.TextResponse},
    {JSON: schemas.TextRequest, PLAIN: str},
    TAGGING,
)
BATCH = Document(
    "Tag several texts, or a stream of them",
    {JSON: schemas.BatchResponse, NDJSON: schemas.LineResponse},
    {JSON: schemas.BatchRequest, NDJSON: schemas.LineRequest},
    TAGGING,
)
MASK = Document(
    "Hide the names in a text", {JSON: masking.MaskResponse}, {JSON: masking.MaskRequest}, TAGGING
)
UNMASK = Document(
    "Bring the names back into a masked text",
    {JSON: masking.UnmaskResponse},
    {JSON: masking.UnmaskRequest},
    UNMASKING,
)
TAGGERS = Document("The taggers that can be named", {JSON: list[schemas.TaggerOut]})
LIVE = Document("Is the process alive?", {JSON: dict[str, str]})
READY = Document("Has every tagger answered?", {JSON: dict[str, str]}, errors=[Code.NOT_READY])
