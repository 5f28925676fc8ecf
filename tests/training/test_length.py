"""The length of a run follows from the size of its data, unless somebody sets its epochs."""

from pathlib import Path

import pytest

from ner_service.training.config import Train, read_config
from ner_service.training.data.length import Length, is_rising, plan_length
from ner_service.training.train import train_from_file
from tests import tiny


@pytest.mark.parametrize(
    ("steps_of_epoch", "length"),
    [(3, (100, 34)), (25, (40, 14)), (84, (12, 4)), (900, (12, 4))],
)
def test_little_data_is_read_more_often(steps_of_epoch: int, length: tuple[int, int]) -> None:
    assert plan_length(Train(), steps_of_epoch) == Length(12, *length)


def test_epochs_that_are_set_are_kept(tmp_path: Path) -> None:
    config = read_config(tiny.write(tmp_path))
    assert plan_length(config.train, 1) == Length(3, 3, 4)
    wanted = read_config(tiny.write(tmp_path), ["train.steps=50"])
    assert plan_length(wanted.train, 10) == Length(3, 5, 7)


@pytest.mark.parametrize(
    ("epoch", "best_epoch", "best", "over"),
    [
        (0, 0, -1.0, False),
        (8, 8, 0.9, False),
        (9, 5, 0.9, False),
        (10, 5, 0.9, True),
        (20, 20, 0.9, True),
        (3, 1, 1.0, False),
        (4, 1, 1.0, True),
    ],
)
def test_a_run_ends_by_patience_or_once_a_grown_one_is_perfect(
    epoch: int, best_epoch: int, best: float, over: bool
) -> None:
    assert Length(asked=4, epochs=20, patience=5).is_over(epoch, best_epoch, best) is over


def history(*scores: float) -> list[dict[str, float]]:
    return [{"epoch": n, "loss": 1.0, "dev_f1": score} for n, score in enumerate(scores, 1)]


@pytest.mark.parametrize(
    ("scores", "rising"),
    [
        ((0.1, 0.4, 0.6, 0.8), True),
        ((0.1, 0.8, 0.81, 0.812), False),
        ((0.1, 0.9, 0.6, 0.8), False),
        ((0.5,), False),
    ],
)
def test_a_score_rises_if_the_last_quarter_brought_more_than_noise(
    scores: tuple[float, ...], rising: bool
) -> None:
    assert is_rising(history(*scores)) is rising


@pytest.mark.slow
def test_a_run_that_ends_too_early_says_so(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    config = tiny.write(tmp_path)
    train_from_file(config, ["train.epochs=8", "optimiser.lr=4e-3"])
    assert "dev F1 was still rising at the last epoch: train longer" in capsys.readouterr().err
    train_from_file(config, ["train.epochs=4", f"output={tmp_path}/quick"])
    assert "still rising" not in capsys.readouterr().err
