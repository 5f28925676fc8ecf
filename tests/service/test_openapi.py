"""The OpenAPI document: its examples are true, and the service keeps to it."""

import json
from collections.abc import Iterator
from typing import Any

import jsonschema_rs
import orjson
import pytest
import schemathesis
import uvicorn
from hypothesis import HealthCheck, given, settings
from schemathesis import GenerationMode
from schemathesis.checks import not_a_server_error
from schemathesis.specs.openapi.checks import (
    content_type_conformance,
    response_headers_conformance,
    response_schema_conformance,
    status_code_conformance,
)

from ner_service.service.app import create_app
from ner_service.service.settings import Settings
from tests.serving import listening, url_of

NDJSON = "application/x-ndjson"


@pytest.fixture(scope="module")
def server() -> Iterator[uvicorn.Server]:
    with listening(taggers="natasha,spacy", default_tagger="natasha", max_text_chars=50) as server:
        yield server


@schemathesis.serializer(NDJSON)
def lines(context: Any, value: Any) -> bytes:
    """What Schemathesis makes is one line; a body may have more."""
    return value.encode() if isinstance(value, str) else json.dumps(value, default=str).encode()


def every_example(node: Any) -> Iterator[tuple[Any, Any]]:
    """Each `schema` with the `example` beside it."""
    if isinstance(node, dict):
        if "schema" in node and "example" in node:
            yield node["schema"], node["example"]
        for inner in node.values():
            yield from every_example(inner)
    elif isinstance(node, list):
        for inner in node:
            yield from every_example(inner)


DOCUMENT = create_app(Settings(taggers="natasha")).openapi()
SCHEMA = schemathesis.openapi.from_dict(DOCUMENT)
OPERATIONS = [
    (path, method.upper()) for path, methods in DOCUMENT["paths"].items() for method in methods
]
ROUTES = [DOCUMENT["paths"][path][method.lower()] for path, method in OPERATIONS]
CHECKS = [
    not_a_server_error,
    status_code_conformance,
    content_type_conformance,
    response_schema_conformance,
    response_headers_conformance,
]


def test_every_example_keeps_to_its_schema() -> None:
    found = list(every_example(DOCUMENT["paths"]))
    assert len(found) > 25
    for schema, example in found:
        if isinstance(example, str) and schema.get("type") == "object":
            example = orjson.loads(example)  # a line of a stream
        whole = {**schema, "components": DOCUMENT["components"]}
        jsonschema_rs.validator_for(whole).validate(example)


def test_every_route_shows_an_answer_and_its_errors() -> None:
    for route in ROUTES:
        for answer in route["responses"].values():
            assert answer["content"]["application/json"]["example"]


def check(server: uvicorn.Server, path: str, method: str, examples: int) -> None:
    modes = list(GenerationMode) if method == "POST" else [GenerationMode.POSITIVE]
    for mode in modes:
        strategy = SCHEMA[path][method].as_strategy(generation_mode=mode)

        @settings(max_examples=examples, deadline=None, suppress_health_check=list(HealthCheck))
        @given(strategy)
        def answer_is_documented(case: schemathesis.Case) -> None:
            case.call_and_validate(base_url=url_of(server), checks=CHECKS)

        answer_is_documented()


@pytest.mark.parametrize(("path", "method"), OPERATIONS)
def test_every_answer_is_documented(server: uvicorn.Server, path: str, method: str) -> None:
    check(server, path, method, 20)


@pytest.mark.slow
@pytest.mark.timeout(1200)
@pytest.mark.parametrize(("path", "method"), OPERATIONS)
def test_each_of_thousands_of_answers_is_documented(
    server: uvicorn.Server, path: str, method: str
) -> None:
    check(server, path, method, 1500 if method == "POST" else 20)
