"""The OpenAPI document shows each route's bodies, answers, errors and examples."""

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from importlib.resources import files
from itertools import groupby
from typing import Any

from pydantic import TypeAdapter

from ner_service.errors import Code
from ner_service.service.api import schemas
from ner_service.service.api.request_body import JSON, NDJSON, PLAIN

EXAMPLES = json.loads((files(__package__) / "examples.json").read_text(encoding="utf-8"))
ANY_ROUTE = (Code.INVALID_HTTP, Code.INTERNAL, Code.TOO_MANY_CONNECTIONS)
GUARDED = (Code.UNAUTHORIZED, Code.RATE_LIMITED)  # where keys are set
TAGGING = tuple(code for code in Code if code not in (*ANY_ROUTE, *GUARDED, Code.HTTP_ERROR))
RETRY_AFTER = {"Retry-After": {"description": "seconds", "schema": {"type": "string"}}}
KEYS = {
    "key": {"type": "http", "scheme": "bearer", "description": "from the operator"},
    "header": {"type": "apiKey", "in": "header", "name": "X-API-Key"},
}


TAG, STATE = "Tag texts", "State of the service"
GROUPS = [
    {
        "name": TAG,
        "description": "Send one text, several, or a stream of any number. The options `tagger`, "
        "`labels` and `offsets` stand in a JSON body, or in the query of any other body.",
    },
    {
        "name": STATE,
        "description": "Which taggers there are and what they know; whether the process lives, "
        "and whether all taggers answer.",
    },
]
DESCRIPTION = """\
Finds persons, places and organisations in Russian texts, with exact offsets.

- **Begin** with `POST /ner`: choose *Try it out*, then *Execute*.
- **Offsets** are half-open and count Unicode code points, unless `offsets` says `utf16`
  (JavaScript, Java, C#) or `utf8` (bytes).
- **Errors** have one form, `{"error": {"code", "message", "fields"}}`; 429 and 503 say by
  `Retry-After` when to come again.
- **Keys**, where the operator has set some, go into `Authorization: Bearer KEY` or `X-API-Key`.
"""


@dataclass(frozen=True)
class Document:
    """A document says what there is to say of a route; any examples are in `examples.json`.

    `answers` and `bodies` are types by media type; `answer` says in words what comes back;
    `errors` are those that not every route has.
    """

    group: str
    summary: str
    answer: str
    answers: Mapping[str, Any]
    bodies: Mapping[str, Any] = field(default_factory=dict)
    errors: Sequence[Code] = ()


def arguments(path: str, document: Document, open: bool) -> dict[str, Any]:
    """Returns the arguments by which FastAPI documents a route."""
    errors = error_responses([*document.errors, *ANY_ROUTE, *(() if open else GUARDED)])
    extra: dict[str, Any] = {} if open else {"security": [{name: []} for name in KEYS]}
    if document.bodies:
        content = _content(document.bodies, EXAMPLES.get(path, {}).get("request", {}))
        extra |= {"parameters": _OPTIONS, "requestBody": {"required": True, "content": content}}
    answers = _content(document.answers, EXAMPLES.get(path, {}).get("response", {}))
    del answers[JSON]["schema"]  # FastAPI has it from the model
    return {
        "summary": document.summary,
        "tags": [document.group],
        "response_model": document.answers[JSON],
        "responses": {**errors, 200: {"content": answers, "description": document.answer}},
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
        media: {"schema": TypeAdapter(type).json_schema()}
        | ({"example": examples[media]} if media in examples else {})
        for media, type in types.items()
    }


def _plain(schema: dict[str, Any]) -> dict[str, Any]:
    """Returns the schema of an option as one type, for which forms have an empty field."""
    chosen = next((one for one in schema.get("anyOf", ()) if one.get("type") != "null"), schema)
    left_out = ("default", "description", "title")
    return {key: value for key, value in chosen.items() if key not in left_out}


_OPTIONS = [
    {"name": name, "in": "query", "required": False,
     "schema": _plain(schema),
     "description": f"{schema.get('description', '')} (for a body that is not JSON)"}
    for name, schema in schemas.Options.model_json_schema()["properties"].items()
]  # fmt: skip

TEXT = Document(
    TAG,
    "Tag one text",
    "The entities of the text, in order",
    {JSON: schemas.TextResponse},
    {JSON: schemas.TextRequest, PLAIN: str},
    TAGGING,
)
BATCH = Document(
    TAG,
    "Tag several texts, or a stream of them",
    "A result for each text, in order; a line for each line of a stream",
    {JSON: schemas.BatchResponse, NDJSON: schemas.LineResponse},
    {JSON: schemas.BatchRequest, NDJSON: schemas.LineRequest},
    TAGGING,
)
TAGGERS = Document(
    STATE, "List the taggers", "What each tagger is and knows", {JSON: list[schemas.TaggerOut]}
)
LIVE = Document(STATE, "Is the process alive?", "It is", {JSON: schemas.Status})
READY = Document(
    STATE, "Has every tagger answered?", "Each has", {JSON: schemas.Status}, errors=[Code.NOT_READY]
)
