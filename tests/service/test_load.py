"""Four times as much as the service can do: some is refused at once, the rest goes on as before.

The load comes from h2load (https://nghttp2.org), which Debian packages as nghttp2-client: a
generator in C leaves the cores to the service.
"""

import shutil
import subprocess
from dataclasses import dataclass
from pathlib import Path
from statistics import median

import orjson
import pytest

from tests.serving import Running, memory_of, running

NEWS = "Посол Израиля на Украине Йоэль Лион встретился с властями Львовской области. " * 25
TIMEOUT_S = 10
CLIENTS = 200  # h2load has all of them ask in the same moment, so a quarter a round is answered
QUEUED = 100  # and what is queued must last until the next


@dataclass
class Load:
    """What a load got: the seconds of each answer by status, and over how many seconds."""

    seconds: float
    took: dict[int, list[float]]

    @property
    def counts(self) -> dict[int, int]:
        return {status: len(times) for status, times in self.took.items()}

    @property
    def rate(self) -> float:
        """Requests a second that were answered with 200."""
        return len(self.took[200]) / self.seconds


def h2load(service: Running, body: Path, seconds: int, clients: int, rate: float = 0) -> Load:
    """Asks for so long with so many clients, all together `rate` times a second at most."""
    log = body.with_suffix(".log")
    log.unlink(missing_ok=True)
    limit = ["--rps", f"{rate / clients:.3f}"] if rate else []
    what = ["-d", str(body), "-H", "content-type: application/json", service.url + "/ner"]
    many = ["--h1", "-D", str(seconds), "-c", str(clients), "--log-file", str(log), *limit]
    subprocess.run(["h2load", *many, *what], capture_output=True, check=True)
    took: dict[int, list[float]] = {200: []}
    begun: list[int] = []
    ended: list[int] = []
    for row in log.read_text().splitlines():
        start, status, micros = map(int, row.split())
        took.setdefault(status, []).append(micros / 1e6)
        begun.append(start)
        ended.append(start + micros)
    return Load((max(ended) - min(begun)) / 1e6, took)


def slow(times: list[float]) -> dict[str, float]:
    """Milliseconds."""
    return {"p50": round(1000 * median(times), 1), "max": round(1000 * max(times), 1)}


@pytest.mark.slow
@pytest.mark.timeout(300)
def test_overload_is_refused_and_throughput_stays(tmp_path: Path) -> None:
    if not shutil.which("h2load"):
        pytest.skip("h2load is not installed")
    body = tmp_path / "body.json"
    body.write_bytes(orjson.dumps({"text": NEWS}))
    with running(
        timeout_s=TIMEOUT_S, queue_chars=QUEUED * len(NEWS), log_level="warning"
    ) as service:
        calm = h2load(service, body, 5, 1)
        before = h2load(service, body, 10, 16)
        memory = memory_of(service.process.pid)
        over = h2load(service, body, 60, CLIENTS, rate=4 * before.rate)
        grown = memory_of(service.process.pid) / memory
        peak = (before.rate + h2load(service, body, 10, 16).rate) / 2  # the machine drifts
        after = h2load(service, body, 5, 1)
    told = {
        "calm ms": slow(calm.took[200]),
        "peak/s": round(peak, 1),
        "over": over.counts,
        "over 200/s": round(over.rate, 1),
        "kept": round(over.rate / peak, 3),
        "over 200 ms": slow(over.took[200]),
        "over 429 ms": slow(over.took.get(429, [0])),
        "memory": round(grown, 3),
        "after ms": slow(after.took[200]),
    }
    print(told)
    assert set(over.counts) == {200, 429}, told
    assert sum(over.counts.values()) > 0.95 * 4 * before.rate * over.seconds, told
    assert max(over.took[200]) < TIMEOUT_S, told
    assert over.rate >= 0.9 * peak, told
    assert grown < 1.1, told
    assert median(after.took[200]) < 1.5 * median(calm.took[200]), told
