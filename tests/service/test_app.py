"""What the routes answer to good and to bad requests."""

import json
from collections.abc import Iterator
from typing import Any

import orjson
import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.serving import Client, serving

SECRET = "Тайна"
NDJSON = {"content-type": "application/x-ndjson"}
PLAIN = {"content-type": "text/plain"}


@pytest.fixture(scope="module")
def client() -> Iterator[Client]:
    with serving(max_text_chars=100, max_batch_texts=3, max_body_bytes=1000) as client:
        yield client


def test_tags_a_text(client: Client) -> None:
    answer = client.post("/ner", json={"text": "вот Анна и Пётр"})
    assert answer.status_code == 200
    assert answer.json() == {
        "tagger": "natasha",
        "offsets": "codepoint",
        "entities": [
            {"start": 4, "end": 8, "label": "LOC", "text": "Анна", "score": 0.5},
            {"start": 11, "end": 15, "label": "PER", "text": "Пётр", "score": 0.5},
        ],
    }


@pytest.mark.parametrize("path", ["/ner", "/ner/batch"])
def test_of_a_key_that_comes_twice_the_last_is_taken(client: Client, path: str) -> None:
    body = b'{"text": "A", "tagger": "none", "text": "B", "tagger": "spacy"}'
    kind = {"content-type": "application/json"}
    if path == "/ner/batch":
        body, kind = body + b"\n", NDJSON
    answer = client.post(path, content=body, headers=kind).json()
    assert answer["tagger"] == "spacy"
    assert [e["text"] for e in answer["entities"]] == ["B"]


def test_labels_choose_what_is_answered(client: Client) -> None:
    answer = client.post("/ner", json={"text": "Анна и Пётр", "labels": ["PER"]})
    assert [e["text"] for e in answer.json()["entities"]] == ["Пётр"]
    answer = client.post("/ner", json={"text": "Анна и Пётр", "labels": []})
    assert answer.json()["entities"] == []


def test_a_plain_text_has_its_options_in_the_query(client: Client) -> None:
    query = "tagger=spacy&labels=PER,ORG&offsets=utf8"
    answer = client.post(f"/ner?{query}", content="Анна и Пётр\n", headers=PLAIN).json()
    assert (answer["tagger"], answer["offsets"]) == ("spacy", "utf8")
    assert [(e["start"], e["end"], e["text"]) for e in answer["entities"]] == [(12, 20, "Пётр")]


@pytest.mark.parametrize(("unit", "start"), [("codepoint", 2), ("utf16", 3), ("utf8", 5)])
def test_offsets_count_in_the_unit_asked_for(client: Client, unit: str, start: int) -> None:
    answer = client.post("/ner", json={"text": "😀 Пётр", "offsets": unit}).json()
    assert answer["offsets"] == unit
    assert answer["entities"][0]["start"] == start


@pytest.mark.parametrize("text", ["", " ", "\n"])
def test_an_empty_text_has_no_entities(client: Client, text: str) -> None:
    assert client.post("/ner", json={"text": text}).json()["entities"] == []
    answer = client.post("/ner", content=text.encode(), headers=PLAIN)
    assert (answer.status_code, answer.json()["entities"]) == (200, [])


def test_a_batch_is_answered_in_order(client: Client) -> None:
    answer = client.post("/ner/batch", json={"texts": ["Пётр", "", "а Анна"], "tagger": "spacy"})
    assert answer.status_code == 200
    body = answer.json()
    assert (body["tagger"], body["offsets"]) == ("spacy", "codepoint")
    found = [[e["text"] for e in result["entities"]] for result in body["results"]]
    assert found == [["Пётр"], [], ["Анна"]]
    assert client.post("/ner/batch", json={"texts": []}).json()["results"] == []


def test_ndjson_answers_each_line_in_its_place(client: Client) -> None:
    lines = (
        '{"id": 7, "text": "Пётр"}\n'
        "\n"
        '{"text": 5}\n'
        '{"id": "x", "text": "Анна", "tagger": "no-such"}\n'
        '{"text": "Анна"'
        "\n"
        '{"text": "Анна", "offsets": "utf8"}'
    )
    answer = client.post("/ner/batch?tagger=spacy", content=lines.encode(), headers=NDJSON)
    assert answer.status_code == 200
    assert answer.headers["content-type"] == "application/x-ndjson"
    one, two, three, four, five = map(json_of, answer.text.splitlines())
    assert (one["id"], one["tagger"], one["entities"][0]["text"]) == (7, "spacy", "Пётр")
    assert two["error"]["code"] == "invalid_request"
    assert two["error"]["fields"] == ["text"]
    assert (three["id"], three["error"]["code"]) == ("x", "unknown_tagger")
    assert four["error"]["code"] == "invalid_json"
    assert (five["offsets"], five["entities"][0]["end"]) == ("utf8", 8)


