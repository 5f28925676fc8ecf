"""The clients, against a real server."""

import asyncio
import json
import socketserver
import subprocess
import sys
import threading
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from typing import Any

import httpx
import pytest
import uvicorn

from ner_service.client import (
    AsyncClient,
    Client,
    Entities,
    Found,
    Options,
    Parts,
    ServiceError,
    Unreachable,
    answers,
)
from ner_service.client.answers import LONGEST_PAUSE_S, WINDOW_CHARS, pause
from ner_service.errors import install_command
from ner_service.service.api.auth import hash_key
from ner_service.types import Entity
from tests.serving import Fragile, Gated, listening, url_of

ANNA = Found(2, 6, "LOC", "Анна", 0.5)


@pytest.fixture(scope="module")
def server() -> Iterator[uvicorn.Server]:
    with listening(lambda spec: Fragile()) as server:
        yield server


def test_one_text_many_and_a_stream(server: uvicorn.Server) -> None:
    with Client(url_of(server)) as client:
        assert client.tag("а Анна") == [ANNA]
        one, two, three = client.tag_batch(["а Анна", "poison", ""])
        assert (one, three) == ([ANNA], [])
        assert isinstance(two, ServiceError)
        assert two.code == "tagger_failed"
        *found, bad = client.tag_stream(["а Анна"] * 300 + ["poison"])
        assert found == [[ANNA]] * 300
        assert isinstance(bad, ServiceError)
        assert client.taggers()[0]["name"] == "natasha"


def test_base_forms_parts_and_names_are_asked_for_by_client_or_call(server: uvicorn.Server) -> None:
    text = "Ивану Петрову. Петрова"
    with Client(url_of(server), normal=True) as client, Client(url_of(server)) as plain:
        found = client.tag(text)
        assert next(entity.normal for entity in found) == "Иван"
        assert {n for name in found.names for n in name.mentions} == {*range(len(found))}
        persons = [entity for entity in found if entity.label == "PER"]
        assert all(isinstance(entity.parts, Parts) for entity in persons)
        assert all(entity.parts is None for entity in found if entity.label != "PER")
        assert plain.tag(text, normal=True) == found
        assert plain.tag(text, normal=True).names == found.names
        assert plain.tag_batch([text, ""], normal=True) == [found, []]
        assert next(iter(plain.tag_stream([text, "poison"], normal=True))) == found
        bare = plain.tag(text)
        assert client.tag(text, normal=False) == bare
        assert bare.names == ()
        assert {(entity.normal, entity.parts) for entity in bare} == {(None, None)}

    async def test() -> None:
        async with AsyncClient(url_of(server), options=Options(normal=True)) as client:
            assert await client.tag(text) == found
            assert await client.tag(text, normal=False) == bare
            (one,) = await client.tag_batch([text])
            assert isinstance(one, Entities)
            assert one.names == found.names
            assert [answer async for answer in client.tag_stream([text])] == [found]

    asyncio.run(test())


@pytest.mark.parametrize("texts", ["а Анна", b"a", {"а": 1}, ["а", None]])
def test_what_is_no_list_of_texts_is_refused_before_it_is_sent(texts: Any) -> None:
    with Client("http://127.0.0.1:9", attempts=1) as client:
        for ask in (client.tag_batch, lambda some: list(client.tag_stream(some))):
            with pytest.raises(TypeError, match=r"^texts(\[1\])?: is \w+, and should be"):
                ask(texts)


def test_names_are_masked_and_brought_back(server: uvicorn.Server) -> None:
    text = "🙂 Анна. Ивану Петрову"
    with Client(url_of(server), options=Options(tagger="natasha", normal=True)) as client:
        masked = client.mask(text)
        assert (masked.tagger, masked.labels[:3]) == ("natasha", ("PER", "LOC", "ORG"))
        assert all(masked.text[e.start : e.end] == e.text for e in masked.entities)
        assert masked.entities
        assert "Петров" not in masked.text + repr(masked)
        assert client.unmask(masked.text, masked.key) == text
        assert client.unmask(masked.text, json.loads(json.dumps(masked.key))) == text
        own = client.mask(text, entities=[ANNA, Entity(8, 13, "PER")], style="surrogate", seed=3)
        assert (own.tagger, [e.label for e in own.entities]) == (None, ["LOC", "PER"])
        assert client.unmask(own.text, own.key) == text
        assert client.mask(text, labels=["PER"]).labels == ("PER",)
        with pytest.raises(ServiceError, match="text"):
            client.mask(f"и {text}", entities=[ANNA])
        with pytest.raises(ServiceError, match="key") as refusal:
            client.unmask("совсем другое <PER_7>", masked.key)
        assert refusal.value.code == "key_mismatch"

    async def test() -> None:
        async with AsyncClient(url_of(server)) as client:
            masked = await client.mask(text)
            assert await client.unmask(masked.text, masked.key, rewritten=True) == text

    asyncio.run(test())


