"""Taggers of a few lines, and applications around them, for the tests of the service."""

import asyncio
import json
import os
import re
import socket
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import Any

import httpx
import uvicorn
from anyio.from_thread import BlockingPortal, start_blocking_portal
from fastapi import FastAPI
from pydantic import TypeAdapter

from ner_service.service.api.explanation import ExplainResponse
from ner_service.service.api.masking import MaskResponse, UnmaskResponse
from ner_service.service.api.schemas import (
    BatchResponse,
    ErrorResponse,
    LineResponse,
    TaggerOut,
    TextResponse,
)
from ner_service.service.app import create_app
from ner_service.service.queue.loading import PROBE
from ner_service.service.server.single import uvicorn_options
from ner_service.service.settings import Settings
from ner_service.types import Entity, Tagger, TaggerInfo

WORD = re.compile(r"[А-ЯЁA-Z]\w*")


class Capitals:
    """Calls every word with a capital a person, or a place where it ends with `а`."""

    info = TaggerInfo("capitals", "1", ("ru",), ("PER", "LOC", "ORG"), "raw", "abc")

    def tag(self, texts: Sequence[str]) -> list[list[Entity]]:
        return [[*map(entity, WORD.finditer(text))] for text in texts]


def entity(match: re.Match[str]) -> Entity:
    return Entity(match.start(), match.end(), "LOC" if match[0][-1] == "а" else "PER", 0.5)


def load_capitals(spec: str) -> Tagger:
    return Capitals()


class Client:
    """Asks an application in this process, whose event loop runs in another thread."""

    def __init__(self, app: FastAPI, portal: BlockingPortal) -> None:
        self.app, self.portal = app, portal
        transport = httpx.ASGITransport(app, raise_app_exceptions=False)
        self.http = httpx.AsyncClient(transport=transport, base_url="http://test", timeout=60)

    def request(self, method: str, url: str, **options: Any) -> httpx.Response:
        answer = self.portal.call(partial(self.http.request, method, url, **options))
        check_form(method, url, answer)
        return answer

    def get(self, url: str, **options: Any) -> httpx.Response:
        return self.request("GET", url, **options)

    def post(self, url: str, **options: Any) -> httpx.Response:
        return self.request("POST", url, **options)

    def until_ready(self) -> None:
        until(lambda: self.get("/health/ready").status_code == 200)


FORMS: dict[str, TypeAdapter[Any]] = {
    "POST /ner": TypeAdapter(TextResponse),
    "POST /ner/batch": TypeAdapter(BatchResponse),
    "POST /explain": TypeAdapter(ExplainResponse),
    "POST /mask": TypeAdapter(MaskResponse),
    "POST /unmask": TypeAdapter(UnmaskResponse),
    "GET /taggers": TypeAdapter(list[TaggerOut]),
}


def check_form(method: str, url: str, answer: httpx.Response) -> None:
    """Holds every answer to the model that the OpenAPI document shows, no key more or less."""
    form = FORMS.get(f"{method} {url.partition('?')[0]}")
    lines = [answer.content]
    if answer.headers.get("content-type") == "application/x-ndjson":
        form, lines = TypeAdapter(LineResponse), answer.content.splitlines()
    elif answer.status_code >= 400 and not url.startswith("/presidio/"):
        form = TypeAdapter(ErrorResponse)
    if form is None or method in ("HEAD", "OPTIONS"):  # CORS answers in a form of its own
        return
    for line in lines:
        model = form.validate_json(line, strict=True)
        dumped = form.dump_python(model, mode="json", exclude_unset=True)
        assert dumped == json.loads(line)


@contextmanager
def starting(load: Callable[[str], Tagger] = load_capitals, **settings: Any) -> Iterator[Client]:
    """A client of an application that has just been started."""
    patient = {"timeout_s": 600, "client_timeout_s": 600}  # no busy machine takes as long
    settings = {"taggers": "natasha,spacy", "default_tagger": "natasha"} | patient | settings
    chosen = Settings(**{name: value for name, value in settings.items() if value is not None})
    app = create_app(chosen, load)
    with (
        start_blocking_portal() as portal,
        portal.wrap_async_context_manager(app.router.lifespan_context(app)),
    ):
        yield Client(app, portal)


@contextmanager
def serving(load: Callable[[str], Tagger] = load_capitals, **settings: Any) -> Iterator[Client]:
    """A client of an application that is ready to answer."""
    with starting(load, **settings) as client:
        client.until_ready()
        yield client


