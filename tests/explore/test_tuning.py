"""The search for settings: its ranges, its study that goes on after a stop, and its best file."""

import re
import tomllib
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest
from typer.testing import CliRunner

from ner_service.cli import app
from ner_service.errors import ConfigError
from ner_service.explore.tuning import study
from ner_service.explore.tuning.page import lowest_drawn
from ner_service.explore.tuning.results import Results, Trial
from ner_service.explore.tuning.space import DEFAULTS, Range, as_override, holds, read_space
from ner_service.training.config import read_config
from tests import tiny

run = CliRunner()
TUNE = """
[tune]
"optimiser.lr" = { low = 1e-2, high = 5e-2, log = true }
net.hidden = [8, 12]
"""


@pytest.fixture
def config(tmp_path: Path) -> Path:
    path = tiny.write(tmp_path)
    path.write_text(path.read_text("utf-8") + TUNE, "utf-8")
    return path


def test_ranges_are_read_with_and_without_quotes(config: Path) -> None:
    space = read_space(config, [], False)
    assert space == {
        "optimiser.lr": Range(low=1e-2, high=5e-2, log=True),
        "net.hidden": [8, 12],
    }


def test_a_file_with_ranges_can_be_trained_as_it_is(config: Path) -> None:
    assert read_config(config).net.hidden == 12


def test_sensible_ranges_leave_the_net_of_a_model_alone(tmp_path: Path) -> None:
    config = tiny.write(tmp_path)
    assert read_space(config, [], False).keys() == DEFAULTS.keys()
    assert not any(key.startswith("net.") for key in read_space(config, [], True))


@pytest.mark.parametrize(
    ("line", "said"),
    [
        ('"optimiser.lr" = { low = 2, high = 1 }', "tune.optimiser.lr: low must be below high"),
        ('"optimiser.lr" = { low = 0, high = 1, log = true }', "low must be above 0"),
        ('"optimiser.lr" = { low = 0.1 }', "tune.optimiser.lr: high: Field required"),
        ('"optimiser.lr" = { low = 0.1, high = 1, lgo = true }', "lgo: Extra inputs"),
        ('"optimiser.lr" = { low = "a", high = 1 }', "tune.optimiser.lr: low: expected a number"),
        ('"output" = ["a", "b"]', "tune.output: must be the same for all trials: leave it out"),
        ('"data.dev" = ["a", "b"]', "tune.data.dev: must be the same for all trials"),
        ('"optimiser.lr" = 3', "expected a list of choices"),
        ('"net.hidden" = [8]', "expected two or more"),
        ('"net.hidden" = [8, 8]', "stands there twice"),
        ('"net.hiden" = [8, 12]', "did you mean hidden"),
        ('"net.hidden" = [8, -1]', "tune.net.hidden: -1: net.hidden: Input should be greater"),
        ('"dropout.words" = { low = 0.0, high = 2.0 }', "tune.dropout.words: 2.0"),
    ],
)
def test_a_wrong_range_is_named_with_its_key(tmp_path: Path, line: str, said: str) -> None:
    config = tiny.write(tmp_path)
    config.write_text(config.read_text("utf-8") + f"[tune]\n{line}\n", "utf-8")
    with pytest.raises(ConfigError, match=re.escape(said)) as failed:
        read_space(config, [], False)
    assert str(failed.value).startswith(str(config))
    assert "\n" not in str(failed.value)


def test_a_value_lies_in_a_range_by_its_bounds_and_steps() -> None:
    tenths = Range(low=0.0, high=0.5, step=0.1)
    assert holds(tenths, 0.3)
    assert not holds(tenths, 0.25)
    assert not holds(tenths, 0.6)
    assert not holds(Range(low=0, high=2), True)
    assert holds(["a", "b"], "b")


def test_values_are_written_as_set_takes_them(config: Path) -> None:
    settings = [as_override("optimiser.lr", 1e-05), as_override("net.encoder", "gru")]
    read = read_config(config, [*settings, as_override("net.zero_digits", True)])
    assert (read.optimiser.lr, read.net.encoder, read.net.zero_digits) == (1e-05, "gru", True)


def tune(config: Path, *arguments: str) -> str:
    done = run.invoke(app, ["tune", str(config), "--set", "train.epochs=1", *arguments])
    assert done.exit_code == 0, f"{done.output} {done.exception}"
    return done.stdout


@pytest.mark.slow  # trains four nets
def test_a_search_goes_on_where_it_stopped_and_ends_with_a_file_to_train(config: Path) -> None:
    said = tune(config, "--trials", "2", "--seeds", "0")
    assert "0 of 2 trials are done" in said
    assert "trial 1:" in said
    more = tune(config, "--trials", "3", "--seeds", "1")
    assert "2 of 3 trials are done" in more
    assert "trial 1:" not in more
    assert "trial 2:" in more
    folder = config.parent / "tiny.tune"
    best = read_config(folder / "best.toml")
    assert "tune" not in tomllib.loads((folder / "best.toml").read_text("utf-8"))
    assert best.output == str(config.parent / "tiny")
    assert best.net.hidden in (8, 12)
    assert 1e-2 <= best.optimiser.lr <= 5e-2
    assert (folder / "seed-1" / "model.safetensors").exists()
    assert not list(folder.glob("trial-*"))
    html = (folder / "index.html").read_text("utf-8")
    assert html.count("<svg") >= 3
    failed = run.invoke(app, ["tune", str(config), "--set", "train.epochs=2"])
    assert "has the trials of another configuration" in str(failed.exception)


