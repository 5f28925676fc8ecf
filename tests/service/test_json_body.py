"""Bodies at their largest: legal ones are read, and no illegal one costs more than they do."""

import asyncio
import gc
import json
import re
import time
from collections.abc import Callable, Coroutine, Iterator
from functools import cache
from pathlib import Path
from typing import Any

import orjson
import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import BaseModel, ValidationError

import ner_service
from ner_service.errors import Code, Refused
from ner_service.service.api import json_size
from ner_service.service.api.answers import entities_out
from ner_service.service.api.json_size import without_strings
from ner_service.service.api.request_body import SPARE, Form
from ner_service.service.api.schemas import MOST_LABELS, TextRequest
from ner_service.service.app import create_app
from ner_service.service.settings import Settings
from ner_service.types import Entity
from tests.serving import serving

SETTINGS = Settings(taggers="natasha")
APP = create_app(SETTINGS)  # never started, so nothing loads
FORMS = sorted(
    {form.model.__name__: form for form in gc.get_objects() if type(form) is Form}.items()
)
BODY_BYTES = SETTINGS.max_body_bytes
FREE_TEXT = {  # bounded by NER_MAX_TEXT_CHARS, which the operator sets, for they are parts of a text
    "text", "texts", "surface", "mask", "normal", "first", "middle", "last",
    "mask_first", "mask_middle", "mask_last",
}  # fmt: skip

every_form = pytest.mark.parametrize("form", [form for _, form in FORMS], ids=[n for n, _ in FORMS])


def test_every_json_body_of_every_route_is_read_by_a_form() -> None:
    sources = Path(ner_service.__file__).parent.joinpath("service").rglob("*.py")
    readers = [file.name for file in sources if "validate_json(" in file.read_text("utf-8")]
    # the data of a task of Label Studio has no schema: its values are counted there, one by one
    assert sorted(readers) == ["handlers.py", "request_body.py"]
    assert [name for name, _ in FORMS] == [
        "AnalyzeForm", "AnonymizeForm", "BatchRequest", "DeanonymizeForm", "ExplainRequest", "Export", "LineRequest",
        "MaskRequest", "TextRequest", "UnmaskRequest",
    ]  # fmt: skip


def test_a_list_without_a_bound_is_found_when_the_service_starts() -> None:
    class Unbounded(BaseModel):
        words: list[str]

    with pytest.raises(ValueError, match="no bound of Words"):
        Form(Unbounded)


def strings_of(schema: dict[str, Any], names: dict[str, Any], path: str) -> Iterator[str]:
    """The paths of the strings of a schema that have neither a longest length nor choices."""
    if "$ref" in schema:
        yield from strings_of(names[schema["$ref"].rpartition("/")[2]], names, path)
    for choice in schema.get("anyOf", ()):
        yield from strings_of(choice, names, path)
    for name, field in schema.get("properties", {}).items():
        yield from strings_of(field, names, name)
    for inner in ("items", "additionalProperties"):
        if isinstance(schema.get(inner), dict):
            yield from strings_of(schema[inner], names, path)
    if schema.get("type") == "string" and not schema.keys() & {"maxLength", "enum", "const"}:
        yield path


@every_form
def test_every_string_but_the_text_has_a_longest_length(form: Form[BaseModel]) -> None:
    schema = form.model.model_json_schema()
    assert {*strings_of(schema, schema.get("$defs", {}), "")} <= FREE_TEXT


MANY = 100  # items whose strings are short, so that all of them fit into a body


