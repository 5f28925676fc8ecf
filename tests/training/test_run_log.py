import itertools

import pytest

from ner_service.training.progress.epoch import Meter, Step
from ner_service.training.progress.run_log import RunLog


def train(log: RunLog) -> None:
    meter = Meter()
    with log.bar(4_000, done=1_000):
        for _ in range(3):
            meter.add(Step(0.5, 1.0, 0.001), 1_000)
            log.advance(1_000, meter, "epoch 2/4")


def test_a_log_without_a_terminal_says_once_a_minute_how_far_an_epoch_is(
    capsys: pytest.CaptureFixture[str],
) -> None:
    train(RunLog(clock=map(float, itertools.count(0, 40)).__next__))
    said = capsys.readouterr()
    assert said.out == "epoch 2/4: loss 0.5000; 25 tokens/s; 40 s left at most\n"
    assert said.err == ""


def test_a_quiet_log_says_nothing_within_an_epoch(capsys: pytest.CaptureFixture[str]) -> None:
    train(RunLog(quiet=True, clock=map(float, itertools.count(0, 100)).__next__))
    assert capsys.readouterr().out == ""
