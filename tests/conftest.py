"""Fixtures that the whole suite shares."""

import gc
import os
import sys
from collections.abc import Callable, Iterator
from functools import cache
from pathlib import Path
from typing import Any

import pytest
import typer.main
from hypothesis import settings

from ner_service import corpora
from ner_service.service.queue import collector
from ner_service.taggers.registry import load_tagger
from ner_service.types import Tagger

# the deep one takes sixteen times as long: `pytest --hypothesis-profile=deep`
settings.register_profile("alike every time", derandomize=True, deadline=None, max_examples=25)
settings.register_profile("deep", derandomize=True, deadline=None, max_examples=400)
settings.load_profile("alike every time")

# or each process that a test starts would compile the package again
os.environ.pop("PYTHONDONTWRITEBYTECODE", None)
sys.dont_write_bytecode = False

# typer builds all commands anew at each call, in 25 ms of CPU; tests call them some 300 times
typer.main.get_command = cache(typer.main.get_command)

PAGE = "tests/service/page/"
FIRST = ("training", "nets", "engine", "taggers", "corpora", "scoring", "benchmark", "cli", "bulk")

gc.disable()  # imports make a million objects that stay: to visit them costs 1.5 s of CPU a process


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Give slow tests half an hour: the clock ends what hangs, and not what waits for a core."""
    for item in items:
        if item.get_closest_marker("slow") and not item.get_closest_marker("timeout"):
            item.add_marker(pytest.mark.timeout(30 * 60))


def pytest_collection_finish() -> None:
    """Turn the garbage collector on again, except for all that was imported."""
    gc.freeze()
    gc.set_threshold(20_000, 20, 50)  # by default tests spend 5 s of CPU in it
    gc.enable()


@pytest.hookimpl(optionalhook=True)
def pytest_xdist_make_scheduler(config: pytest.Config, log: Any) -> Any:
    """Let `--dist loadfile` do once what is dear to begin with.

    The first training, kernel of each kind, text by spaCy and score cost each process seconds, and
    another browser 3 s. So the tests of the page stay in one process, and every second process
    takes its files from the end of the order that the others take theirs from the beginning of.
    """
    if config.getvalue("dist") != "loadfile":
        return None
    from xdist.scheduler import LoadFileScheduling

    class LoadRoomScheduling(LoadFileScheduling):
        def _split_scope(self, nodeid: str) -> str:
            file = super()._split_scope(nodeid)
            return PAGE if file.startswith(PAGE) else file

        def _assign_work_unit(self, node: Any) -> None:
            from_the_end = self.nodes.index(node) % 2 == 1
            files = sorted(self.workqueue, key=_place)
            self.workqueue.move_to_end(files[-1 if from_the_end else 0], last=False)
            super()._assign_work_unit(node)

    return LoadRoomScheduling(config, log)


def _place(file: str) -> tuple[bool, int, str]:
    """Return the place of a file in the order of tests: those of nets first, the page last."""
    room = next(
        (n for n, name in enumerate(FIRST) if file.startswith(f"tests/{name}/")), len(FIRST)
    )
    return file == PAGE, room, file


@pytest.fixture(scope="module", autouse=True)
def frozen() -> Iterator[None]:
    """Let the collector pass over what a file leaves behind, above all the libraries it loaded.

    To visit that again and again costs the suite 5 s of CPU.
    """
    yield
    gc.collect()
    gc.freeze()


@pytest.fixture(scope="session", autouse=True)
def unheeded() -> Iterator[None]:
    """Keep the workers of services from this process's collector, which has more to pass over."""
    with pytest.MonkeyPatch.context() as patch:
        for name in ("spare", "release"):
            patch.setattr(collector, name, lambda: None)
        yield


@pytest.fixture(scope="session")
def shipped() -> Callable[[str], Tagger]:
    """Return a function that loads a shipped tagger once, for tests that leave it unchanged."""
    return cache(load_tagger)


@pytest.fixture(scope="session")
def corpora_root() -> Path:
    """Return the folder of the gold corpora; a test that needs it is skipped without one."""
    value = os.environ.get("NER_CORPORA")
    if not value:
        pytest.skip("NER_CORPORA is not set: let it name the folder of the corpora")
    return Path(value)


@pytest.fixture(scope="session")
def news(corpora_root: Path) -> list[str]:
    """Return the texts of twelve real news articles."""
    documents = corpora.read(corpora.locate("factru_devset", corpora_root))
    return [document.text for document in documents][:12]
