"""The OpenAPI document shows each route's bodies, answers, errors and examples."""

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from functools import cache
from importlib.resources import files
from itertools import groupby
from typing import Any

from pydantic import TypeAdapter

from ner_service.errors import Code
from ner_service.service.api import explanation, masking, schemas
from ner_service.service.api.request_body import JSON, NDJSON, PLAIN

EXAMPLES = json.loads((files(__package__) / "examples.json").read_text(encoding="utf-8"))
ANY_ROUTE = (Code.INVALID_HTTP, Code.INTERNAL, Code.TOO_MANY_CONNECTIONS)
ADMINS = (Code.FORBIDDEN, Code.RELOAD_FAILED)
GUARDED = (Code.UNAUTHORIZED, Code.RATE_LIMITED)  # where keys are set
ELSEWHERE = (*ANY_ROUTE, *GUARDED, *ADMINS, Code.HTTP_ERROR, Code.KEY_MISMATCH)
TAGGING = tuple(code for code in Code if code not in ELSEWHERE)
UNMASKING = (
    *(Code.BODY_TOO_SLOW, Code.BODY_TOO_LARGE, Code.TEXT_TOO_LONG, Code.UNSUPPORTED_MEDIA_TYPE),
    *(Code.UNSUPPORTED_CHARSET, Code.UNSUPPORTED_ENCODING, Code.INVALID_REQUEST, Code.INVALID_JSON),
    *(Code.INVALID_ENCODING, Code.KEY_MISMATCH, Code.OVERLOADED, Code.TIMEOUT),
)
EXPLAINING = tuple(
    code for code in TAGGING if code not in (Code.TOO_MANY_TEXTS, Code.UNKNOWN_LABEL)
)
RETRY_AFTER = {"Retry-After": {"description": "seconds", "schema": {"type": "string"}}}
KEYS = {
    "key": {"type": "http", "scheme": "bearer", "description": "from the operator"},
    "header": {"type": "apiKey", "in": "header", "name": "X-API-Key"},
}


TAG, MASKING, STATE = "Tag texts", "Hide names", "State of the service"
GROUPS = [
    {
        "name": TAG,
        "description": "Send one text, several, or a stream of any number. The options `tagger`, "
        "`labels` and `offsets` stand in a JSON body, or in the query of any other body.",
    },
    {
        "name": MASKING,
        "description": "Replace the names in a text before it goes to others, and bring them back "
        "into what they answer.",
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

    `operation` is the name of the function in a generated client, which stays as it is. `answers`
    and `bodies` are types by media type; `answer` says in words what comes back; `errors` are those
    that not every route has.
    """

    group: str
    operation: str
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
        query = {"description": IN_QUERY} if set(document.bodies) - {JSON} else {}
        extra |= {"requestBody": {"required": True, "content": content, **query}}
    others = {media: type for media, type in document.answers.items() if media != JSON}
    examples = EXAMPLES.get(path, {}).get("response", {})
    # FastAPI has the schema of JSON from the model
    answers = {JSON: _example_in(examples, JSON)} | _content(others, examples)
    return {
        "operation_id": document.operation,
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
        media: {"schema": _schema_of(type)} | _example_in(examples, media)
        for media, type in types.items()
    }


def _example_in(examples: Mapping[str, Any], media: str) -> dict[str, Any]:
    return {"example": examples[media]} if media in examples else {}


@cache
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


_OPTIONS = "; ".join(
    f"`{name}`: {schema.get('description', '')}"
    for name, schema in schemas.Options.model_json_schema()["properties"].items()
)
IN_QUERY = (
    f"A body that is not JSON has its options in the query, where JSON refuses them. {_OPTIONS}"
)

TEXT = Document(
    TAG,
    "tag",
    "Tag one text",
    "The entities of the text, in order",
    {JSON: schemas.TextResponse},
    {JSON: schemas.TextRequest, PLAIN: str},
    TAGGING,
)
BATCH = Document(
    TAG,
    "tag_many",
    "Tag several texts, or a stream of them",
    "A result for each text, in order; a line for each line of a stream",
    {JSON: schemas.BatchResponse, NDJSON: schemas.LineResponse},
    {JSON: schemas.BatchRequest, NDJSON: schemas.LineRequest},
    TAGGING,
)
MASK = Document(
    MASKING,
    "mask",
    "Hide the names in a text",
    "The masked text, and the key that brings the names back",
    {JSON: masking.MaskResponse},
    {JSON: masking.MaskRequest},
    TAGGING,
)
UNMASK = Document(
    MASKING,
    "unmask",
    "Bring the names back into a masked text",
    "The text with its names",
    {JSON: masking.UnmaskResponse},
    {JSON: masking.UnmaskRequest},
    UNMASKING,
)
EXPLAIN = Document(
    TAG,
    "explain",
    "Explain how a net tags a sentence",
    "The probabilities, the paths, and what each entity owes to which word",
    {JSON: explanation.ExplainResponse},
    {JSON: schemas.ExplainRequest},
    EXPLAINING,
)
TAGGERS = Document(
    STATE,
    "list_taggers",
    "List the taggers",
    "What each tagger is and knows",
    {JSON: list[schemas.TaggerOut]},
)
LIVE = Document(STATE, "check_live", "Is the process alive?", "It is", {JSON: schemas.Status})
READY = Document(
    STATE,
    "check_ready",
    "Has every tagger answered?",
    "Each has",
    {JSON: schemas.Status},
    errors=[Code.NOT_READY],
)
RELOAD = Document(
    STATE,
    "reload",
    "Load models and keys anew",
    "What was loaded, what stayed, what went",
    {JSON: schemas.Reloaded},
    errors=ADMINS,
)
