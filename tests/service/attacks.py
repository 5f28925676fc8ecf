"""Attacks that once hurt the service, each with what it did then and a way to see what it does now.

Figures of before are those of commit 3c08e4d, which was attacked on two shared cores.
"""

import json
import os
import pickle
import shutil
import signal
import socket
import subprocess
import sys
import threading
import time
from collections import Counter
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path
from statistics import median

import httpx

from ner_service.service.app import create_app
from ner_service.service.settings import Settings
from ner_service.taggers.models import shipped_models
from tests.serving import Running, memory_of, running, until

NEWS = "Посол Израиля на Украине Йоэль Лион встретился с властями Львовской области. "
MB = 1_000_000
JSON = b"content-type: application/json\r\n"


@dataclass(frozen=True)
class Attack:
    """An attack has a number in the list of defects, and runs against whatever it needs."""

    number: int
    name: str
    before: str
    run: Callable[[Path], str]


class Watch:
    """Asks `/health/live` all the time, and keeps the longest wait and the most memory."""

    def __init__(self, service: Running) -> None:
        self._service = service
        self.longest_s, self.least, self.most = 0.0, memory_of(service.process.pid), 0
        self.asked = 0
        self._stop = threading.Event()

    def _ask(self) -> None:
        with httpx.Client(timeout=120) as client:
            while not self._stop.is_set():
                began = time.monotonic()
                client.get(self._service.url + "/health/live")
                self.longest_s = max(self.longest_s, time.monotonic() - began)
                self.most = max(self.most, memory_of(self._service.process.pid))
                self.asked += 1
                self._stop.wait(0.02)

    @contextmanager
    def on(self) -> Iterator["Watch"]:
        thread = threading.Thread(target=self._ask)
        thread.start()
        try:
            yield self
        finally:
            self._stop.set()
            thread.join()

    def __str__(self) -> str:
        grown = max(0, self.most - self.least) / MB
        return f"+{grown:.0f} MB, `/health/live` within {self.longest_s:.1f} s"


def send(service: Running, path: str, body: bytes) -> str:
    """Sends a body of JSON; returns the status and how long the answer took."""
    began = time.monotonic()
    headers = {"content-type": "application/json"}
    answer = httpx.post(service.url + path, content=body, headers=headers, timeout=300)
    return f"{answer.status_code} after {time.monotonic() - began:.1f} s"


def connect(service: Running) -> socket.socket:
    host, port = service.url.removeprefix("http://").split(":")
    return socket.create_connection((host, int(port)), timeout=30)


def watched(path: str, body: bytes, requests: int = 1) -> str:
    with running() as service, Watch(service).on() as watch:
        with ThreadPoolExecutor(requests) as threads:
            answers = list(threads.map(lambda _: send(service, path, body), range(requests)))
        asked = watch.asked
        until(lambda: watch.asked > asked + 1)  # one of them began after the attack
    return f"{max(answers)}, {watch}"


def sockets_of(pid: int) -> int:
    """Counts the sockets that a process has open."""
    count = 0
    for file in Path(f"/proc/{pid}/fd").iterdir():
        with suppress(FileNotFoundError):  # closed meanwhile
            count += os.readlink(file).startswith("socket:")
    return count


def queued(service: Running) -> float:
    """Characters that wait in the service, as its metrics last told."""
    lines = httpx.get(service.url + "/metrics", timeout=60).text.splitlines()
    name = "ner_queued_characters{"
    return sum(float(line.split()[-1]) for line in lines if line.startswith(name))


def listeners(service: Running) -> int:
    """Counts the sockets that listen at the port of a service, of which each process has one."""
    port = f":{int(service.url.rpartition(':')[2]):04X}"
    rows = [line.split() for line in Path("/proc/net/tcp").read_text().splitlines()[1:]]
    return sum(row[1].endswith(port) and row[3] == "0A" for row in rows)


def abort_pipelines(_: Path) -> str:
    with running() as service:
        before, open_before = memory_of(service.process.pid), sockets_of(service.process.pid)
        for _ in range(8):
            pipes = [connect(service) for _ in range(20)]
            for pipe in pipes:
                pipe.setblocking(False)
                try:
                    pipe.send(b"GET /x HTTP/1.1\r\nHost: x\r\n\r\n" * 9800)
                except OSError:
                    continue
            for pipe in pipes:
                pipe.close()
        until(lambda: sockets_of(service.process.pid) <= open_before)
        return f"{before / MB:.0f} -> {memory_of(service.process.pid) / MB:.0f} MB"


def send_labels(_: Path) -> str:
    body = {"text": "Он живёт в Москве. " * 4000, "labels": ["PER"] * 400_000}
    return watched("/ner", json.dumps(body).encode())