def test_an_id_that_json_libraries_cannot_hold_is_refused(client: Client) -> None:
    lines = "".join(f'{{"id": {id}, "text": ""}}\n' for id in (2**63 - 1, 2**63, -(2**63) - 1))
    answer = client.post("/ner/batch", content=lines.encode(), headers=NDJSON)
    one, *others = map(orjson.loads, answer.text.splitlines())
    assert one["id"] == 2**63 - 1
    assert [line["error"]["code"] for line in others] == ["invalid_request"] * 2


def test_too_long_a_line_is_passed_over(client: Client) -> None:
    long = '{"text": "' + "а" * 101 + '"}\n'
    huge = '{"text": "' + "а" * 9000 + '"}\n'
    lines = long + huge + '{"text": "Пётр"}\n' + "а" * 2000
    answer = client.post("/ner/batch", content=lines.encode(), headers=NDJSON)
    codes = [line.get("error", {}).get("code") for line in map(json_of, answer.text.splitlines())]
    assert codes == ["text_too_long", "body_too_large", None, "body_too_large"]


def json_of(line: str) -> Any:
    return orjson.loads(line)


BAD = [
    # body, status, code, fields
    (b"", 422, "invalid_json", []),
    (b"{", 422, "invalid_json", []),
    (b"\xff\xfe", 422, "invalid_json", []),
    (b"[]", 422, "invalid_request", []),
    (b"null", 422, "invalid_request", []),
    (b'"text"', 422, "invalid_request", []),
    (b"{}", 422, "invalid_request", ["text"]),
    (b'{"text": 5}', 422, "invalid_request", ["text"]),
    (b'{"text": null}', 422, "invalid_request", ["text"]),
    (b'{"text": ["a"]}', 422, "invalid_request", ["text"]),
    (b'{"text": "a", "tagger": 1}', 422, "invalid_request", ["tagger"]),
    (b'{"text": "a", "labels": "PER"}', 422, "invalid_request", ["labels"]),
    (b'{"text": "a", "labels": [1]}', 422, "invalid_request", ["labels.0"]),
    (b'{"text": "a", "labels": ["XXX"]}', 422, "unknown_label", ["labels"]),
    (b'{"text": "a", "offsets": "bytes"}', 422, "invalid_request", ["offsets"]),
    (b'{"text": "a", "more": 1}', 422, "invalid_request", ["more"]),
    (b'{"text": "\\ud800"}', 422, "invalid_json", []),
    (b'{"text": "\\udc00 a"}', 422, "invalid_json", []),
    (b'{"text": "a", "tagger": "no-such"}', 404, "unknown_tagger", ["tagger"]),
    (b'{"text": "%s"}' % (b"a" * 101), 413, "text_too_long", ["text"]),
    (b'{"text": "%s"}' % (b"a" * 1000), 413, "body_too_large", []),
    (b'{"text": ' + b"[" * 900, 422, "invalid_json", []),
    (b'{"text": NaN}', 422, "invalid_request", ["text"]),
]  # fmt: skip


@pytest.mark.parametrize(("body", "status", "code", "fields"), BAD)
def test_bad_json_is_told_what_is_wrong(
    client: Client, body: bytes, status: int, code: str, fields: list[str]
) -> None:
    answer = client.post("/ner", content=body, headers={"content-type": "application/json"})
    error = answer.json()["error"]
    assert (answer.status_code, error["code"], error["fields"]) == (status, code, fields)
    assert len(error["message"].splitlines()) == 1


