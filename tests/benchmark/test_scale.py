"""The part `scale` times the command on whole files, and says what a corpus costs by that."""

from pathlib import Path

import pytest

pytest.importorskip("psutil")

from ner_service.benchmark.parts.scale import Scale, measure
from ner_service.benchmark.texts import Prose
from ner_service.errors import ConfigError

SCALE = Scale(
    tagger="natasha",
    rounds=1,
    chars=1000,
    seconds={1: {100: 3.0, 1100: 13.0}, 2: {100: 2.5, 1100: 7.5}},
)


def test_a_rate_leaves_the_start_out() -> None:
    assert SCALE.rate(1) == pytest.approx(100)
    assert SCALE.rate(2) == pytest.approx(200)
    assert SCALE.speedup == pytest.approx(2)


def test_a_corpus_takes_the_hours_of_cores_that_are_all_busy() -> None:
    assert SCALE.core_hours(360_000) == pytest.approx(1)


@pytest.mark.slow
def test_files_are_timed_whole_with_one_process_and_with_two() -> None:
    prose = Prose("own", ["Анна живёт в Омске."] * 16, True)
    steps: list[str] = []
    result = measure("natasha", prose, 1, steps.append)
    assert set(result.seconds) == {1, 2}
    assert set(result.seconds[1]) == set(result.seconds[2]) == {2, 4, 8, 16}
    assert len(steps) == 8


@pytest.mark.slow
def test_a_command_that_fails_says_why(tmp_path: Path) -> None:
    with pytest.raises(ConfigError, match=r"nobody: ner-service: error: unknown tagger 'nobody'"):
        measure("nobody", Prose("own", ["Анна"] * 8, True), 1, lambda _: None)