def test_the_same_from_asyncio(server: uvicorn.Server) -> None:
    async def test() -> None:
        async with AsyncClient(url_of(server)) as client:
            assert await client.tag("а Анна") == [ANNA]
            assert await asyncio.gather(*(client.tag("а Анна") for _ in range(50))) == [[ANNA]] * 50
            one, two, _ = await client.tag_batch(["а Анна", "poison", ""])
            assert one == [ANNA]
            assert isinstance(two, ServiceError)
            assert [answer async for answer in client.tag_stream(["а Анна"] * 300)] == [
                [ANNA]
            ] * 300
            assert (await client.taggers())[0]["name"] == "natasha"

    asyncio.run(test())


def test_a_stream_is_answered_before_it_ends(server: uvicorn.Server) -> None:
    sent: list[int] = []

    def texts() -> Iterator[str]:
        while True:
            sent.append(1)
            yield "Анна " + "дом, " * 999

    with Client(url_of(server)) as client:
        answers = client.tag_stream(texts())
        assert next(answers) == [Found(0, 4, "LOC", "Анна", 0.5)]
        assert len(sent) == 2 * WINDOW_CHARS // 5000  # two full windows, and no text more
        answers.close()


def test_a_text_that_spoils_its_window_is_answered_alone() -> None:
    with listening(max_text_chars=10) as server:
        texts = ["а Анна", "x" * 11, "а Анна"]

        async def test() -> list[Any]:
            async with AsyncClient(url_of(server)) as client:
                return [answer async for answer in client.tag_stream(texts)]

        with Client(url_of(server)) as client:
            for found in (list(client.tag_stream(texts)), asyncio.run(test())):
                assert (found[0], found[2]) == ([ANNA], [ANNA])
                assert isinstance(found[1], ServiceError)
                assert found[1].code == "text_too_long"


def test_options_go_with_every_text(server: uvicorn.Server) -> None:
    options = Options(tagger="natasha", labels=("PER",), offsets="utf8")
    assert Options(convention="ne5").body(text="") == {
        "text": "",
        "offsets": "codepoint",
        "convention": "ne5",
    }
    with Client(url_of(server), options=options) as client:
        expected = [Found(9, 17, "PER", "Пётр", 0.5)]
        assert client.tag("Анна Пётр") == expected
        assert client.tag_batch(["Анна Пётр"]) == [expected]
        assert list(client.tag_stream(["Анна Пётр"])) == [expected]


@pytest.mark.parametrize("options", [Options(tagger="no-such"), Options(labels=("XXX",))])
def test_a_refusal_is_raised_with_its_code(server: uvicorn.Server, options: Options) -> None:
    with Client(url_of(server), options=options) as client:
        for ask in (
            client.tag,
            lambda text: client.tag_batch([text]),
            lambda text: next(client.tag_stream([text])),
        ):
            with pytest.raises(ServiceError) as refused:
                ask("Анна")
            assert refused.value.status in (404, 422)
            assert refused.value.fields


def test_a_key_is_sent() -> None:
    with listening(api_keys=f"a={hash_key('secret')}") as server:
        with Client(url_of(server), key="secret") as client:
            assert client.tag("а Анна") == [ANNA]
        with Client(url_of(server)) as client, pytest.raises(ServiceError, match="API key"):
            client.tag("а Анна")


def test_a_full_service_is_asked_again(monkeypatch: pytest.MonkeyPatch) -> None:
    tagger = Gated()
    pauses: list[float] = []
    with listening(lambda spec: tagger, queue_chars=20) as server:

        def sleep(seconds: float) -> None:
            pauses.append(seconds)
            tagger.gate.set()
            waiting.result(5)

        with ThreadPoolExecutor() as threads, Client(url_of(server)) as client:
            waiting = threads.submit(client.tag, "а Анна")
            while not tagger.batches:
                pass
            monkeypatch.setattr("time.sleep", sleep)
            assert client.tag("а Анна") == [ANNA]
    assert len(pauses) == 1
    assert 1 <= pauses[0] <= 1.25  # as `Retry-After` said


