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
from dataclasses import dataclass
from tempfile import TemporaryFile
from typing import IO

from ner_service.types import ConfigError

from .findings import EMPTY, PLAIN
from .material import Prose
from .records import Http, Step
from .speed import Tick
from .worker import environment, on_core

READY_S = 120
ENOUGH = 20_000_000  # characters of texts that are enough for any step


@dataclass(frozen=True)
class Server:
    """Something that answers `POST /ner`."""

    name: str
    about: str
    arguments: tuple[str, ...]  # of python -m, the port to follow


def servers(specs: Sequence[str]) -> list[Server]:
    """The service with each tagger, between what it stands beside."""
    peer = f"{__package__}.peer"
    factory = ("uvicorn", "--factory", "--log-level", "warning")
    serve = ("ner_service", "serve", "--taggers")
    return [
        Server(EMPTY, "an endpoint that finds nothing", (*factory, f"{peer}:empty", "--port")),
        *(Server(spec, "ner-service", (*serve, f"one={spec}", "--port")) for spec in specs),
        Server(PLAIN, "FastAPI around natasha", (*factory, f"{peer}:plain", "--port")),
    ]


def measure(
    server: Server, prose: Prose, grid: Mapping[int, Sequence[int]], seconds: float, tick: Tick
) -> Http:
    """A server's steps: for each length of text, each number of users."""
    steps: list[Step] = []
    repeated = False
    with running(server) as (url, pid):
        for chars, users in grid.items():
            texts, again = prose.pieces(chars, min(prose.chars, ENOUGH) // chars or 1)
            repeated |= again or prose.ours
            plan = {"url": url, "pid": pid, "seconds": seconds, "users": users, "texts": texts}
            for n, found in enumerate(_load(plan)):
                tick(f"http {server.name}, {chars} characters, {users[n]} users")
                steps.append(Step(chars=chars, **found))
    return Http(server=server.name, about=server.about, repeated=repeated, steps=steps)


def _load(plan: Mapping[str, object]) -> Iterator[dict[str, float]]:
    """What the load generator says, a step at a time."""
    with subprocess.Popen(
        [sys.executable, "-m", f"{__package__}.load"],
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
def running(server: Server) -> Iterator[tuple[str, int]]:
    """The server's address and process id, once it answers."""
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    with TemporaryFile() as log:
        process = subprocess.Popen(
            [sys.executable, "-m", *server.arguments, str(port)],
            env=_without_settings(environment()),
            preexec_fn=on_core(0),
            stdout=log,
            stderr=log,
        )
        try:
            _await(f"http://127.0.0.1:{port}", process, log)
            yield f"http://127.0.0.1:{port}", process.pid
        finally:
            process.terminate()
            process.wait()


def _without_settings(variables: Mapping[str, str]) -> dict[str, str]:
    """Servers are measured as they are by default, whatever is set here."""
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
