"""API keys, their rates, and who may ask from a browser."""

import re
from base64 import b64encode
from functools import partial

import pytest
from fastapi.routing import APIRoute

import ner_service.cli  # noqa: F401  (registers the commands)
from ner_service.cli.app import app, run_command
from ner_service.errors import ConfigError
from ner_service.service import web
from ner_service.service.api.auth import Bucket, hash_key, new_key
from ner_service.service.api.routes import Route
from ner_service.service.settings import parse_keys, read_settings
from tests.serving import serving

KEY = new_key()
TEXT = {"text": "Анна"}


def test_a_known_key_is_needed_where_keys_are_set() -> None:
    other = new_key()
    keys = f"one={hash_key(KEY)}, two={hash_key(other)}"
    with serving(api_keys=keys) as client:
        for headers in (
            {"authorization": f"Bearer {KEY}"},
            {"Authorization": f"bearer {other}"},
            {"x-api-key": KEY},
            {"authorization": f"Basic {b64encode(f'any:{KEY}'.encode()).decode()}"},
        ):
            assert client.post("/ner", json=TEXT, headers=headers).status_code == 200
        for headers in (
            {},
            {"authorization": KEY},
            {"x-api-key": hash_key(KEY)},
            {"x-api-key": ""},
            {"authorization": f"Basic {KEY}"},
            {"authorization": f"Basic {b64encode(KEY.encode()).decode()}"},
        ):
            for path in ("/ner", "/ner/batch", "/taggers"):
                answer = client.post(path, json=TEXT, headers=headers)
                assert answer.status_code == 401
                assert answer.json()["error"]["code"] == "unauthorized"
                assert answer.headers["www-authenticate"] == "Bearer"
        for path in ("/health/live", "/health/ready", "/metrics", "/", "/docs", "/openapi.json"):
            assert client.get(path).status_code == 200


def test_a_route_needs_a_key_unless_it_is_declared_open(monkeypatch: pytest.MonkeyPatch) -> None:
    async def answer() -> dict[str, str]:
        return {"answer": "yes"}

    added = [Route("GET", "/dummy/{name}", answer), Route("GET", "/open/{name}", answer, open=True)]
    routes = web.routes
    monkeypatch.setattr(web, "routes", lambda *arguments: [*routes(*arguments), *added])
    with serving(api_keys=f"one={hash_key(KEY)}") as client:
        client.app.add_api_route("/added-to-the-framework", answer)
        for path in ("/dummy/a", "/added-to-the-framework", "/web/conll", "/no-such", "/openapi"):
            assert client.get(path).status_code == 401
        for path in ("/dummy/a", "/added-to-the-framework"):
            assert client.get(path, headers={"x-api-key": KEY}).json() == {"answer": "yes"}
        assert client.get("/no-such", headers={"x-api-key": KEY}).status_code == 404
        assert client.get("/open/a").json() == {"answer": "yes"}


def test_open_routes_are_those_of_the_page_and_of_monitors() -> None:
    with serving(api_keys=f"one={hash_key(KEY)}") as client:
        paths = {route.path for route in client.app.routes if isinstance(route, APIRoute)}
        asked = {path: client.get(path.replace("{name:path}", "app.js")) for path in paths}
    assert {path for path, answer in asked.items() if answer.status_code == 401} == {
        "/explain",
        "/label-studio/predict",
        "/label-studio/setup",
        "/label-studio/webhook",
        "/mask",
        "/ner",
        "/ner/batch",
        "/presidio/analyze",
        "/presidio/anonymize",
        "/presidio/anonymizers",
        "/presidio/deanonymize",
        "/presidio/deanonymizers",
        "/presidio/recognizers",
        "/presidio/supportedentities",
        "/taggers",
        "/unmask",
        "/web/conll",
        "/web/export",
        "/web/net.bin",
    }
    assert {answer.status_code for answer in asked.values()} == {200, 401}


def test_a_key_that_asks_too_often_is_told_when_to_come_again() -> None:
    with serving(api_keys=f"one={hash_key(KEY)}", key_rate=0.5) as client:
        headers = {"x-api-key": KEY}
        assert client.post("/ner", json=TEXT, headers=headers).status_code == 200
        answer = client.post("/ner", json=TEXT, headers=headers)
        assert (answer.status_code, answer.json()["error"]["code"]) == (429, "rate_limited")
        assert answer.headers["retry-after"] == "2"


def test_a_bucket_fills_at_its_rate(monkeypatch: pytest.MonkeyPatch) -> None:
    now = 0.0
    monkeypatch.setattr("time.monotonic", lambda: now)
    bucket = Bucket(4, 4, now)
    assert [bucket.take() for _ in range(5)] == [0, 0, 0, 0, 0.25]
    now = 0.5
    assert [bucket.take() for _ in range(3)] == [0, 0, 0.25]
    now = 100
    assert [bucket.take() for _ in range(5)] == [0, 0, 0, 0, 0.25]


@pytest.mark.parametrize("value", ["name", "name=", f"={'a' * 64}", "name=abc", f"n={'A' * 64}"])
def test_a_malformed_key_is_told_without_showing_it(
    monkeypatch: pytest.MonkeyPatch, value: str
) -> None:
    monkeypatch.setenv("NER_API_KEYS", value)
    with pytest.raises(ConfigError, match=re.escape("NER_API_KEYS: expected NAME=HASH")) as told:
        read_settings()
    assert "got" not in str(told.value)


def test_a_key_stands_for_one_name() -> None:
    assert parse_keys(f"a={hash_key('x')},b={hash_key('y')}") == {
        hash_key("x"): "a",
        hash_key("y"): "b",
    }
    with pytest.raises(ValueError, match="twice"):
        parse_keys(f"a={hash_key('x')},b={hash_key('x')}")


PREFLIGHT = {"origin": "https://example.org", "access-control-request-method": "POST"}


def test_other_origins_are_not_let_in_unless_named() -> None:
    with serving() as client:
        answer = client.post("/ner", json=TEXT, headers={"origin": "https://example.org"})
        assert "access-control-allow-origin" not in answer.headers
        assert client.request("OPTIONS", "/ner", headers=PREFLIGHT).status_code == 405
    with serving(
        cors_origins="https://example.org, https://b.org", api_keys=f"a={hash_key(KEY)}"
    ) as client:
        answer = client.request("OPTIONS", "/ner", headers=PREFLIGHT)
        assert answer.headers["access-control-allow-origin"] == "https://example.org"
        other = client.request("OPTIONS", "/ner", headers=PREFLIGHT | {"origin": "https://c.org"})
        assert "access-control-allow-origin" not in other.headers


def test_the_page_of_the_api_can_be_switched_off() -> None:
    with serving(docs=False, metrics=False) as client:
        for path in ("/docs", "/openapi.json", "/metrics"):
            assert client.get(path).status_code == 404


def test_the_command_line_makes_a_key_that_the_settings_take(
    capsys: pytest.CaptureFixture[str],
) -> None:
    assert run_command(partial(app, ["key", "alice"])) == 0
    key, line = (line.split()[-1] for line in capsys.readouterr().out.splitlines())
    assert parse_keys(line) == {hash_key(key): "alice"}
    assert run_command(partial(app, ["key", "a,b"])) == 2
    assert len(capsys.readouterr().err.splitlines()) == 1
