"""A start says in few lines what loads, what is ready and where; what is wrong, in one."""

import asyncio
import io
import logging
import socket
import threading
from typing import Any

import pytest

from ner_service.errors import ConfigError, MissingExtra, ModelError
from ner_service.service.queue import loading
from ner_service.service.queue.errors import NotReady
from ner_service.service.queue.exchange import Exchange
from ner_service.service.queue.lane import Lane, stop_lanes
from ner_service.service.queue.roll import Roll
from ner_service.service.queue.worker import Worker
from ner_service.service.server.address import find_port, url_of
from ner_service.service.settings import Settings
from ner_service.service.settings.roster import read_roster
from ner_service.service.telemetry import logs
from ner_service.taggers import backend as backends
from ner_service.taggers.registry import check_present
from ner_service.types import Tagger
from tests.cli.test_commands import process
from tests.serving import Capitals, load_capitals


def ignore(pieces: int, seconds: float) -> None:
    """Takes what a worker tells of a batch."""


def test_a_tagger_that_loads_says_for_how_long_and_what_is_usual() -> None:
    release = threading.Event()

    def load() -> Tagger:
        release.wait(60)
        return Capitals()

    lane = Lane(Worker("slow", load, 100, ignore), 100, 1)
    with pytest.raises(NotReady, match=r"^slow: is loading for \d+ s; 3 s are usual$") as caught:
        lane.check()
    assert caught.value.retry == 1
    loading.compiling.set()
    try:
        with pytest.raises(NotReady, match="compiled, once, which takes about 20 s") as caught:
            lane.check()
        assert caught.value.retry == 5
    finally:
        loading.compiling.clear()
        release.set()
        stop_lanes([lane])


def test_the_last_tagger_that_is_ready_makes_the_one_line(caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.INFO)
    roll = Roll(["a", "b"], "b")
    for name in ("b", "b", "a", "a"):
        roll.strike(name)
    (line,) = caplog.messages
    assert line.startswith("ready: a, b, all after ")


def test_the_tagger_that_answers_by_default_loads_first() -> None:
    order: list[str] = []
    done = threading.Event()

    def load(spec: str) -> Tagger:
        order.append(spec)
        if len(order) == 3:
            done.set()
        return load_capitals(spec)

    settings = Settings(taggers="natasha,spacy,bilstm")
    lanes: dict[str, Lane] = {}
    Exchange(settings, load, lambda *_: None, lanes).start(read_roster(settings).taggers)
    assert done.wait(60)
    stop_lanes(lanes.values())
    assert order[0] == "bilstm"
    assert {*order} == {"natasha", "spacy", "bilstm"}


def test_one_of_several_processes_waits_for_its_taggers_and_for_none_that_fails() -> None:
    def load(spec: str) -> Tagger:
        if spec == "spacy":
            raise ModelError("no such model")
        return Capitals()

    async def ready() -> list[bool]:
        lanes: dict[str, Lane] = {}
        settings = Settings(taggers="natasha,spacy,bilstm", default_tagger="natasha")
        exchange = Exchange(settings, load, lambda name, pieces, seconds: None, lanes)
        exchange.start(read_roster(settings).taggers)
        await exchange.wait(30)
        answers = [lane.ready for lane in lanes.values()]
        await asyncio.to_thread(stop_lanes, lanes.values())
        return answers

    assert asyncio.run(ready()) == [True, False, True]


@pytest.mark.parametrize(
    ("form", "is_terminal", "begin"),
    [
        ("auto", True, "20"),
        ("auto", False, "{"),
        ("json", True, "{"),
        ("text", False, "20"),
    ],
)
def test_a_terminal_gets_text_with_time_and_a_file_json(
    monkeypatch: pytest.MonkeyPatch, form: str, is_terminal: bool, begin: str
) -> None:
    class Stream(io.StringIO):
        def isatty(self) -> bool:
            return is_terminal

    stream = Stream()
    monkeypatch.setattr("sys.stderr", stream)
    for logger in map(logging.getLogger, ("uvicorn", "uvicorn.error")):  # as no test has left them
        monkeypatch.setattr(logger, "handlers", [])
        for name, value in (("propagate", True), ("disabled", False), ("level", logging.NOTSET)):
            monkeypatch.setattr(logger, name, value)
    root = logging.getLogger()
    handlers, level, raising = root.handlers[:], root.level, logging.raiseExceptions
    source = logging._srcfile
    try:
        logs.configure(form, "info")
        logging.getLogger("uvicorn.error").info("Started server process [1]")
        logging.getLogger("uvicorn.error").info("Shutting down")
    finally:
        root.handlers, logging.raiseExceptions, logging._srcfile = handlers, raising, source
        root.setLevel(level)
        logging.logThreads = logging.logProcesses = logging.logMultiprocessing = True
    (line,) = stream.getvalue().splitlines()
    assert line.startswith(begin)
    assert "Shutting down" in line


