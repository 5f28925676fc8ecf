"""The OpenAPI document: its examples are true, and the service keeps to it."""

import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import orjson
import pytest
import uvicorn

from ner_service.errors import Code
from ner_service.service.api import schemas as forms
from ner_service.service.api.auth import hash_key
from ner_service.service.app import create_app
from ner_service.service.settings import Settings
from tests.serving import listening, url_of

ROOT = Path(__file__).parents[2]


@pytest.fixture(scope="module")
def server() -> Iterator[uvicorn.Server]:
    settings = {"taggers": "natasha,spacy", "default_tagger": "natasha", "admin_keys": ADMINS}
    with listening(**settings, max_text_chars=50) as server:
        yield server


def every_example(node: Any) -> Iterator[tuple[Any, Any]]:
    """Each `schema` with the `example` beside it."""
    if isinstance(node, dict):
        if "schema" in node:
            yield from ((node["schema"], node[key]) for key in ["example"] if key in node)
            yield from (
                (node["schema"], case["value"]) for case in node.get("examples", {}).values()
            )
        for inner in node.values():
            yield from every_example(inner)
    elif isinstance(node, list):
        for inner in node:
            yield from every_example(inner)


ADMINS = f"admin={hash_key('x')}"
DOCUMENT = create_app(Settings(taggers="natasha", admin_keys=ADMINS)).openapi()
OPERATIONS = [
    (path, method.upper()) for path, methods in DOCUMENT["paths"].items() for method in methods
]
ROUTES = [DOCUMENT["paths"][path][method.lower()] for path, method in OPERATIONS]


def test_generated_clients_have_short_names_that_stay() -> None:
    names = {(p, m): DOCUMENT["paths"][p][m.lower()]["operationId"] for p, m in OPERATIONS}
    assert names == {
        ("/ner", "POST"): "tag",
        ("/ner/batch", "POST"): "tag_many",
        ("/mask", "POST"): "mask",
        ("/unmask", "POST"): "unmask",
        ("/explain", "POST"): "explain",
        ("/taggers", "GET"): "list_taggers",
        ("/health/live", "GET"): "check_live",
        ("/health/ready", "GET"): "check_ready",
        ("/taggers/reload", "POST"): "reload",
    }


def test_every_example_keeps_to_its_schema() -> None:
    import jsonschema_rs  # costs each process that collects the tests a third of a second

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
            content = answer["content"]["application/json"]
            assert content.get("example") or content["examples"]


def test_the_table_of_codes_is_what_the_document_and_the_page_show() -> None:
    """A wrong path or method is no operation's answer, so the document has no `http_error`."""
    answers = [answer for route in ROUTES for answer in route["responses"].items()]
    shown = {
        (int(status), name, case["value"]["error"]["message"])
        for status, answer in answers
        for name, case in answer["content"]["application/json"].get("examples", {}).items()
    }
    table = {(code.status, code.value, code.example) for code in Code}
    assert shown == {row for row in table if row[1] != Code.HTTP_ERROR}
    page = (ROOT / "docs" / "api.md").read_text()
    rows = re.findall(r"^\| (\d+) \| `(\w+)` \| (.+) \|$", page, re.MULTILINE)
    assert {(int(status), code, meaning) for status, code, meaning in rows} == {
        (code.status, code.value, code.meaning) for code in Code
    }


def test_every_code_is_answered_somewhere_and_nowhere_by_another_name() -> None:
    sources = "".join(file.read_text() for file in (ROOT / "ner_service").rglob("*.py"))
    assert set(re.findall(r"\bCode\.([A-Z_]+)", sources)) >= {code.name for code in Code}
    assert not re.findall(r"Refused\(\s*(?!Code\.|self|NerError)[^)\s]", sources)


def test_a_route_asks_for_a_key_in_the_document_where_it_asks_for_one() -> None:
    keys = create_app(Settings(taggers="natasha", api_keys=f"one={hash_key('x')}"))
    document = keys.openapi()
    assert set(document["components"]["securitySchemes"]) == {"key", "header"}
    routes = [(path, route) for path, ways in document["paths"].items() for route in ways.values()]
    guarded = {path for path, route in routes if "security" in route}
    assert guarded == {"/ner", "/ner/batch", "/mask", "/unmask", "/explain", "/taggers"}


def check(server: uvicorn.Server, path: str, method: str, examples: int) -> None:
    from tests.service import generated_requests

    generated_requests.check(DOCUMENT, url_of(server), path, method, examples)


@pytest.mark.parametrize(("path", "method"), OPERATIONS)
def test_every_answer_is_documented(server: uvicorn.Server, path: str, method: str) -> None:
    check(server, path, method, 5)


@pytest.mark.slow
@pytest.mark.timeout(1200)
@pytest.mark.parametrize(("path", "method"), OPERATIONS)
def test_each_of_thousands_of_answers_is_documented(
    server: uvicorn.Server, path: str, method: str
) -> None:
    check(server, path, method, 1500 if method == "POST" else 20)


def test_every_route_stands_in_a_group_with_words_of_its_own() -> None:
    groups = {group["name"] for group in DOCUMENT["tags"]}
    assert {tag for route in ROUTES for tag in route["tags"]} == groups
    assert all(group["description"] for group in DOCUMENT["tags"])
    assert not [r for r in ROUTES if r["responses"]["200"]["description"].startswith("Successful")]


def test_every_field_and_option_has_a_type_and_says_what_it_is() -> None:
    schemas = DOCUMENT["components"]["schemas"]
    said = {
        f"{name}.{field}": schema
        for name, form in schemas.items()
        for field, schema in form.get("properties", {}).items()
        if (hasattr(forms, name) and name not in ("ErrorResponse", "Status"))
        or name in ("MaskRequest", "MaskResponse", "UnmaskRequest", "UnmaskResponse", "Key")
    }
    assert len(said) > 15
    assert [field for field, schema in said.items() if not schema.get("description")] == []
    options = [p for route in ROUTES for p in route.get("parameters", [])]
    assert {option["schema"].get("type") for option in options} <= {"string", "array", "boolean"}
    assert all(option["description"] for option in options)
