"""A really running server under a load that grows, and what it costs a request."""

import json
import socket
import subprocess
import sys
import time
import urllib.error
import urllib.request
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from tempfile import TemporaryFile
from typing import IO

from ner_service.benchmark.comparison import EMPTY, INSTANT, PLAIN
from ner_service.benchmark.parts.speed import Tick
from ner_service.benchmark.processes.timed_tagger import environment, on_core
from ner_service.benchmark.results import Http, Step
from ner_service.benchmark.texts import Prose
from ner_service.errors import ConfigError

READY_S = 120
ENOUGH = 20_000_000  # characters of texts that are enough for any step


@dataclass(frozen=True)
class Server:
    """Something that answers `POST /ner`."""

    name: str
    about: str
    arguments: tuple[str, ...]  # of python -m, the port to follow
    settings: Mapping[str, str] = field(default_factory=dict)  # of the service, beside the default

    @classmethod
    def ours(cls, spec: str, **settings: str) -> "Server":
        """The service with one tagger."""
        serve = ("ner_service", "serve", "--taggers", f"one={spec}", "--port")
        return cls(spec, "ner-service", serve, settings)

    @classmethod
    def peer(cls, name: str, about: str) -> "Server":
        """What the service stands beside."""
        return cls(name, about, ("ner_service.benchmark.processes.baselines", name))


@dataclass(frozen=True)
class Running:
    """A server that answers."""

    url: str
    pid: int

    def step(self, users: int) -> dict[str, object]:
        """A load on it, as the load generator is told of it."""
        return {"url": self.url, "pid": self.pid, "users": users}


def servers(specs: Sequence[str]) -> list[Server]:
    """The service with each tagger, between what it stands beside."""
    instant = ("ner_service.benchmark.processes.instant_service",)
    return [
        Server.peer(EMPTY, "an endpoint that finds nothing"),
        Server(INSTANT, "ner-service, a tagger that answers at once", instant),
        *map(Server.ours, specs),
        Server.peer(PLAIN, "FastAPI around natasha"),
    ]


def measure(
    server: Server, prose: Prose, grid: Mapping[int, Sequence[int]], seconds: float, tick: Tick
) -> Http:
    """A server's steps: for each length of text, each number of users."""
    steps: list[Step] = []
    repeated = False
    with running(server) as there:
        for chars, users in grid.items():
            texts, again = prose.pieces(chars, min(prose.chars, ENOUGH) // chars or 1)
            repeated |= again or prose.ours
            for n, found in enumerate(load(texts, seconds, [*map(there.step, users)])):
                tick(f"http {server.name}, {chars} characters, {users[n]} users")
                steps.append(Step(chars=chars, **found))
    return Http(server=server.name, about=server.about, repeated=repeated, steps=steps)


def load(
    texts: Sequence[str], seconds: float, steps: Sequence[Mapping[str, object]]
) -> Iterator[dict[str, float]]:
    """What the load generator says, a step at a time."""
    plan = {"seconds": seconds, "texts": texts, "steps": steps}
    with subprocess.Popen(
        [sys.executable, "-m", "ner_service.benchmark.processes.load_generator"],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        env=environment(),
        preexec_fn=on_core(1),
    ) as process:
        assert process.stdin
        assert process.stdout
        with suppress(BrokenPipeError):  # it has ended; its exit code says so below
            process.stdin.write(json.dumps(plan).encode() + b"\n")
            process.stdin.close()
        yield from map(json.loads, process.stdout)
    if process.returncode:
        raise ConfigError(f"the load generator ended with code {process.returncode}; see above")


@contextmanager
def running(server: Server) -> Iterator[Running]:
    """Starts a server, and stops it with the block."""
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    with TemporaryFile() as log:
        process = subprocess.Popen(
            [sys.executable, "-m", *server.arguments, str(port)],
            env={**_without_settings(environment()), **server.settings},
            preexec_fn=on_core(0),
            stdout=log,
            stderr=log,
        )
        try:
            _await(f"http://127.0.0.1:{port}", process, log)
            yield Running(f"http://127.0.0.1:{port}", process.pid)
        finally:
            process.terminate()
            process.wait()


def _without_settings(variables: Mapping[str, str]) -> dict[str, str]:
    """Servers are measured as they are by default, whatever is set in this environment."""
    return {name: value for name, value in variables.items() if not name.startswith("NER_")}


def _await(url: str, process: subprocess.Popen[bytes], log: IO[bytes]) -> None:
    body = json.dumps({"text": "Орёл"}).encode()
    until = time.monotonic() + READY_S
    while time.monotonic() < until:
        request = urllib.request.Request(f"{url}/ner", body, {"Content-Type": "application/json"})
        try:
            with urllib.request.urlopen(request, timeout=5):
                return
        except (urllib.error.URLError, TimeoutError, ConnectionError):
            if process.poll() is not None:
                log.seek(0)
                said = log.read().decode(errors="replace").strip()
                raise ConfigError(f"a server did not start: {said[-500:]}") from None
            time.sleep(0.1)
    raise ConfigError(f"a server did not answer within {READY_S} s")