@pytest.mark.slow
@pytest.mark.parametrize("workers", ["1", "2"])
def test_a_port_in_use_is_one_line_with_the_reason(workers: str) -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = str(taken.getsockname()[1])
        done = process("serve", "--workers", workers, "--taggers", "natasha", NER_PORT=port)
    assert done.code == 2
    assert done.err == (
        "ner-service: error: NER_HOST, NER_PORT: cannot listen on "
        f"127.0.0.1:{port}: Address already in use\n"
    )


def test_an_address_is_tried_before_anything_loads() -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        settings = Settings(port=taken.getsockname()[1])
        with pytest.raises(ConfigError, match="Address already in use"):
            find_port(settings)
    assert find_port(settings) == settings.port
    assert find_port(Settings(port=0)) > 0


@pytest.mark.parametrize(
    ("host", "url"),
    [
        ("0.0.0.0", "http://localhost:8000/"),
        ("127.0.0.1", "http://127.0.0.1:8000/"),
        ("::1", "http://[::1]:8000/"),
    ],
)
def test_the_page_has_an_address_that_a_browser_opens(host: str, url: str) -> None:
    assert url_of(Settings(host=host)) == url


@pytest.mark.slow
@pytest.mark.parametrize(
    ("taggers", "message"),
    [
        ("bilstm:nowhere", "NER_TAGGERS: model 'nowhere': no such folder"),
        ("spacy:ru_none", "NER_TAGGERS: model 'ru_none': no such folder"),
        ("nobody", "NER_TAGGERS: unknown tagger 'nobody'"),
    ],
)
def test_a_missing_model_is_one_line_before_listening(taggers: str, message: str) -> None:
    done = process("serve", "--taggers", taggers, "--port", "0")
    assert done.code == 2
    assert message in done.err
    assert done.err.count("\n") == 1


@pytest.mark.parametrize("spec", ["natasha", "spacy", "bilstm", "bilstm@ne5", "spacy:xx_none"])
def test_what_is_present_is_known_without_loading_it(spec: str) -> None:
    if spec.endswith("none"):
        with pytest.raises(ModelError):
            check_present(spec)
    else:
        check_present(spec)


def test_a_library_that_is_not_installed_is_named_with_the_command(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    def find(name: str, *rest: Any) -> object | None:
        return None if name == "spacy" else object()

    monkeypatch.setattr(backends, "find_spec", find)
    with pytest.raises(MissingExtra, match=r"spacy \(no spacy\) needs: .*\[spacy\]'"):
        check_present("spacy")
    check_present("natasha")


HIDING = """
import importlib.util, sys
find = importlib.util.find_spec
importlib.util.find_spec = lambda name, *rest: None if name == "spacy" else find(name, *rest)
import ner_service.service.server.single as single
single.run = lambda settings: print(settings.taggers)
from ner_service.cli import main
main(sys.argv[1:])
"""


@pytest.mark.slow
@pytest.mark.parametrize("asked", [None, "natasha,spacy"])
def test_a_default_tagger_without_its_library_is_left_out_and_one_that_is_asked_for_an_error(
    asked: str | None,
) -> None:
    import subprocess
    import sys

    options = ["--taggers", asked] if asked else []
    command = [sys.executable, "-c", HIDING, "serve", "--port", "0", *options]
    done = subprocess.run(command, capture_output=True, text=True, timeout=100)
    if asked:
        assert (done.returncode, done.stdout) == (2, "")
        assert "NER_TAGGERS: spacy (no spacy) needs: " in done.stderr
        assert done.stderr.count("\n") == 1
    else:
        assert done.stdout == "natasha,bilstm\n"
        assert "spacy: left out: " in done.stderr