def largest(schema: dict[str, Any], names: dict[str, Any], short: bool = False) -> Any:
    """The largest document of a schema, whose texts are commas, brackets and colons."""
    if "$ref" in schema:
        return largest(names[schema["$ref"].rpartition("/")[2]], names, short)
    if "anyOf" in schema:
        choices = (largest(one, names, short) for one in schema["anyOf"])
        return max(choices, key=lambda d: len(orjson.dumps(d)))
    if "enum" in schema or "const" in schema:
        return schema.get("const", schema.get("enum", [None])[0])
    match schema["type"]:
        case "array":
            most = schema.get("maxItems", SETTINGS.max_batch_texts)
            return [largest(schema["items"], names, short or most > MANY)] * most
        case "object" if "maxProperties" in schema:
            value = largest(schema["additionalProperties"], names, short)
            return {f"{n:0200}": value for n in range(schema["maxProperties"])}
        case "object":
            fields = schema["properties"].items()
            return {name: largest(field, names, short) for name, field in fields}
        case "string":
            return ',[{":\\' * (1 if short else schema.get("maxLength", 6_000) // 6)
        case "integer":
            return schema.get("exclusiveMaximum", 2**63) - 1
        case "number":
            return 0.123456789
        case "boolean":
            return False
    return None


# forms whose fields are of kinds that others have too
ALIKE = (
    "AnalyzeForm",
    "AnonymizeForm",
    "DeanonymizeForm",
    "ExplainRequest",
    "MaskRequest",
    "UnmaskRequest",
)


@pytest.mark.parametrize(
    "form",
    [
        pytest.param(form, id=name, marks=pytest.mark.slow if name in ALIKE else [])
        for name, form in FORMS
    ],
)
def test_the_largest_legal_body_is_read(form: Form[BaseModel]) -> None:
    schema = form.model.model_json_schema()
    document = largest(schema, schema.get("$defs", {}))
    body = orjson.dumps(document)
    assert asyncio.run(form.parse(body)).model_dump() == document
    whole = max(1, len(body) / BODY_BYTES)  # labels of entities may be longer in sum than a body
    limit = 7 * plain_cpu() * whole  # 50,000 objects take 5 times
    assert max(steps_of(form.parse(body))[1]) < limit


def filled(begin: bytes, part: bytes, end: bytes) -> bytes:
    return begin + part * ((BODY_BYTES - len(begin) - len(end)) // len(part)) + end


@cache
def many_keys() -> bytes:
    return b"{" + b",".join(b'"%07d":1' % n for n in range(BODY_BYTES // 12)) + b"}"


def worst(form: Form[BaseModel]) -> Iterator[tuple[str, bytes]]:
    """The worst illegal bodies of the largest size, for the whole and for each type of field."""
    yield "lists", filled(b"[", b"[],", b"[]]")
    yield "objects", filled(b"[", b"{},", b"{}]")
    yield "nested", b"[" * BODY_BYTES
    yield "keys", many_keys()
    yield "the same key", filled(b"{", b'"a":1,', b'"a":1}')
    yield "strings", filled(b'["', b'","', b'"]')
    yield "strings without commas", filled(b"[", b'""', b"]")
    yield "quotes", b'"' * BODY_BYTES
    yield "backslashes", filled(b"[" + b"1," * 300_000 + b'"', b"\\", b'"]')
    yield "escapes", filled(b'["' + b"," * 300_000, rb"\"", b'"]')
    fields = form.model.model_json_schema()["properties"].items()
    words = {"title", "description", "default", "examples"}
    types = {
        orjson.dumps({k: v for k, v in f.items() if k not in words}): name for name, f in fields
    }
    for name in types.values():
        for part in (b"1,", b"[],"):
            yield f"{name}: {part.decode()}", filled(b'{"%s":[' % name.encode(), part, b"1]}")


def steps_of(parse: Coroutine[Any, Any, object]) -> tuple[int, list[float]]:
    """The number of errors that a body leads to, and the CPU seconds of each step of its parsing.

    A step is what the event loop does in one go.
    """
    steps: list[float] = []
    while True:
        before = time.thread_time()
        try:
            parse.send(None)
        except StopIteration:
            return 0, [*steps, time.thread_time() - before]
        except Refused:
            return 1, [*steps, time.thread_time() - before]
        except ValidationError as error:
            return error.error_count(), [*steps, time.thread_time() - before]
        steps.append(time.thread_time() - before)


def cpu(call: Callable[[], object]) -> float:
    """The CPU seconds of a call."""
    start = time.thread_time()
    call()
    return time.thread_time() - start


def plain_cpu() -> float:
    """The CPU seconds that Python's parser takes for a text of the largest size."""
    text = orjson.dumps({"text": "а" * (BODY_BYTES // 2)})
    return min(cpu(lambda: json.loads(text)) for _ in range(3))


def peak() -> int:
    """The most bytes that this process has had since the last look."""
    status = Path("/proc/self/status").read_text()
    Path("/proc/self/clear_refs").write_text("5")
    return 1024 * int(re.findall(r"VmHWM:\s+(\d+)", status)[0])


@pytest.mark.slow
@every_form
def test_no_illegal_body_costs_more_than_a_text_of_its_size(form: Form[BaseModel]) -> None:
    """Before, 12 MB of `[]` took 100 s and 5.3 GB; a text of that size 0.03 s and 24 MB."""
    plain = plain_cpu()
    for name, body in worst(form):
        peak()
        before = peak()
        errors, steps = steps_of(form.parse(body))
        assert 0 < errors <= 2 * SPARE, name
        assert peak() - before < 3 * BODY_BYTES, name
        if sum(steps) >= 10 * plain or max(steps) >= 4 * plain:  # perhaps the machine was busy
            _, steps = steps_of(form.parse(body))
        print(f"{form.model.__name__} {name}: {sum(steps) / plain:.2f}, {max(steps) / plain:.2f}")
        assert sum(steps) < 10 * plain, name
        assert max(steps) < 4 * plain, name


@given(st.recursive(st.text(',[{":\\аa'), lambda inner: st.lists(inner, max_size=3)))
def test_what_is_in_strings_is_not_counted(document: Any) -> None:
    body = orjson.dumps(document)
    bare = re.sub(rb'"(?:[^"\\]|\\.)*"', b"", body)
    for window in (1, 2, 3, 100):
        with pytest.MonkeyPatch.context() as patch:
            patch.setattr(json_size, "WINDOW", window)
            assert b"".join(without_strings(body)).replace(b'"', b"") == bare


def test_labels_are_looked_up_in_a_set() -> None:
    class Counted(str):
        compared = 0

        def __eq__(self, other: object) -> bool:
            Counted.compared += 1
            return str.__eq__(self, other)  # type: ignore[arg-type]

        __hash__ = str.__hash__

    asked = TextRequest(text="").model_copy(
        update={"labels": [Counted(n) for n in range(MOST_LABELS)]}
    )
    assert entities_out("а" * 1000, [Entity(n, n + 1, "PER") for n in range(1000)], asked) == []
    assert Counted.compared < 1000


@pytest.mark.parametrize(
    ("body", "code", "fields"),
    [
        ({"text": "", "labels": ["PER"] * (MOST_LABELS + 1)}, Code.INVALID_REQUEST, ["labels"]),
        ({"text": "", "labels": ["PER"] * 9999}, Code.INVALID_REQUEST, []),
        ({"text": "", "labels": ["P" * 300]}, Code.INVALID_REQUEST, ["labels.0"]),
        ({"text": "", "tagger": "n" * 300}, Code.INVALID_REQUEST, ["tagger"]),
        ({"text": ""} | {f"k{n}": 1 for n in range(9999)}, Code.INVALID_REQUEST, []),
    ],
)
def test_too_much_is_refused_in_one_line(
    body: dict[str, Any], code: Code, fields: list[str]
) -> None:
    with serving() as client:
        error = client.post("/ner", json=body).json()["error"]
        assert (error["code"], error["fields"]) == (code, fields)
        assert len(error["message"].splitlines()) == 1


def test_a_query_of_too_many_parameters_is_refused() -> None:
    with serving() as client:
        kinds = {"text/plain": "text", "application/json": '{"text": ""}'}
        for kind, body in kinds.items():
            url = "/ner?" + "&".join(f"a{n}" for n in range(5000))
            answer = client.post(url, content=body, headers={"content-type": kind})
            assert answer.status_code == 422
            assert "parameters" in answer.json()["error"]["message"]
