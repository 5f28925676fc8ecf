"""Four times as much as the service can do: some is refused at once, the rest goes on as before.

The load comes from hey (https://github.com/rakyll/hey), which Debian packages.
"""

import csv
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
CLIENTS = 200


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


def hey(service: Running, body: Path, seconds: int, clients: int, rate: float = 0) -> Load:
    """Asks for so long with so many clients, all together `rate` times a second at most."""
    limit = ["-q", f"{rate / clients:.3f}"] if rate else []
    many = ["-z", f"{seconds}s", "-c", str(clients), *limit, "-t", "60", "-o", "csv"]
    what = ["-m", "POST", "-T", "application/json", "-D", str(body), service.url + "/ner"]
    done = subprocess.run(["hey", *many, *what], capture_output=True, text=True, check=True)
    took: dict[int, list[float]] = {200: []}
    last = 0.0
    for row in csv.DictReader(done.stdout.splitlines()):
        took.setdefault(int(row["status-code"]), []).append(float(row["response-time"]))
        last = max(last, float(row["offset"]) + float(row["response-time"]))
    return Load(max(seconds, last), took)


@pytest.mark.slow
@pytest.mark.timeout(300)
def test_overload_is_refused_and_throughput_stays(tmp_path: Path) -> None:
    if not shutil.which("hey"):
        pytest.skip("hey is not installed")
    body = tmp_path / "body.json"
    body.write_bytes(orjson.dumps({"text": NEWS}))
    with running(timeout_s=TIMEOUT_S, queue_chars=50 * len(NEWS), log_level="warning") as service:
        calm = hey(service, body, 5, 1)
        peak = hey(service, body, 15, 16)
        memory = memory_of(service.process.pid)
        over = hey(service, body, 60, CLIENTS, rate=4 * peak.rate)
        grown = memory_of(service.process.pid) / memory
        after = hey(service, body, 5, 1)
    told = {
        "calm p50 ms": round(1000 * median(calm.took[200]), 1),
        "peak/s": round(peak.rate, 1),
        "over": over.counts,
        "over 200/s": round(over.rate, 1),
        "over p50, max s": (round(median(over.took[200]), 2), round(max(over.took[200]), 2)),
        "429 p50 ms": round(1000 * median(over.took.get(429, [0])), 1),
        "memory": round(grown, 3),
        "after p50 ms": round(1000 * median(after.took[200]), 1),
    }
    print(told)
    assert set(over.counts) == {200, 429}, told
    assert max(over.took[200]) < TIMEOUT_S, told
    assert over.rate >= 0.85 * peak.rate, told
    assert grown < 1.1, told
    assert median(after.took[200]) < 1.5 * median(calm.took[200]), told
