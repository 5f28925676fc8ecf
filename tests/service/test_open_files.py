"""A service has a file for each connection, or says that the system gives it too few."""

import resource

import pytest

from ner_service.service.server import open_files
from ner_service.service.server.open_files import raise_file_limit


@pytest.fixture
def limits(monkeypatch: pytest.MonkeyPatch) -> list[tuple[int, int]]:
    now = [(256, 1024)]
    monkeypatch.setattr(resource, "getrlimit", lambda kind: now[-1])
    monkeypatch.setattr(resource, "setrlimit", lambda kind, pair: now.append(pair))
    return now


def test_the_limit_is_raised_as_far_as_it_has_to(
    limits: list[tuple[int, int]], caplog: pytest.LogCaptureFixture
) -> None:
    raise_file_limit(500)
    assert limits[-1] == (500 + open_files.OTHERS, 1024)
    raise_file_limit(100)
    assert len(limits) == 2
    assert not caplog.records


def test_a_limit_that_is_too_low_is_told_with_what_to_do(
    limits: list[tuple[int, int]], caplog: pytest.LogCaptureFixture
) -> None:
    raise_file_limit(1000)
    assert limits[-1] == (1024, 1024)
    assert "raise ulimit -n" in caplog.text