def test_nobody_there_is_told(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(answers, "FIRST_PAUSE_S", 0.001)
    told = pytest.raises(Unreachable, match=r"http://127\.0\.0\.1:9: no answer")
    with Client("http://127.0.0.1:9", attempts=3) as client, told:
        client.tag("Анна")


def response(status: int, **headers: str) -> httpx.Response:
    return httpx.Response(status, headers={k.replace("_", "-"): v for k, v in headers.items()})


@pytest.mark.parametrize(
    ("attempt", "answer", "least", "most"),
    [
        (0, httpx.ConnectError("no"), 0.1, 0.2),
        (3, httpx.ReadError("no"), 0.8, 1.6),
        (99, httpx.ReadTimeout("no"), LONGEST_PAUSE_S / 2, LONGEST_PAUSE_S),
        (0, response(503), 0.1, 0.2),
        (0, response(429, retry_after="3"), 3, 3.75),
        (0, response(429, retry_after="60"), 60, 75),
    ],
)
def test_pauses_grow_and_have_jitter(attempt: int, answer: Any, least: float, most: float) -> None:
    found = [pause(attempt, answer) for _ in range(50)]
    assert all(least <= (seconds or 0) <= most for seconds in found)
    assert len(set(found)) > 10


def test_what_comes_too_late_is_not_waited_for() -> None:
    assert pause(0, response(429, retry_after="61")) is None


STRANGE = [
    b"HTTP/1.1 200 OK\r\ncontent-type: text/html\r\ncontent-length: 6\r\n\r\n<html>",
    b"HTTP/1.1 204 No Content\r\n\r\n",
    b'HTTP/1.1 200 OK\r\ncontent-length: 14\r\n\r\n{"hello": "x"}',
    b"HTTP/1.1 200 OK\r\ncontent-length: 6\r\n\r\n[1, 2]",
    b"HTTP/1.1 502 Bad Gateway\r\ncontent-length: 2\r\n\r\nno",
]


@contextmanager
def stub(answer: bytes) -> Iterator[str]:
    """The address of a server that answers everything so."""

    class Handler(socketserver.StreamRequestHandler):
        def handle(self) -> None:
            while self.rfile.readline() != b"\r\n":
                pass
            self.wfile.write(answer.replace(b"\r\n", b"\r\nconnection: close\r\n", 1))

    with socketserver.ThreadingTCPServer(("127.0.0.1", 0), Handler) as server:
        threading.Thread(target=server.serve_forever, args=(0.01,)).start()
        yield f"http://127.0.0.1:{server.server_address[1]}"
        server.shutdown()


@pytest.mark.parametrize("answer", STRANGE)
def test_what_is_no_answer_of_the_service_is_told(answer: bytes) -> None:
    with stub(answer) as url, Client(url, attempts=1) as client:
        for ask in (client.tag, lambda text: client.tag_batch([text])):
            with pytest.raises(ServiceError, match="no answer of ner-service's") as told:
                ask("Анна")
            assert told.value.code == "http_error"


def test_an_answer_that_cannot_be_decoded_is_told() -> None:
    broken = b"HTTP/1.1 200 OK\r\ncontent-encoding: gzip\r\ncontent-length: 4\r\n\r\nzzzz"
    with stub(broken) as url, Client(url) as client, pytest.raises(Unreachable, match="no answer"):
        client.tag("Анна")


def test_what_can_never_be_sent_is_told_at_once(server: uvicorn.Server) -> None:
    with Client("localhost:8000") as client, pytest.raises(Unreachable, match="protocol"):
        client.tag("Анна")
    told = pytest.raises(Unreachable, match="the key is no value of a header")
    with Client(url_of(server), key="secret\n") as client, told as error:
        client.tag("Анна")
    assert "secret" not in str(error.value)


@pytest.mark.parametrize("kind", [Client, AsyncClient])
def test_what_no_client_can_be_made_of_is_told(
    kind: type[Client | AsyncClient], monkeypatch: pytest.MonkeyPatch
) -> None:
    with pytest.raises(Unreachable, match=r"^http://\[::1: .*port"):
        kind("http://[::1")
    with pytest.raises(Unreachable, match=r"^http://localhost:8000: the key is no value") as error:
        kind(key="ключ")
    assert "ключ" not in str(error.value)
    monkeypatch.setenv("ALL_PROXY", "carrier-pigeon://loft")
    with pytest.raises(Unreachable, match="Unknown scheme for proxy"):
        kind()


def test_a_text_without_utf8_is_its_own_error_alone(server: uvicorn.Server) -> None:
    texts = ["а Анна", "\ud800", "а Анна"]

    async def test() -> list[Any]:
        async with AsyncClient(url_of(server)) as client:
            return [answer async for answer in client.tag_stream(texts)]

    with Client(url_of(server)) as client:
        for one, two, three in (client.tag_stream(texts), asyncio.run(test())):
            assert (one, three) == ([ANNA], [ANNA])
            assert isinstance(two, ServiceError)
            assert two.code == "invalid_json"


@pytest.mark.parametrize("status", [200, 404, 413, 422, 500])
def test_what_will_not_change_is_not_asked_again(status: int) -> None:
    assert pause(0, response(status)) is None


def test_the_client_needs_its_extra_alone() -> None:
    code = (
        "import sys; sys.modules['httpx'] = None\n"
        "from ner_service.errors import MissingExtra\n"
        "try: import ner_service.client\n"
        "except MissingExtra as error: print(error)\n"
        "del sys.modules['httpx']; import ner_service.client\n"
        "print('fastapi' in sys.modules, 'numpy' in sys.modules)"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    told, light = done.stdout.splitlines()
    assert told.endswith(f"needs: {install_command('client')}")
    assert light == "False False"