def send_numbers(_: Path) -> str:
    return watched("/ner/batch", b'{"texts":[' + b"1," * 499_999 + b"1]}")


def send_lists(_: Path) -> str:
    return watched("/ner/batch", b'{"texts":[' + b"[]," * 3_999_999 + b"[]]}")


def export_much(_: Path) -> str:
    text = (NEWS * 200_000)[:7_000_000]
    body = json.dumps({"format": "conll", "text": text, "entities": []}, ensure_ascii=False)
    return watched("/web/export", body.encode(), 6)


def starve(_: Path) -> str:
    got: Counter[int] = Counter()
    with running(taggers="spacy") as service:
        stop = threading.Event()

        def ask_long() -> None:
            text = (NEWS * 14_000)[:1_000_000]
            while not stop.is_set():
                httpx.post(service.url + "/ner", json={"text": text}, timeout=120)

        thread = threading.Thread(target=ask_long, daemon=True)
        thread.start()
        until(lambda: queued(service) >= MB)
        for _ in range(15):
            answer = httpx.post(service.url + "/ner", json={"text": "Анна в Москве."}, timeout=60)
            got[answer.status_code] += 1
        stop.set()
    return f"{got[429]} of {got.total()} refused"


def ask_beside_long_ones(_: Path) -> str:
    def times(client: httpx.Client, url: str, number: int) -> list[float]:
        took = []
        for _ in range(number):
            began = time.monotonic()
            assert client.post(url, json={"text": NEWS}).status_code == 200
            took.append(time.monotonic() - began)
        return took

    with running() as service, httpx.Client(timeout=60) as client:
        url = service.url + "/ner"
        alone = median(times(client, url, 200))
        stop = threading.Event()

        def ask_long() -> None:
            with httpx.Client(timeout=120) as other:
                while not stop.is_set():
                    other.post(url, json={"text": (NEWS * 14_000)[:1_000_000]})

        threads = [threading.Thread(target=ask_long) for _ in range(4)]
        for thread in threads:
            thread.start()
        until(lambda: queued(service) >= len(threads) * MB)
        beside = median(times(client, url, 20))
        stop.set()
        for thread in threads:
            thread.join()
    return f"x {beside / alone:.0f}"


def stop_under_connections(_: Path) -> str:
    lost: list[int] = []
    for workers in ("1", "2"):
        got: Counter[str] = Counter()
        with running("--workers", workers) as service:

            def ask(url: str = service.url, got: Counter[str] = got) -> None:
                while not got["refused"]:
                    try:
                        got[str(httpx.post(url + "/ner", json={"text": NEWS}).status_code)] += 1
                    except httpx.ConnectError:
                        got["refused"] += 1
                    except httpx.TransportError:
                        got["lost"] += 1

            threads = [threading.Thread(target=ask) for _ in range(16)]
            for thread in threads:
                thread.start()
            until(lambda got=got: got["200"] > 50)
            service.process.send_signal(signal.SIGTERM)
            service.process.wait(600)
            for thread in threads:
                thread.join()
        lost.append(got["lost"])
    return f"{lost[0]} (one process), {lost[1]} (two)"


def command(*arguments: str, **options: object) -> tuple[int, str]:
    """Runs a command; returns its exit code and its lines of error."""
    done = subprocess.run(
        [sys.executable, "-m", "ner_service", *arguments],
        stdout=options.pop("stdout", subprocess.DEVNULL),
        stderr=subprocess.PIPE,
        text=True,
        **options,
    )  # type: ignore[call-overload]
    return done.returncode, done.stderr


def describe_outcome(code: int, errors: str) -> str:
    """Return the number of error lines and the exit code of a command."""
    lines = errors.count("\n")
    return f"{'one line' if lines == 1 else f'{lines} lines'}, exit code {code}"


def unpack_bomb(folder: Path) -> str:
    with (folder / "bomb.jsonl.gz").open("wb") as file:
        subprocess.run(
            "head -c 1000000000 /dev/zero | gzip -1", shell=True, stdout=file, check=True
        )
    return describe_outcome(*command("tag", "-t", "natasha", str(folder / "bomb.jsonl.gz")))


class _Payload:
    """Leaves a mark where it is unpickled."""

    def __init__(self, mark: Path) -> None:
        self.mark = mark

    def __reduce__(self) -> tuple[Callable[[str], int], tuple[str]]:
        return os.system, (f"touch {self.mark}",)


