"""Errors as responses: one form for all, and no echo of what was sent."""

from collections.abc import Sequence
from typing import Any

import orjson
from fastapi import Response
from pydantic import ValidationError
from starlette.types import Scope

from ner_service.errors import NerError, UnknownTagger
from ner_service.service.queue.job import Late, NotReady, Overloaded, TaggerFailed
from ner_service.service.telemetry.request import trace_of

MOST_NAME_CHARS = 64


class Refused(NerError):
    """A request that is answered with an error status."""

    def __init__(
        self, status: int, code: str, message: str, fields: Sequence[str] = (), retry: int = 0
    ) -> None:
        super().__init__(message)
        self.status, self.code, self.fields, self.retry = status, code, tuple(fields), retry

    def body(self) -> dict[str, Any]:
        """The fault as the response has it."""
        return {"code": self.code, "message": str(self), "fields": list(self.fields)}


def refusal(error: NerError) -> Refused:
    """The answer to an error of the floors below."""
    match error:
        case Refused():
            return error
        case Overloaded():
            return Refused(429, "overloaded", str(error), retry=error.retry_after)
        case NotReady():
            return Refused(503, "not_ready", str(error), retry=1)
        case Late():
            return Refused(504, "timeout", str(error))
        case UnknownTagger():
            return Refused(404, "unknown_tagger", str(error), ["tagger"])
        case TaggerFailed():
            return Refused(500, "tagger_failed", str(error))
    raise error


def invalid(error: ValidationError) -> Refused:
    """The fields that are wrong and why, without their values."""
    found = [(field_name(known(e["loc"])), e) for e in error.errors(include_input=False)]
    if found[0][1]["type"] == "json_invalid":
        message = f"the body is not valid JSON: {found[0][1]['ctx']['error']}"
        return Refused(422, "invalid_json", message)
    reasons = "; ".join(f"{name}: {e['msg']}" if name else e["msg"] for name, e in found[:5])
    fields = dict.fromkeys(name for name, _ in found[:20] if name)
    return Refused(422, "invalid_request", reasons, [*fields])


def known(path: Sequence[str | int]) -> Sequence[str | int]:
    """The path of a field without the types that an `id` may have."""
    return path[:1] if path[:1] == ("id",) else path


def field_name(path: Sequence[str | int]) -> str:
    """The path of a field; clients choose the names of unknown ones, so not at any length."""
    name = ".".join(map(str, path))
    return name if len(name) <= MOST_NAME_CHARS else name[: MOST_NAME_CHARS - 1] + "…"


def answer(scope: Scope, error: NerError | ValidationError) -> Response:
    """The response to a request that failed; its trace says so, too."""
    return told(scope, invalid(error) if isinstance(error, ValidationError) else refusal(error))


def told(scope: Scope, refused: Refused) -> Response:
    """The response to a refused request; its trace says so, too."""
    trace_of(scope).error = refused.code
    return respond(refused)


def respond(refused: Refused) -> Response:
    """The response to a refusal, with `Retry-After` where trying again makes sense."""
    headers = {"retry-after": str(refused.retry)} if refused.retry else {}
    if refused.status == 401:
        headers["www-authenticate"] = "Bearer"
    body = orjson.dumps({"error": refused.body()})
    return Response(body, refused.status, headers, "application/json")
