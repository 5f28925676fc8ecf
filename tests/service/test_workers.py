"""The service as an operator runs it: killed, stopped, on a full disk."""

import os
import signal
import threading
from collections import Counter
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from pathlib import Path

import httpx
import pytest

from tests.serving import Running, running, until

pytestmark = [pytest.mark.slow, pytest.mark.timeout(600)]

# the machine may be busy, or stand still: no client of these is slow by itself
PATIENT = {"timeout_s": 600, "client_timeout_s": 600}
NEWS = "Посол Израиля на Украине Йоэль Лион встретился с властями Львовской области. " * 10


class Load:
    """Clients that ask one after another, each over one connection, and count what they get."""

    def __init__(self, service: Running) -> None:
        self._url = service.url + "/ner"
        self.got: Counter[str] = Counter()
        self._stop = threading.Event()

    def ask_on(self) -> None:
        """Asks until told to stop, or to come with a new connection."""
        with httpx.Client(timeout=None) as client:
            while not self._stop.is_set():
                try:
                    answer = client.post(self._url, json={"text": NEWS})
                except httpx.ConnectError:
                    self.got["refused"] += 1
                    return
                except httpx.TransportError as error:
                    self.got[type(error).__name__] += 1
                    continue
                self.got[str(answer.status_code)] += 1
                if answer.headers.get("connection") == "close":
                    return

    @contextmanager
    def by(self, clients: int) -> Iterator[None]:
        with ThreadPoolExecutor(clients) as threads:
            for _ in range(clients):
                threads.submit(self.ask_on)
            try:
                yield
            finally:
                self._stop.set()


def test_a_killed_process_is_replaced_and_takes_only_its_own_requests_along() -> None:
    with running("--workers", "2") as service:
        load = Load(service)
        until(lambda: len(service.workers) == 2)  # the first that is ready answers for both
        killed, other = service.workers
        with load.by(8):
            until(lambda: load.got["200"] > 50)
            os.kill(killed, signal.SIGKILL)
            until(lambda: len(service.workers) == 2 and killed not in service.workers)
            before = load.got["200"]
            until(lambda: load.got["200"] > before + 50)
        assert other in service.workers
        lost = sum(n for what, n in load.got.items() if what != "200")
        assert lost <= 8, load.got


def test_no_process_accepts_before_its_taggers_answer() -> None:
    """Clients hear from one process that the service is ready, and may reach any other."""
    with running("--workers", "4") as service:
        statuses = [
            httpx.post(service.url + "/ner", json={"text": NEWS}).status_code for _ in range(60)
        ]
    assert {*statuses} == {200}


def test_processes_stop_when_the_first_one_is_killed() -> None:
    with running("--workers", "2") as service:
        service.process.kill()
        service.process.wait()

        def unreachable() -> bool:
            try:
                httpx.get(service.url + "/health/live")
            except httpx.TransportError:
                return True
            return False

        until(unreachable)


@pytest.mark.parametrize("workers", ["1", "2"])
def test_stopping_loses_no_accepted_request(workers: str) -> None:
    with running("--workers", workers, **PATIENT) as service:
        load = Load(service)
        with load.by(8):
            until(lambda: load.got["200"] > 50)
            service.process.send_signal(signal.SIGTERM)
            service.process.wait()
        assert set(load.got) <= {"200", "refused"}, load.got


def test_a_stop_is_no_error(tmp_path: Path) -> None:
    """A supervisor knows a process that has ended by the signal that it was sent."""
    log = tmp_path / "log"
    with log.open("wb") as output, running(output=output) as service:
        service.process.send_signal(signal.SIGTERM)
        assert service.process.wait() == -signal.SIGTERM
    assert b'"level":"error"' not in log.read_bytes()
    assert b"ner-service: error" not in log.read_bytes()


def stop_under_new_connections(workers: str) -> Counter[str]:
    """Stops a service while eight clients connect anew for each request; counts what they got."""
    got: Counter[str] = Counter()

    def ask(url: str) -> None:
        while not got["refused"]:
            try:
                answer = httpx.post(url + "/ner", json={"text": NEWS}, timeout=None)
                got[str(answer.status_code)] += 1
            except httpx.ConnectError:
                got["refused"] += 1
            except httpx.TransportError as error:
                got[type(error).__name__] += 1

    with running("--workers", workers, **PATIENT) as service:
        threads = [threading.Thread(target=ask, args=(service.url,)) for _ in range(8)]
        for thread in threads:
            thread.start()
        until(lambda: got["200"] > 50)
        service.process.send_signal(signal.SIGTERM)
        service.process.wait()
        for thread in threads:
            thread.join()
    return got


@pytest.mark.parametrize("workers", ["1", "2"])
def test_stopping_loses_no_client_that_connects_anew(workers: str) -> None:
    """Before, each stop reset two to thirty connections that had waited in the backlog."""
    got = stop_under_new_connections(workers)
    assert set(got) == {"200", "refused"}, got


@pytest.mark.slow
@pytest.mark.timeout(900)
@pytest.mark.parametrize("workers", ["1", "2"])
def test_twenty_stops_lose_no_client_that_connects_anew(workers: str) -> None:
    """Before, one of some thousands came between the last `accept` and the closing."""
    got = sum((stop_under_new_connections(workers) for _ in range(20)), Counter[str]())
    assert set(got) == {"200", "refused"}, got


@pytest.mark.parametrize("workers", ["1", "2"])
def test_a_hangup_ends_no_service(workers: str) -> None:
    with running("--workers", workers) as service:
        service.process.send_signal(signal.SIGHUP)
        for worker in service.workers:
            os.kill(worker, signal.SIGHUP)
        for _ in range(5):
            httpx.get(service.url + "/health/live").raise_for_status()
        assert service.process.poll() is None


@pytest.mark.parametrize("told", [signal.SIGINT, signal.SIGQUIT])
def test_the_first_process_alone_stops_them_all(told: signal.Signals) -> None:
    with running("--workers", "2", **PATIENT) as service:  # ten minutes until they would be killed
        service.process.send_signal(told)
        service.process.wait()


def test_a_full_disk_does_not_stop_the_service() -> None:
    with open("/dev/full", "wb") as full, running(output=full) as service:
        for _ in range(5):
            answer = httpx.post(service.url + "/ner", json={"text": NEWS})
            assert answer.status_code == 200


@pytest.mark.skipif(not os.access("/dev/shm", os.W_OK), reason="no /dev/shm")
def test_processes_put_no_numbers_on_a_disk_that_may_be_full(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("TMPDIR", str(tmp_path))
    with running("--workers", "2") as service:
        assert httpx.post(service.url + "/ner", json={"text": NEWS}).status_code == 200
        assert not [*tmp_path.glob("ner-metrics-*")]


def test_processes_put_their_numbers_together() -> None:
    with running("--workers", "2") as service:
        ready = 'ner_tagger_ready{tagger="natasha"} 2.0'
        until(lambda: ready in httpx.get(service.url + "/metrics").text)
        for _ in range(20):
            httpx.post(service.url + "/ner", json={"text": NEWS})
        counted = 'ner_texts_total{tagger="natasha"} 20.0'
        until(lambda: counted in httpx.get(service.url + "/metrics").text)  # each second anew