def poison_kernels(folder: Path) -> str:
    cache, mark = folder / "cache", folder / "mark"
    environment = {**os.environ, "NUMBA_CACHE_DIR": str(cache)}
    file = folder / "a.txt"
    file.write_text("Анна")
    command("tag", "-t", "natasha", str(file), env=environment)
    for index in cache.rglob("*.nbi"):
        index.write_bytes(pickle.dumps(_Payload(mark)))
    cache.chmod(0o777)
    code, _ = command("tag", "-t", "natasha", str(file), env=environment)
    return f"{'executed' if mark.exists() else 'not executed'}, exit code {code}"


def name_other_vectors(folder: Path) -> str:
    model = Path(shutil.copytree(shipped_models() / "ru-news", folder / "model"))
    config = json.loads((model / "config.json").read_text())
    config["net"]["vectors"] = "../../../../etc/passwd"
    (model / "config.json").write_text(json.dumps(config))
    code, errors = command("tag", "-t", f"bilstm:{model}", "/dev/null")
    return "not opened" if "outside the model's folder" in errors and code == 2 else errors


def burst(_: Path) -> str:
    with running("--workers", "4") as service:
        until(lambda: listeners(service) == 4)
        sockets = [connect(service) for _ in range(64)]
        for one in sockets:
            one.sendall(b"GET /health/live HTTP/1.1\r\nhost: x\r\n\r\n")
        for one in sockets:
            one.recv(65536)
        ports = {f"{one.getsockname()[1]:04X}" for one in sockets}
        inodes = set()
        for line in Path("/proc/net/tcp").read_text().splitlines()[1:]:
            fields = line.split()
            if fields[2].split(":")[1] in ports:
                inodes.add(f"socket:[{fields[9]}]")
        spread = []
        for pid in service.workers:
            links = [
                os.readlink(file) for file in Path(f"/proc/{pid}/fd").iterdir() if file.is_symlink()
            ]
            spread.append(len(inodes.intersection(links)))
        for one in sockets:
            one.close()
    return "/".join(map(str, sorted(spread, reverse=True)))


def close_half(_: Path) -> str:
    answered = 0
    body = json.dumps({"text": NEWS}).encode()
    whole = b"POST /ner HTTP/1.1\r\nhost: x\r\n" + JSON + b"content-length: %d\r\n\r\n" % len(body)
    with running() as service:
        for _ in range(80):
            with connect(service) as one:
                one.sendall(whole + body)
                one.shutdown(socket.SHUT_WR)
                answered += one.recv(15) == b"HTTP/1.1 200 OK"
    return f"{answered} of 80"


def end_amid(folder: Path) -> str:
    output, pipe = folder / "out" / "o.jsonl", folder / "pipe"
    os.mkfifo(pipe)
    arguments = [sys.executable, "-m", "ner_service", "tag", "-t", "natasha", "-i", "lines"]
    process = subprocess.Popen(
        [*arguments, str(pipe), "-o", str(output)], stderr=subprocess.DEVNULL
    )
    with pipe.open("wb"):
        until(lambda: output.parent.exists() and any(output.parent.iterdir()))
        process.terminate()
        process.wait(600)
    return f"{len([*output.parent.iterdir()])} files left"


def print_escapes(folder: Path) -> str:
    from tests.test_trust import ESCAPE, controls_in, on_terminal

    file = folder / "a.jsonl"
    file.write_text(json.dumps({"id": ESCAPE, "text": f"Анна{ESCAPE} Петрова"}))
    shown = on_terminal("tag", "-t", "natasha", "-f", "table", str(file))
    return f"{len(controls_in(shown))} kinds of control characters"


def fill_disk(folder: Path) -> str:
    (folder / "a.txt").write_text("Анна")
    with open("/dev/full", "wb") as full:
        return describe_outcome(
            *command("tag", "-t", "natasha", str(folder / "a.txt"), stdout=full)
        )


def follow_references(_: Path) -> str:
    from tests.service.test_http_to_the_letter import refs

    document = create_app(Settings(taggers="natasha")).openapi()
    lost = 0
    for ref in {*refs(document)}:
        node = document
        for part in ref.removeprefix("#/").split("/"):
            node = node.get(part, {})
        lost += not node
    return f"{lost} unresolvable"


def send_odd_heads(_: Path) -> str:
    get = b"GET /health/live HTTP/1.1\r\n"
    heads = [
        get + b"host: x y\r\n\r\n",
        get + b"host: <script>\r\n\r\n",
        b"GET /health/live\r\n\r\n",
        b"GET /health/live HTTP/2.0\r\nhost: x\r\n\r\n",
        b"POST /ner HTTP/1.1\r\nhost: x\r\n"
        + JSON
        + b"transfer-encoding: gzip, chunked\r\n\r\n0\r\n\r\n",
    ]
    taken = 0
    with running() as service:
        for head in heads:
            with connect(service) as one:
                one.sendall(head)
                taken += not one.recv(65536).startswith(b"HTTP/1.1 400 ")
        with connect(service) as one:
            one.sendall(
                b"POST /ner HTTP/1.1\r\nhost: x\r\n" + JSON + b"transfer-encoding: chunked\r\n\r\n"
            )
            sent = 0
            try:
                while sent < 10 * MB:
                    sent += one.send(b"1;" + b"x" * 10_000 + b"\r\n \r\n")
            except OSError:
                pass
    return f"{taken} of 5 taken, {min(sent, 10 * MB) / MB:.1f} MB of chunk extensions"


