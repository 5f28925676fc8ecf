"""The way of a text through the service: few modules, so that it can be followed by reading."""

import logging
import threading
from pathlib import Path
from types import FrameType
from typing import Any

import httpx

from ner_service import service
from ner_service.service.telemetry.logs import JsonLines
from tests.serving import listening, url_of

MOST_MODULES = 10
ROOT = str(Path(service.__file__).parent)


def test_a_text_passes_few_modules_of_the_service(caplog: Any) -> None:
    passed: set[str] = set()
    watching = False

    def watch(frame: FrameType, event: str, argument: object) -> None:
        if watching and event == "call" and frame.f_code.co_filename.startswith(ROOT):
            passed.add(frame.f_code.co_filename.removeprefix(ROOT + "/"))

    caplog.set_level(logging.INFO, "ner_service.requests")
    caplog.handler.setFormatter(JsonLines())  # as an operator's log is
    threading.setprofile(watch)  # in the threads that start from here on
    try:
        with listening() as server, httpx.Client(base_url=url_of(server)) as client:
            watching = True
            answer = client.post("/ner", json={"text": "Анна"})
            client.get("/health/live")  # so that the first request is over and logged
            watching = False
    finally:
        threading.setprofile(None)
    assert answer.status_code == 200
    passed.discard("api/state.py")  # of `/health/live`
    assert {"server/protocol.py", "queue/worker.py", "telemetry/logs.py"} < passed
    assert len(passed) <= MOST_MODULES, sorted(passed)
