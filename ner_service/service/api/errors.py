"""Every error becomes a response of one form, which does not echo what was sent."""

from collections.abc import Sequence
from difflib import get_close_matches
from functools import cache
from typing import Any

import orjson
from fastapi import Response
from pydantic import BaseModel, ValidationError
from pydantic_core import ErrorDetails

from ner_service.errors import Code, NerError, Refused, UnknownTagger, reason_of
from ner_service.service.telemetry.request_log import Trace

OTHER_NAMES = {"model": "tagger", "content": "text", "types": "labels"}  # elsewhere
MOST_NAME_CHARS = 64  # of a field's name, which clients choose


def refusal(error: NerError | ValidationError) -> Refused:
    """Returns the answer to an error of the floors below, or of what a client sent."""
    match error:
        case Refused():
            return error
        case ValidationError():
            return _invalid(error)
        case UnknownTagger():
            return Refused(Code.UNKNOWN_TAGGER, str(error), ["tagger"])
    raise error


def _invalid(error: ValidationError) -> Refused:
    """Names the fields that are wrong and why, without their values."""
    faults = [(_field_of(fault["loc"]), fault) for fault in error.errors(include_input=False)]
    if faults[0][1]["type"] == "json_invalid":
        message = f"the body is not valid JSON: {faults[0][1]['ctx']['error']}"
        return Refused(Code.INVALID_JSON, message)
    faults.sort(key=lambda each: each[1]["type"] != "extra_forbidden")  # it tells why others lack
    reasons_of = [(name, _reason(fault, error.title)) for name, fault in faults[:5]]
    reasons = "; ".join(f"{name}: {reason}" if name else reason for name, reason in reasons_of)
    fields = dict.fromkeys(name for name, _ in faults[:20] if name)
    return Refused(Code.INVALID_REQUEST, reasons, [*fields])


def _reason(fault: ErrorDetails, form: str) -> str:
    """Returns what is wrong with a field of a form."""
    if fault["type"] != "extra_forbidden":
        return reason_of(fault["msg"])
    name = str(fault["loc"][-1])[:MOST_NAME_CHARS].casefold()
    if (form, name) == ("TextRequest", "texts"):
        return "no such field here: /ner/batch takes several texts"
    known = _fields_beside(fault["loc"], form)
    near = [OTHER_NAMES[name]] if name in OTHER_NAMES else get_close_matches(name, known, 1)
    if near and near[0] in known:
        return f"no such field; did you mean {near[0]}?"
    return f"no such field; there are {', '.join(known)}" if known else "no such field"


def _fields_beside(path: Sequence[str | int], form: str) -> Sequence[str]:
    """Returns the names of the fields that there are where a path ends; none where it is odd."""
    schema = _schema_of(form)
    place = schema
    for step in path[:-1]:
        inside = place.get("items" if isinstance(step, int) else "properties", {})
        place = inside if isinstance(step, int) else inside.get(step, {})
        options = [place, *place.get("anyOf", ()), *place.get("oneOf", ())]
        names = [option["$ref"].rpartition("/")[2] for option in options if "$ref" in option]
        place = schema["$defs"][names[0]] if names else place
    return [*place.get("properties", ())]


@cache
def _schema_of(form: str) -> dict[str, Any]:
    """Returns the schema of a form by its name, which is all that an error knows of it."""
    models = [BaseModel]
    for model in models:
        models += model.__subclasses__()
        if model.__name__ == form and model.__module__.startswith("ner_service."):
            return model.model_json_schema()
    return {}


def _field_of(path: Sequence[str | int]) -> str:
    """Returns the name of a field; that of an `id` without the types that it may have."""
    return shorten(".".join(map(str, path[:1] if path[:1] == ("id",) else path)))


def shorten(name: str) -> str:
    """Shortens the name of a field, which a client may have chosen at any length."""
    return name if len(name) <= MOST_NAME_CHARS else name[: MOST_NAME_CHARS - 1] + "…"


def respond(refused: Refused) -> Response:
    """Returns the response to a refusal, with `Retry-After` where trying again makes sense."""
    headers = {"retry-after": str(refused.retry)} if refused.retry else {}
    if refused.code == Code.UNAUTHORIZED:
        headers["www-authenticate"] = "Bearer"
    body = orjson.dumps({"error": refused.body()})
    return Response(body, refused.status, headers, "application/json")


def fail(trace: Trace, error: NerError | ValidationError) -> Response:
    """Returns the response to a request that failed, and notes the error in its trace."""
    refused = refusal(error)
    trace.error = refused.code
    return respond(refused)