def drip(_: Path) -> str:
    with running(client_timeout_s=4) as service, connect(service) as one:
        kind = b"content-type: application/x-ndjson\r\ntransfer-encoding: chunked\r\n\r\n"
        one.sendall(b"POST /ner/batch HTTP/1.1\r\nhost: x\r\n" + kind)
        one.settimeout(0.5)
        began = time.monotonic()
        while time.monotonic() - began < 40:
            try:
                if b"body_too_slow" in one.recv(65536):
                    return f"cut after {time.monotonic() - began:.0f} s"
            except TimeoutError:
                one.sendall(b"1\r\n \r\n")
    return "goes on after 40 s"


def fill_file_table(folder: Path) -> str:
    log = folder / "log"
    limited = [sys.executable, "-c",
               "import resource, sys; resource.setrlimit(resource.RLIMIT_NOFILE, (400, 400)); "
               "import runpy; sys.argv = ['ner-service', 'serve', '--port', '0']; "
               "runpy.run_module('ner_service', run_name='__main__')"]  # fmt: skip
    with log.open("wb") as output:
        process = subprocess.Popen(limited, stdout=output, stderr=output,
                                   env={**os.environ, "NER_TAGGERS": "natasha"})  # fmt: skip
        until(lambda: b"listening" in log.read_bytes() or process.poll() is not None)
        process.terminate()
        process.wait(600)
    return "said at the start" if b"raise ulimit -n" in log.read_bytes() else "silent"


def pipe_for_weights(folder: Path) -> str:
    model = Path(shutil.copytree(shipped_models() / "ru-news", folder / "model"))
    (model / "model.safetensors").unlink()
    os.mkfifo(model / "model.safetensors")
    return describe_outcome(*command("tag", "-t", f"bilstm:{model}", "/dev/null", timeout=60))


ATTACKS = [
    Attack(1, "41 MB of pipelined requests, aborted", "224 -> 4754 MB", abort_pipelines),
    Attack(2, "400,000 labels for 4,000 sentences", "200 after 25.8 s, `/health/live` within 25.7 s", send_labels),
    Attack(3, "500,000 numbers as texts (1 MB)", "+550 MB, `/health/live` within 6.6 s", send_numbers),
    Attack(3, "4 million lists as texts (12 MB)", "no answer in 60 s, +5115 MB", send_lists),
    Attack(4, "six exports of a text of 14.5 MB at once", "53 s each, +3.3 GB, `/health/live` p99 2.3 s", export_much),
    Attack(5, "short texts beside one client's texts of a million characters, spaCy", "169 of 169 refused", starve),
    Attack(6, "short texts beside four clients' texts of a million characters: the median", "x 140", ask_beside_long_ones),
    Attack(7, "requests lost by a stop, clients that connect anew", "25, 28, 2 (one process), 24, 4, 31 (two)", stop_under_connections),
    Attack(8, "a gzip bomb of 1 GB", "all memory, or a stack trace", unpack_bomb),
    Attack(9, "kernels that somebody else wrote", "executed", poison_kernels),
    Attack(9, "a model whose vectors are `/etc/passwd`", "opened", name_other_vectors),
    Attack(12, "64 connections at once on four processes", "42/12/11/5", burst),
    Attack(13, "answers to clients that close their sending side", "0 of 80", close_half),
    Attack(14, "SIGTERM amid `tag -o`", "1 files left", end_amid),
    Attack(15, "escape sequences in an `id`, shown by `tag -f table`", "3 lines with ESC", print_escapes),
    Attack(16, "`tag` to a full disk", "a stack trace, exit code 1", fill_disk),
    Attack(17, "references of the OpenAPI document", "2 unresolvable", follow_references),
    Attack(18, "odd hosts, HTTP/0.9, HTTP/2.0, `gzip, chunked`, and chunk extensions", "5 of 5 taken, 10.0 MB of chunk extensions", send_odd_heads),
    Attack(19, "a stream of two bytes a second, with a patience of 4 s", "goes on after 40 s", drip),
    Attack(21, "fewer open files than connections", "silent", fill_file_table),
    Attack(22, "a pipe in place of weights", "hangs", pipe_for_weights),
]  # fmt: skip
