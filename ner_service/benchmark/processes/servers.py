"""Servers are started on one core, and put under load from another."""

import json
import socket
import subprocess
import time
import urllib.error
import urllib.request
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from dataclasses import asdict, dataclass, field
from tempfile import TemporaryFile
from typing import IO

from ner_service.benchmark.processes.timed_tagger import spawn
from ner_service.errors import ConfigError

EMPTY, INSTANT, PLAIN = "empty", "instant", "plain"  # servers to compare those of taggers with
READY_S = 120  # until a server must answer, models loaded and kernels compiled
PROBE = json.dumps({"text": "Орёл"}).encode()


@dataclass(frozen=True)
class Server:
    """A server answers `POST /ner`; `arguments` are those of `python -m`, before the port."""

    name: str
    about: str
    arguments: tuple[str, ...]
    settings: Mapping[str, str] = field(default_factory=dict)  # NER_ variables of the service

    @classmethod
    def of_tagger(cls, spec: str, **settings: str) -> "Server":
        """Returns the service with one tagger."""
        serve = ("ner_service", "serve", "--taggers", f"one={spec}", "--port")
        return cls(spec, "ner-service", serve, settings)

    @classmethod
    def baseline(cls, name: str, about: str) -> "Server":
        """Returns a server that the service is compared with."""
        return cls(name, about, ("ner_service.benchmark.processes.baselines", name))


@dataclass(frozen=True)
class RunningServer:
    """A running server answers at `url` from the process `pid`."""

    url: str
    pid: int


def generate_load(
    texts: Sequence[str], seconds: float, loads: Iterable[tuple[RunningServer, int]]
) -> Iterator[dict[str, float]]:
    """Yields the load generator's figures for so many users on each server, one after another."""
    steps = [{**asdict(server), "users": users} for server, users in loads]
    plan = {"seconds": seconds, "texts": texts, "steps": steps}
    module, pipe = "ner_service.benchmark.processes.load_generator", subprocess.PIPE
    with spawn(1, module, stdin=pipe, stdout=pipe) as process:
        assert process.stdin
        assert process.stdout
        with suppress(BrokenPipeError):  # the process has ended, and its exit code is read below
            process.stdin.write(json.dumps(plan).encode() + b"\n")
            process.stdin.close()
        yield from map(json.loads, process.stdout)
    if process.returncode:
        raise ConfigError(
            f"the load generator ended with code {process.returncode}: see its error above"
        )


@contextmanager
def running(server: Server) -> Iterator[RunningServer]:
    """Starts a server, and stops it with the block."""
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    with TemporaryFile() as log:
        arguments = [*server.arguments, str(port)]
        process = spawn(0, *arguments, settings=server.settings, stdout=log, stderr=log)
        try:
            _await_answer(f"http://127.0.0.1:{port}", process, log)
            yield RunningServer(f"http://127.0.0.1:{port}", process.pid)
        finally:
            process.terminate()
            process.wait()


def _await_answer(url: str, process: subprocess.Popen[bytes], log: IO[bytes]) -> None:
    until = time.monotonic() + READY_S
    while time.monotonic() < until:
        request = urllib.request.Request(f"{url}/ner", PROBE, {"Content-Type": "application/json"})
        try:
            with urllib.request.urlopen(request, timeout=5):
                return
        except (urllib.error.URLError, TimeoutError, ConnectionError):
            if process.poll() is not None:
                log.seek(0)
                output = log.read().decode(errors="replace").strip()
                raise ConfigError(f"a server did not start: {output[-500:]}") from None
            time.sleep(0.1)
    raise ConfigError(f"a server did not answer within {READY_S} s: measure on a calmer machine")
