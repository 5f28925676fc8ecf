"""`ner-service retrain`: a model goes on beside itself, and gives way to one that is not worse."""

from pathlib import Path

import pytest

from ner_service import corpora
from ner_service.cli.app import app, run_command
from ner_service.nets.artefact import load
from ner_service.training import retrain as retraining
from tests import tiny


def run(*arguments: str) -> int:
    return run_command(lambda: app([*arguments, "--set=train.epochs=2"]))


@pytest.fixture
def config(tmp_path: Path) -> Path:
    """The configuration of a model that has seen little."""
    config = tiny.write(tmp_path)
    whole = (tmp_path / "train.jsonl").read_bytes()
    corpora.write(tmp_path / "train.jsonl", tiny.documents(4, 1))
    assert run("train", str(config)) == 0
    (tmp_path / "train.jsonl").write_bytes(whole)
    return config


def test_a_better_model_takes_the_place_of_the_old_one(
    config: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    folder = config.parent / "tiny"
    before = load(folder)
    for run_before in ("tiny.runs/1", "tiny.next.runs/1"):
        (config.parent / run_before).mkdir(parents=True)
    capsys.readouterr()
    assert run("retrain", str(config), "--quiet") == 0
    said = capsys.readouterr().out
    assert said.startswith(f"{folder}: dev F1 0.")
    assert said.endswith("after: replaced by the new model\n")
    assert not list(config.parent.glob("*.checkpoint.safetensors"))  # of the model that is gone
    after = load(folder)
    assert after.meta["from"]["sha256"] == before.hash  # type: ignore[index, call-overload]
    old, new = (model.meta["scores"][0]["micro"]["f1"] for model in (before, after))
    assert new > old
    assert after.meta["config"]["output"] == "tiny"
    assert f"sha256 `{after.hash}`" in (folder / "README.md").read_text("utf-8")
    assert not list(config.parent.glob("tiny.next*"))
    assert {run.name for run in (config.parent / "tiny.runs").iterdir()} == {"1", "2"}


def test_a_worse_model_stays_beside_the_old_one(
    config: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    before = load(config.parent / "tiny").hash
    monkeypatch.setattr(retraining, "mean_f1", lambda artefact, dev: float(artefact.hash == before))
    assert run("retrain", str(config)) == 0
    said = capsys.readouterr().out
    assert "kept; the new model is " in said
    assert "ner-service tag" not in said  # by a name that may soon be gone
    assert load(config.parent / "tiny").hash == before
    assert load(config.parent / "tiny.next").hash != before


def test_a_model_that_is_not_there_is_named(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert run("retrain", str(tiny.write(tmp_path))) == 2
    error = capsys.readouterr().err.splitlines()[-1]
    assert (
        f"output: {tmp_path}/tiny: holds no model yet: train it first by ner-service train" in error
    )