def test_the_first_trial_has_the_values_of_the_file(config: Path) -> None:
    search = study.Search(
        config, (), None, None, read_space(config, [], False), config.parent / "t", 1, None, 1
    )
    assert study._written_values(search) == {"optimiser.lr": 2e-2, "net.hidden": 12}


@pytest.mark.slow  # several processes, each of which loads torch
def test_workers_share_a_study_and_trials_that_fall_behind_are_stopped(config: Path) -> None:
    text = config.read_text("utf-8").replace("low = 1e-2", "low = 1e-6")
    config.write_text(text, "utf-8")
    done = run.invoke(
        app, ["tune", str(config), "--trials", "12", "--workers", "2", "--seeds", "0"]
    )
    assert done.exit_code == 0, done.exception
    html = (config.parent / "tiny.tune" / "index.html").read_text("utf-8")
    assert "behind the others" in html
    assert "Bars with the importance" in html


@pytest.mark.slow
def test_a_trial_that_fails_says_why_and_the_search_goes_on(config: Path) -> None:
    text = config.read_text("utf-8").replace("high = 5e-2", "high = 1e30")
    config.write_text(text, "utf-8")
    tune(config, "--trials", "6", "--seeds", "0")
    html = (config.parent / "tiny.tune" / "index.html").read_text("utf-8")
    assert "lower optimiser.lr" in html


@pytest.mark.parametrize(("score", "counts"), [(0.8, True), (0.6, False)])
def test_a_trial_whose_time_is_over_counts_if_it_is_the_best_already(
    config: Path, monkeypatch: pytest.MonkeyPatch, score: float, counts: bool
) -> None:
    space = read_space(config, [], False)
    search = study.Search(config, (), None, None, space, config.parent, 2, None, 1)
    opened = study.open_study(search)
    ends = iter([None, 0.0])
    scores = iter([0.7, score])

    def train(*arguments: Any) -> None:
        f1 = next(scores)
        arguments[-1](SimpleNamespace(number=1, dev=SimpleNamespace(f1=f1)))

    monkeypatch.setattr(study, "train_quietly", train)
    opened.optimize(lambda trial: study.run_trial(trial, search, next(ends)), n_trials=2)
    whole, stopped = opened.trials
    assert whole.value == 0.7
    assert (stopped.state.name, stopped.value) == (
        ("COMPLETE", score) if counts else ("PRUNED", score)
    )
    assert "the time was over" in study.outcome(stopped)


def test_a_search_that_came_to_nothing_does_not_forbid_another_one(config: Path) -> None:
    folder = config.parent / "tiny.tune"
    failed = run.invoke(app, ["tune", str(config), "--from", "nosuch"])
    assert "model 'nosuch': no such folder" in str(failed.exception)
    assert not folder.exists()
    for epochs in (1, 2):
        command = ["tune", str(config), "--minutes", "0", "--set", f"train.epochs={epochs}"]
        assert "no trial came to its end" in str(run.invoke(app, command).exception)


def test_a_file_in_the_place_of_the_folder_is_named_before_the_search(config: Path) -> None:
    (config.parent / "file").write_text("mine", "utf-8")
    file = config.parent / "file"
    for place, said in (("file", ": is a file"), ("file/deeper", f": {file} is a file")):
        failed = run.invoke(app, ["tune", str(config), "-o", str(config.parent / place)])
        assert f"{config.parent / place}{said}: name another folder" == str(failed.exception)
    assert (config.parent / "file").read_text("utf-8") == "mine"


def test_trials_that_were_stopped_far_below_do_not_press_the_others_together() -> None:
    def trial(number: int, dev_f1: float, is_complete: bool) -> Trial:
        return Trial(number, {}, dev_f1, is_complete, "", 1.0)

    trials = (trial(0, 0.8, True), trial(1, 0.7, True), trial(2, 0.0, False))
    assert lowest_drawn(Results(trials, {}, Path("best.toml"), ())) == pytest.approx(0.65)
    alike = (trial(0, 0.8, True), trial(1, 0.1, False))
    assert lowest_drawn(Results(alike, {}, Path("best.toml"), ())) == pytest.approx(0.78)


def test_a_search_without_time_says_what_to_do(config: Path) -> None:
    failed = run.invoke(app, ["tune", str(config), "--minutes", "0", "--seeds", "0"])
    assert "no trial came to its end" in str(failed.exception)
    assert "--minutes" in str(failed.exception)