BAD_BATCH = [
    ({}, 422, "invalid_request", ["texts"]),
    ({"texts": "Анна"}, 422, "invalid_request", ["texts"]),
    ({"texts": ["а", 1]}, 422, "invalid_request", ["texts.1"]),
    ({"texts": [None]}, 422, "invalid_request", ["texts.0"]),
    ({"texts": ["а"] * 4}, 413, "too_many_texts", ["texts"]),
    ({"texts": ["а", "а" * 101]}, 413, "text_too_long", ["texts.1"]),
    ({"texts": ["а"], "text": "а"}, 422, "invalid_request", ["text"]),
    ({"texts": ["а"], "tagger": "no-such"}, 404, "unknown_tagger", ["tagger"]),
    ({"texts": [], "tagger": "no-such"}, 404, "unknown_tagger", ["tagger"]),
    ({"texts": ["а"], "labels": ["XXX"]}, 422, "unknown_label", ["labels"]),
]


@pytest.mark.parametrize(("body", "status", "code", "fields"), BAD_BATCH)
def test_a_bad_batch_is_told_what_is_wrong(
    client: Client, body: Any, status: int, code: str, fields: list[str]
) -> None:
    answer = client.post("/ner/batch", json=body)
    error = answer.json()["error"]
    assert (answer.status_code, error["code"], error["fields"]) == (status, code, fields)


@pytest.mark.parametrize("route", ["/ner", "/ner/batch"])
@pytest.mark.parametrize(
    ("kind", "code"),
    [
        (None, "unsupported_media_type"),
        ("text/html", "unsupported_media_type"),
        ("multipart/form-data; boundary=x", "unsupported_media_type"),
        ("application/json; charset=cp1251", "unsupported_charset"),
    ],
)
def test_a_wrong_content_type_is_415(
    client: Client, route: str, kind: str | None, code: str
) -> None:
    headers = {"content-type": kind} if kind else {}
    answer = client.post(route, content=b"{}", headers=headers)
    assert (answer.status_code, answer.json()["error"]["code"]) == (415, code)


def test_charset_and_case_of_the_content_type_do_not_matter(client: Client) -> None:
    for kind in ('Application/JSON; charset="UTF-8"', "application/json;charset=utf8"):
        answer = client.post("/ner", content=b'{"text": ""}', headers={"content-type": kind})
        assert answer.status_code == 200


def test_an_unknown_tagger_is_told_the_known_ones(client: Client) -> None:
    answer = client.post("/ner", json={"text": "а", "tagger": "no-such"})
    assert answer.json()["error"]["message"] == "unknown tagger; known are natasha, spacy"


@pytest.mark.parametrize(
    ("query", "status", "fields"),
    [
        ("more=1", 422, ["more"]),
        ("text=a", 422, ["text"]),
        ("offsets=x", 422, ["offsets"]),
        ("tagger=x", 404, ["tagger"]),
        ("labels=XXX", 422, ["labels"]),
        ("%ff=%ff", 422, ["\ufffd"]),
    ],
)
def test_a_bad_query_is_told_what_is_wrong(
    client: Client, query: str, status: int, fields: list[str]
) -> None:
    answer = client.post(f"/ner?{query}", content=b"x", headers=PLAIN)
    assert (answer.status_code, answer.json()["error"]["fields"]) == (status, fields)
    answer = client.post(f"/ner/batch?{query}", content=b"x", headers=NDJSON)
    if query != "text=a":
        assert (answer.status_code, answer.json()["error"]["fields"]) == (status, fields)


@pytest.mark.parametrize("route", ["/ner", "/ner/batch"])
def test_options_of_a_json_body_do_not_belong_in_the_query(client: Client, route: str) -> None:
    answer = client.post(f"{route}?tagger=spacy", json={"text": "а"})
    assert (answer.status_code, answer.json()["error"]["fields"]) == (422, ["tagger"])


def test_plain_text_must_be_utf8(client: Client) -> None:
    answer = client.post("/ner", content="Анна".encode("cp1251"), headers=PLAIN)
    error = answer.json()["error"]
    assert (answer.status_code, error["code"]) == (422, "invalid_encoding")
    assert error["message"] == "the body is not UTF-8 at byte 0"


def test_the_longest_allowed_text_passes(client: Client) -> None:
    assert client.post("/ner", json={"text": "a" * 100}).status_code == 200
    assert client.post("/ner/batch", json={"texts": ["a" * 100] * 3}).status_code == 200
    assert client.post("/ner", content="😀" * 100, headers=PLAIN).status_code == 200


