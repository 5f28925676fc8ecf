"""The model card: what it tells, and that it is made again when scores are added."""

import json
import os
import re
import shlex
import subprocess
import sys
import xml.etree.ElementTree as ElementTree
from dataclasses import replace
from pathlib import Path
from shutil import copytree

import pytest

from ner_service import corpora
from ner_service.cli.app import app, run_command
from ner_service.corpora.public.catalogue import licence_of
from ner_service.nets.artefact import load
from ner_service.output.charts import confusion_matrix, learning_curve
from ner_service.taggers.models import shipped_models
from ner_service.training.model import card
from tests import tiny


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    config = tiny.write(tmp_path_factory.mktemp("card"))
    assert run_command(lambda: app(["train", str(config), "--set=train.epochs=2"])) == 0
    return config.parent / "tiny"


def test_the_card_tells_data_scores_and_how_to_reproduce(folder: Path) -> None:
    text = (folder / card.CARD).read_text("utf-8")
    sha256 = load(folder).meta["data"][0]["sha256"]
    assert "finds LOC, PER in Russian text" in text
    assert f"| train.jsonl | train | 40 | default | 1 |  | not known | `{sha256[:12]}` |" in text
    assert "| dev.jsonl (chose the epoch) | 10 |" in text
    assert "ner-service train tiny.toml" in text
    assert str(folder.parent) not in text


def test_the_card_tells_what_was_changed_in_a_corpus(folder: Path) -> None:
    artefact = load(folder)
    changed = {"relabel": {"ЕС|Евросоюз": "ORG"}, "split_parentheses": True, "outside": "ОАО|ООО"}
    (record,) = artefact.meta["data"]
    text = card.card(replace(artefact, meta={**artefact.meta, "data": [record | changed]}), folder)
    told = r"ЕС\|Евросоюз = ORG, parentheses apart, without ОАО\|ООО in front"
    assert f"| train.jsonl | train | 40 | default | 1 | {told} |" in text


def test_the_configuration_in_the_card_trains_the_same_model(folder: Path, tmp_path: Path) -> None:
    text = (folder / card.CARD).read_text("utf-8")
    config = tmp_path / "tiny.toml"
    config.write_text(text.split("```toml\n")[1].split("```")[0], "utf-8")
    for name in ("train.jsonl", "dev.jsonl"):
        (tmp_path / name).write_bytes((folder.parent / name).read_bytes())
    with pytest.MonkeyPatch.context() as patch:
        patch.chdir(tmp_path)
        assert run_command(lambda: app(["train", "tiny.toml"])) == 0
    assert load(tmp_path / "tiny").hash == load(folder).hash


