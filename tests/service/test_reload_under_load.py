"""Models are exchanged in a service that is as busy as it can be, by a signal and by a request."""

import json
import os
import re
import shutil
import signal
from collections.abc import Callable
from functools import partial
from pathlib import Path

import httpx
import pytest

from ner_service.service.api.auth import hash_key, new_key
from ner_service.taggers.models import shipped_models
from tests.service.test_workers import Load
from tests.serving import Running, memory_of, running, until

pytestmark = [pytest.mark.slow, pytest.mark.timeout(600)]

ADMIN = new_key()
EXCHANGES = 6


def write_version(folder: Path, version: str) -> None:
    """Exchange a model folder as our own programs do: written beside, and renamed."""
    fresh = folder.with_name(f".{version}")
    shutil.copytree(shipped_models() / "ru-news", fresh)
    config = json.loads((fresh / "config.json").read_text())
    config["meta"]["version"] = version
    (fresh / "config.json").write_text(json.dumps(config))
    if folder.exists():
        folder.rename(folder.with_name(f".old-{version}"))
    fresh.rename(folder)


def hang_up(service: Running) -> None:
    service.process.send_signal(signal.SIGHUP)


def ask_admin(service: Running) -> None:
    headers = {"x-api-key": ADMIN}
    answer = httpx.post(f"{service.url}/taggers/reload", headers=headers, timeout=60)
    assert answer.status_code == 200, answer.text


def reloads(service: Running, outcome: str) -> int:
    metrics = httpx.get(f"{service.url}/metrics", timeout=60).text
    counts = re.findall(rf'^ner_reloads_total{{outcome="{outcome}"}} (\S+)', metrics, re.MULTILINE)
    return int(float(counts[0])) if counts else 0


def version(service: Running) -> str:
    (tagger,) = httpx.get(f"{service.url}/taggers", timeout=60).json()
    return str(tagger["version"])


def serves(service: Running, expected: str) -> bool:
    """Whether ten new connections, and so all processes, are answered by a version."""
    return {version(service) for _ in range(10)} == {expected}


def has_reloaded(service: Running, times: int) -> bool:
    return reloads(service, "done") >= times


def has_replaced(service: Running, killed: int) -> bool:
    return len(service.workers) == 2 and killed not in service.workers


def go_on(load: Load) -> None:
    """Lets the load have fifty answers more."""
    before = load.got["200"]
    until(lambda: load.got["200"] > before + 50)


@pytest.mark.parametrize("ask", [hang_up, ask_admin])
@pytest.mark.parametrize("workers", [1, 2])
def test_no_request_fails_while_models_are_exchanged_at_full_load(
    tmp_path: Path, workers: int, ask: Callable[[Running], None]
) -> None:
    own = tmp_path / "own"
    write_version(own, "0")
    spec = f"own=bilstm:{own}"
    settings = {"taggers": spec, "admin_keys": f"root={hash_key(ADMIN)}", "log_level": "warning"}
    with running("--workers", str(workers), **settings) as service:
        until(lambda: workers == 1 or len(service.workers) == workers)
        processes = service.workers if workers > 1 else [service.process.pid]
        load = Load(service)
        memory: list[int] = []
        with load.by(8):
            until(lambda: load.got["200"] > 50)
            for exchange in range(1, EXCHANGES + 1):
                write_version(own, str(exchange))
                before = reloads(service, "done")
                ask(service)
                until(partial(has_reloaded, service, before + workers))
                until(partial(serves, service, str(exchange)))
                go_on(load)
                memory.append(sum(map(memory_of, processes)))
        assert set(load.got) == {"200"}, load.got
        assert processes == (service.workers if workers > 1 else processes)  # none was killed
        assert memory[-1] < 1.15 * memory[0], memory
        print(load.got, memory)


@pytest.mark.parametrize("workers", [1, 2])
def test_a_damaged_model_changes_nothing_at_full_load(tmp_path: Path, workers: int) -> None:
    own = tmp_path / "own"
    write_version(own, "good")
    log = tmp_path / "log"
    with (
        log.open("wb") as output,
        running("--workers", str(workers), taggers=f"own=bilstm:{own}", output=output) as service,
    ):
        load = Load(service)
        with load.by(8):
            until(lambda: load.got["200"] > 50)
            (own / "model.safetensors").write_bytes(b"damaged")
            hang_up(service)
            until(lambda: b"nothing has changed" in log.read_bytes())
            go_on(load)
        assert set(load.got) == {"200"}, load.got
        assert version(service) == "good"
        write_version(own, "better")
        hang_up(service)
        until(partial(serves, service, "better"))


def test_a_process_that_comes_later_has_the_models_of_the_last_reload(tmp_path: Path) -> None:
    own = tmp_path / "own"
    write_version(own, "old")
    with running("--workers", "2", taggers=f"own=bilstm:{own}") as service:
        until(lambda: len(service.workers) == 2)
        write_version(own, "new")
        hang_up(service)
        until(lambda: reloads(service, "done") == 2)
        for killed in service.workers:
            os.kill(killed, signal.SIGKILL)
            until(partial(has_replaced, service, killed))
        until(lambda: httpx.get(f"{service.url}/health/ready").status_code == 200)
        assert serves(service, "new")