class PromptServer(uvicorn.Server):
    """Stops as soon as it is told to; uvicorn's own looks ten times a second."""

    async def main_loop(self) -> None:
        ticks = 0
        while not await self.on_tick(ticks):
            ticks += 1
            await asyncio.sleep(0.005)


@contextmanager
def listening(
    load: Callable[[str], Tagger] = load_capitals, **settings: Any
) -> Iterator[uvicorn.Server]:
    """A real server in another thread, on a port of its own choice, ready to answer."""
    chosen = Settings(**{"taggers": "natasha", "log_format": "text"} | settings)
    config = uvicorn.Config(create_app(chosen, load), port=0, **uvicorn_options(chosen))
    server = PromptServer(config)
    thread = threading.Thread(target=server.run)
    thread.start()
    try:
        with httpx.Client(base_url=url_of(server)) as client:
            until(lambda: client.get("/health/ready").status_code == 200)
        yield server
    finally:
        server.should_exit = True
        thread.join()


def url_of(server: uvicorn.Server) -> str:
    """Where a server listens, once it does."""
    until(lambda: server.started)
    host, port = server.servers[0].sockets[0].getsockname()
    return f"http://{host}:{port}"


def ignore(pieces: int, seconds: float) -> None:
    """Observes no batch."""


class Gated(Capitals):
    """Waits before each batch until its gate is opened, and remembers the batches."""

    def __init__(self) -> None:
        self.gate = threading.Event()
        self.batches: list[list[str]] = []

    def tag(self, texts: Sequence[str]) -> list[list[Entity]]:
        if list(texts) != [PROBE]:
            self.batches.append(list(texts))
            assert self.gate.wait(30)
        return super().tag(texts)


class Fragile(Capitals):
    """Raises on a text with `poison` in it, and dies of one with `death` in it."""

    def tag(self, texts: Sequence[str]) -> list[list[Entity]]:
        if any("poison" in text for text in texts):
            raise ValueError(f"cannot tag {texts}")
        if any("death" in text for text in texts):
            raise SystemExit("fatal")
        return super().tag(texts)


def until(true: Callable[[], object], pause_s: float = 0.005, most_s: float = 60) -> None:
    """Waits for a state that can only be observed from outside.

    It looks so many times, and not until a time of day: a busy machine has longer.
    """
    for _ in range(round(most_s / pause_s)):
        if true():
            return
        time.sleep(pause_s)
    raise AssertionError("it never came true")


async def settle() -> None:
    """Lets everything happen in this event loop that waits for nothing outside."""
    for _ in range(100):
        await asyncio.sleep(0)


@dataclass
class Running:
    """A service in a process of its own, as an operator starts it."""

    url: str
    process: subprocess.Popen[bytes]

    @property
    def workers(self) -> list[int]:
        """The processes that it has started."""
        folder = Path(f"/proc/{self.process.pid}/task")
        return [
            int(pid) for task in folder.iterdir() for pid in (task / "children").read_text().split()
        ]


def memory_of(pid: int, kind: str = "VmRSS") -> int:
    """Bytes that a process holds; `VmHWM` is their peak."""
    status = Path(f"/proc/{pid}/status").read_text()
    (kilobytes,) = re.findall(rf"{kind}:\s+(\d+) kB", status)
    return int(kilobytes) * 1024


@contextmanager
def running(*options: str, output: Any = subprocess.DEVNULL, **settings: Any) -> Iterator[Running]:
    """`ner-service serve` on a free port, once it is ready."""
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    variables = {f"NER_{name.upper()}": str(value) for name, value in settings.items()}
    process = subprocess.Popen(
        [sys.executable, "-m", "ner_service", "serve", "--port", str(port), *options],
        env={**os.environ, "NER_TAGGERS": "natasha", "OMP_NUM_THREADS": "1", **variables},
        stdout=output,
        stderr=output,
    )
    service = Running(f"http://127.0.0.1:{port}", process)
    try:
        until_ready(service)
        yield service
    finally:
        process.terminate()
        try:
            process.wait(600)
        finally:
            process.kill()


def until_ready(service: Running) -> None:
    """Waits for the service; fails where it has stopped or takes minutes."""

    def ready() -> bool:
        assert service.process.poll() is None, "the service has stopped"
        with suppress(httpx.TransportError):
            return httpx.get(service.url + "/health/ready").status_code == 200
        return False

    until(ready, pause_s=0.1, most_s=120)