@pytest.mark.slow
def test_the_commands_of_the_card_work_as_printed(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    config = tiny.write(tmp_path)
    config.write_text(config.read_text("utf-8").replace(f"{tmp_path}/", ""), "utf-8")
    place = "output=models/my tiny"
    with pytest.MonkeyPatch.context() as patch:
        patch.chdir(tmp_path)
        assert run_command(lambda: app(["train", "tiny.toml", f"--set={place}"])) == 0
        text = Path("models/my tiny/README.md").read_text("utf-8")
        assert "In the folder that `models/my tiny` lies in:" in text
        (command,) = re.findall(r"```sh\n(.*)\n```", text)
        program = tmp_path / "bin" / "ner-service"
        program.parent.mkdir()
        program.write_text(f'#!/bin/sh\nexec {shlex.quote(sys.executable)} -m ner_service "$@"\n')
        program.chmod(0o755)
        patch.setenv("PATH", f"{program.parent}:{os.environ['PATH']}")
        done = subprocess.run(command, shell=True, capture_output=True, check=True)
        entities = json.loads(done.stdout)["entities"]
        assert {"PER", "LOC"} >= {entity["label"] for entity in entities} != set()
        (again,) = re.findall(r"`ner-service (train .*?)`", text.partition("## Reproduce")[2])
        config.write_text(text.split("```toml\n")[1].split("```")[0], "utf-8")
        before = load(Path("models/my tiny")).hash
        assert run_command(lambda: app([*shlex.split(again), "--overwrite"])) == 0
        assert load(Path("models/my tiny")).hash == before


def test_a_shipped_model_is_called_by_its_name() -> None:
    folder = shipped_models() / "ru-news"
    text = card.card(load(folder), folder)
    assert "ner-service tag --tagger bilstm:ru-news\n" in text
    assert "In the folder that" not in text


def test_pictures_are_small_and_well_formed(folder: Path) -> None:
    for name in (card.CURVE, card.CONFUSION):
        ElementTree.fromstring((folder / name).read_text("utf-8"))
        assert (folder / name).stat().st_size < 60_000
        assert f"]({name})" in (folder / card.CARD).read_text("utf-8")


def test_scores_are_those_of_the_model_as_served(folder: Path) -> None:
    meta = load(folder).meta
    (record,) = meta["scores"]
    best = max(epoch["dev_f1"] for epoch in meta["history"])
    assert record["micro"]["f1"] == pytest.approx(best)
    assert sum(n for gold, _, n in record["confusion"] if gold != "O") == record["micro"]["gold"]


def test_evaluate_adds_scores_to_the_card(folder: Path, tmp_path: Path) -> None:
    folder = copytree(folder, tmp_path / "model")
    corpora.write(tmp_path / "test.jsonl", tiny.documents(5, 9))
    before = load(folder)
    command = ["evaluate", str(tmp_path / "test.jsonl"), "-t", f"bilstm:{folder}", "--card"]
    assert run_command(lambda: app(command)) == 0
    assert run_command(lambda: app(command)) == 0
    after = load(folder)
    assert after.hash == before.hash
    assert [record["corpus"] for record in after.meta["scores"]] == ["dev.jsonl", "test.jsonl"]
    assert (folder / card.CARD).read_text("utf-8").count("| test.jsonl | 5 |") == 1


@pytest.mark.parametrize(
    ("spec", "message"),
    [
        ("natasha", "--card: natasha has no model card"),
        ("bilstm", "ru-news: ships with the package: copy "),
    ],
)
def test_a_card_needs_a_model_of_ones_own(
    spec: str, message: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    corpora.write(tmp_path / "test.jsonl", tiny.documents(1, 9))
    command = ["evaluate", str(tmp_path / "test.jsonl"), "-t", spec, "--card"]
    assert run_command(lambda: app(command)) == 2
    assert message in capsys.readouterr().err


def test_a_card_takes_no_two_corpora_of_one_name(
    folder: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    files = [str(tmp_path / part / "test.jsonl") for part in "ab"]
    assert run_command(lambda: app(["evaluate", *files, "-t", f"bilstm:{folder}", "--card"])) == 2
    assert "--card: two corpora are called test.jsonl" in capsys.readouterr().err


def test_a_model_without_a_history_has_a_card(folder: Path, tmp_path: Path) -> None:
    artefact = load(folder)
    (tmp_path / "old").mkdir()
    config = json.loads((folder / "config.json").read_text("utf-8"))
    config["meta"] = {"version": "0.1.0", "languages": ["ru"]}
    (tmp_path / "old" / "config.json").write_text(json.dumps(config), "utf-8")
    (tmp_path / "old" / "model.safetensors").write_bytes(
        (folder / "model.safetensors").read_bytes()
    )
    card.write(load(tmp_path / "old"), tmp_path / "old")
    assert artefact.hash in (tmp_path / "old" / card.CARD).read_text("utf-8")
    assert not (tmp_path / "old" / card.CURVE).exists()


@pytest.mark.parametrize(
    ("file", "licence"),
    [
        ("factru_devset", "MIT"),
        ("ne5_train.jsonl.gz", "none stated"),
        ("tgcontest2020.jsonl.gz", "Apache-2.0"),
        ("own.jsonl", "not known"),
    ],
)
def test_licences_are_those_of_the_catalogue(file: str, licence: str) -> None:
    assert licence_of(file) == licence


def test_a_curve_of_one_epoch_and_odd_labels_are_drawn() -> None:
    ElementTree.fromstring(learning_curve([{"epoch": 1, "loss": 0.5, "dev_f1": 0.0}]))
    ElementTree.fromstring(confusion_matrix({("<&>", "O"): 3, ("O", "<&>"): 1}))
