"""Mutated bodies get an answer of a documented form on every route that takes one."""

import json
from collections.abc import Iterator
from pathlib import Path

import pytest
from fastapi.routing import APIRoute
from hypothesis import strategies as st

from ner_service.service.api.auth import hash_key, new_key
from tests.fuzz.mutation import fuzz, seeds
from tests.serving import Client, serving

SECRET = "СЕКРЕТ-4510"
ADMIN = new_key()
SEEDS = [path.read_bytes() for path in seeds("bodies")]
ROUTES = [
    ("/ner", "application/json"),
    ("/ner", "text/plain"),
    ("/ner/batch", "application/json"),
    ("/ner/batch", "application/x-ndjson"),
    *((path, "application/json") for path in (
        "/explain", "/mask", "/unmask", "/web/conll", "/web/export",
        "/label-studio/predict", "/label-studio/setup", "/label-studio/webhook",
        "/presidio/analyze", "/presidio/anonymize", "/presidio/deanonymize",
    )),
]  # fmt: skip


@pytest.fixture(scope="module")
def client(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Client]:
    folder = str(tmp_path_factory.mktemp("studio"))
    admins = f"studio={hash_key(ADMIN)}"
    with serving(max_body_bytes=100_000, admin_keys=admins, label_studio_folder=folder) as client:
        yield client


def check(client: Client, body: bytes, route: tuple[str, str], gzip: bool = False) -> None:
    path, kind = route
    headers = {"content-type": kind, "x-api-key": ADMIN} | (
        {"content-encoding": "gzip"} if gzip else {}
    )
    answer = client.post(path, content=body, headers=headers)  # holds its form to the document
    assert answer.status_code in (200, 400, 413, 415, 422, 429), answer.text
    if answer.status_code >= 400:
        error = answer.json()["error"]
        if path.startswith("/presidio/"):  # in Presidio's form
            error = {"code": "", "message": error, "fields": []}
        assert set(error) == {"code", "message", "fields"}
        assert "\n" not in error["message"]
        assert SECRET not in answer.text


@pytest.mark.parametrize("path", seeds("bodies"), ids=lambda path: path.name)
def test_each_body_of_the_corpus_is_answered_by_every_route(client: Client, path: Path) -> None:
    for route in ROUTES:
        check(client, path.read_bytes(), route)


def test_every_route_that_takes_a_body_is_here(client: Client) -> None:
    """A route that this list lacks would not be fuzzed."""
    taking = {
        route.path
        for route in client.app.routes
        if isinstance(route, APIRoute) and "POST" in route.methods
    }
    assert taking - {path for path, _ in ROUTES} == {"/taggers/reload"}


def with_secret(body: bytes) -> bytes:
    """A body whose text is a secret, which no error may repeat."""
    return body.replace("Анна".encode(), SECRET.encode())


@pytest.mark.slow
@pytest.mark.timeout(1800)
def test_mutated_bodies_are_answered(client: Client) -> None:
    def answered(body: bytes, route: tuple[str, str], gzip: bool) -> None:
        check(client, body, route, gzip)

    inputs = [*map(with_secret, SEEDS)]
    fuzz(inputs, 6_000, st.sampled_from(ROUTES), st.sampled_from([False] * 9 + [True]))(answered)()


def test_the_secret_of_these_tests_stands_in_their_bodies() -> None:
    assert any(SECRET.encode() in with_secret(body) for body in SEEDS)
    assert json.loads(SEEDS[[p.name for p in seeds("bodies")].index("ner.json")])["text"]
