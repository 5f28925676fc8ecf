"""Schemathesis makes requests of an OpenAPI document and checks the answers to them.

As hooks (`SCHEMATHESIS_HOOKS`) this module teaches its command JSON lines.

Its import costs more than a second, so a test imports this module when it runs.
"""

import json
from typing import Any

import schemathesis
from hypothesis import HealthCheck, given, settings
from schemathesis import GenerationMode
from schemathesis.checks import not_a_server_error
from schemathesis.specs.openapi.checks import (
    content_type_conformance,
    response_headers_conformance,
    response_schema_conformance,
    status_code_conformance,
)

PATIENCE_S = 600  # a busy machine may stand still for a minute
CHECKS = [
    not_a_server_error,
    status_code_conformance,
    content_type_conformance,
    response_schema_conformance,
    response_headers_conformance,
]


@schemathesis.serializer("application/x-ndjson")
def lines(context: Any, value: Any) -> bytes:
    """Return the one line that Schemathesis makes; a body may have more."""
    return value.encode() if isinstance(value, str) else json.dumps(value, default=str).encode()


@schemathesis.deserializer("application/x-ndjson")
def first_line(context: Any, response: Any) -> Any:
    """Return the answer to the one line that was sent."""
    return json.loads(response.content.partition(b"\n")[0])


def check(document: dict[str, Any], url: str, path: str, method: str, examples: int) -> None:
    """Assert that the server at a URL answers an operation as the document says."""
    schema = schemathesis.openapi.from_dict(document)
    modes = list(GenerationMode) if method == "POST" else [GenerationMode.POSITIVE]
    for mode in modes:
        strategy = schema[path][method].as_strategy(generation_mode=mode)

        @settings(max_examples=examples, deadline=None, suppress_health_check=list(HealthCheck))
        @given(strategy)
        def answer_is_documented(case: schemathesis.Case) -> None:
            case.call_and_validate(base_url=url, checks=CHECKS, timeout=PATIENCE_S)

        answer_is_documented()