@pytest.mark.parametrize("body", [body for body, *_ in BAD_BATCH] + [{"text": SECRET, SECRET: 1}])
def test_errors_never_echo_the_text(client: Client, body: Any) -> None:
    hidden = {"text": SECRET, "tagger": SECRET, "labels": [SECRET], "offsets": SECRET} | body
    answer = client.post("/ner", json={"tagger": SECRET, "text": SECRET, "offsets": SECRET})
    assert SECRET not in answer.text
    hidden.pop(SECRET, None)
    assert SECRET not in client.post("/ner/batch", json=hidden).text


def test_an_unknown_field_is_named_but_shortened(client: Client) -> None:
    answer = client.post("/ner", json={"text": "", "f" * 500: 1})
    (field,) = answer.json()["error"]["fields"]
    assert field == "f" * 63 + "…"
    assert len(answer.text) < 400


@pytest.mark.parametrize(
    ("method", "path", "status"),
    [
        ("GET", "/ner", 405),
        ("PUT", "/ner/batch", 405),
        ("POST", "/taggers", 405),
        ("GET", "/no-such", 404),
        ("POST", "/ner/", 404),
    ],
)
def test_other_routes_and_methods_have_the_same_form_of_error(
    client: Client, method: str, path: str, status: int
) -> None:
    answer = client.request(method, path)
    assert answer.status_code == status
    assert answer.json()["error"]["code"] == "http_error"


def test_taggers_say_what_they_are(client: Client) -> None:
    one, two = client.get("/taggers").json()
    assert one == {
        "name": "natasha",
        "default": True,
        "loaded": True,
        "error": None,
        "version": "1",
        "languages": ["ru"],
        "labels": ["PER", "LOC", "ORG"],
        "score_kind": "raw",
        "hash": "abc",
        "conventions": [],
        "computed_by": "",
        "open_labels": False,
    }
    assert (two["name"], two["default"]) == ("spacy", False)


def test_the_process_is_live(client: Client) -> None:
    assert client.get("/health/live").json() == {"status": "live"}
    assert client.get("/health/ready").json() == {"status": "ready"}


@pytest.mark.parametrize("path", ["/", "/taggers", "/health/live", "/health/ready", "/metrics"])
def test_heads_are_answered_as_monitors_ask_for_them(client: Client, path: str) -> None:
    assert client.request("HEAD", path).status_code == 200
    assert "head" not in client.get("/openapi.json").json()["paths"].get(path, {})


json_values = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(), inner, max_size=3),
    max_leaves=8,
)
keys = st.sampled_from(["text", "texts", "tagger", "labels", "offsets", "id"]) | st.text()


@given(st.dictionaries(keys, json_values, max_size=5), st.sampled_from(["/ner", "/ner/batch"]))
def test_no_json_makes_a_server_error(client: Client, body: Any, route: str) -> None:
    content = json.dumps(body).encode()
    answer = client.post(route, content=content, headers={"content-type": "application/json"})
    assert answer.status_code in (200, 404, 413, 422)


@given(
    st.binary(max_size=60) | st.text(max_size=60).map(lambda s: s.encode(errors="surrogatepass")),
    st.sampled_from(["/ner", "/ner/batch"]),
    st.sampled_from(["application/json", "text/plain", "application/x-ndjson", "a/b", ";", ""]),
    st.dictionaries(keys, st.text(), max_size=2),
)
def test_no_bytes_make_a_server_error(
    client: Client, body: bytes, route: str, kind: str, query: dict[str, str]
) -> None:
    query = {k: v.encode(errors="replace").decode() for k, v in query.items()}
    answer = client.post(route, content=body, headers={"content-type": kind}, params=query)
    assert answer.status_code in (200, 404, 413, 415, 422)


def test_an_answer_of_many_entities_is_the_same_by_every_way() -> None:
    with serving() as client:
        text = "Анна и Пётр. " * 1_000
        whole = client.post("/ner", json={"text": text})
        entities = whole.json()["entities"]
        assert len(entities) == 2_000
        assert whole.headers["content-length"] == str(len(whole.content))
        assert all(text[e["start"] : e["end"]] == e["text"] for e in entities)
        many = client.post("/ner/batch", json={"texts": ["Анна", text]}).json()["results"]
        assert many[1]["entities"] == entities
        kind = {"content-type": "application/x-ndjson"}
        line = client.post("/ner/batch", content=json.dumps({"text": text, "id": 7}), headers=kind)
        assert line.json() == {"text": text} | whole.json() | {"id": 7}
