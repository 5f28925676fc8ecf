"""The load generator is locust as a library, in a process and on a core of its own."""

import gevent.monkey

gevent.monkey.patch_all()

import json  # noqa: E402
import sys  # noqa: E402
import time  # noqa: E402
from itertools import count  # noqa: E402
from typing import Any  # noqa: E402

import gevent  # noqa: E402
import numpy as np  # noqa: E402
import psutil  # noqa: E402
from locust import FastHttpUser, constant, task  # noqa: E402
from locust.env import Environment  # noqa: E402

WARM_S = 0.3
ANSWERS = 8  # at least for each user, since answers to a batch come all at once
PATIENCE = 6  # times the seconds of a step, to wait for those answers
REST_S = 0.1
MOST_RESTS = 50


class Client(FastHttpUser):
    """A client sends the next text as soon as the last one is answered."""

    wait_time = constant(0)
    bodies: list[bytes]
    turn = count()

    @task
    def ner(self) -> None:
        """Sends one text."""
        body = self.bodies[next(self.turn) % len(self.bodies)]
        client: Any = self.client
        client.post("/ner", data=body, headers={"Content-Type": "application/json"})


def step(environment: Environment, server: psutil.Process, users: int, seconds: float) -> Any:
    """Returns the figures of one number of users, after a moment to settle."""
    latencies: list[float] = []
    failed: list[bool] = []

    def note(response_time: float, exception: Exception | None, **rest: Any) -> None:
        latencies.append(response_time)
        failed.append(exception is not None)

    runner = environment.create_local_runner()
    runner.start(users, spawn_rate=users)
    gevent.sleep(WARM_S)
    events: Any = environment.events
    events.request.add_listener(note)
    before, started = _cpu(server), time.perf_counter()
    gevent.sleep(seconds)
    while len(latencies) < ANSWERS * users and time.perf_counter() < started + PATIENCE * seconds:
        gevent.sleep(REST_S)
    cpu, took = _cpu(server) - before, time.perf_counter() - started
    events.request.remove_listener(note)
    runner.quit()
    _await_rest(server)
    requests = len(latencies)
    p50, p95, p99 = np.quantile(latencies, [0.5, 0.95, 0.99]) if latencies else [0.0] * 3
    return {
        "users": users,
        "requests": requests,
        "failures": sum(failed),
        "per_second": requests / took,
        "p50_ms": p50,
        "p95_ms": p95,
        "p99_ms": p99,
        "cpu_ms": 1000 * cpu / max(requests, 1),
    }


def _await_rest(server: psutil.Process) -> None:
    """Waits until a server has finished its work, since the next server may share its core."""
    for _ in range(MOST_RESTS):
        before = _cpu(server)
        gevent.sleep(REST_S)
        if _cpu(server) - before < REST_S / 4:
            return


def _cpu(process: psutil.Process) -> float:
    """Returns CPU seconds of a server and of its children."""
    times = [p.cpu_times() for p in (process, *process.children(recursive=True))]
    return float(sum(t.user + t.system for t in times))


def main() -> None:
    """Runs the steps of the plan on stdin, and writes a line of figures for each."""
    plan = json.loads(sys.stdin.readline())
    Client.bodies = [json.dumps({"text": t}, ensure_ascii=False).encode() for t in plan["texts"]]
    for each in plan["steps"]:
        Client.host = each["url"]
        environment = Environment(user_classes=[Client])
        server = psutil.Process(each["pid"])
        print(json.dumps(step(environment, server, each["users"], plan["seconds"])), flush=True)


if __name__ == "__main__":
    main()
