"""The training configuration: presets, overrides, and what may be published of it."""

from pathlib import Path

import pytest

from ner_service.errors import ConfigError
from ner_service.training.config import TrainConfig, presets, read_config

FILE = """
name = "mine"
output = "/home/someone/models/mine"
[data]
train = [{ path = "/home/someone/train.jsonl" }]
dev = [{ path = "dev.jsonl" }]
[net]
hidden = 77
"""


def read(tmp_path: Path, *overrides: str) -> TrainConfig:
    (tmp_path / "mine.toml").write_text(FILE, "utf-8")
    return read_config(tmp_path / "mine.toml", overrides)


def test_the_presets_are_those_of_the_papers_and_ours() -> None:
    assert presets() == ["genthial", "lample", "ma-hovy", "neuroner", "ours"]


@pytest.mark.parametrize("name", presets())
def test_a_preset_holds_where_the_file_is_silent(tmp_path: Path, name: str) -> None:
    config = read(tmp_path, f"preset={name}", "train.epochs=3")
    assert config.net.hidden == 77
    assert config.train.epochs == 3
    assert (config.net.word_dim > 0) == (name != "ours")
    assert (config.net.vectors == "navec") == (name == "ours")


def test_without_a_preset_the_settings_are_ours(tmp_path: Path) -> None:
    assert read(tmp_path) == read(tmp_path, "preset=ours")


@pytest.mark.parametrize("name", ["unheard", "../ours", "3"])
def test_an_unknown_preset_names_those_that_are_known(tmp_path: Path, name: str) -> None:
    with pytest.raises(ConfigError, match="known are genthial, lample, ma-hovy, neuroner, ours"):
        read(tmp_path, f"preset={name}")


def test_a_pattern_that_is_none_is_named(tmp_path: Path) -> None:
    with pytest.raises(ConfigError, match=r"data\.train\.0\.relabel: \(: no regular expression"):
        read(tmp_path, 'data.train=[{path = "a.jsonl", relabel = {"(" = "ORG"}}]')


def test_an_exponential_schedule_needs_a_decay(tmp_path: Path) -> None:
    with pytest.raises(ConfigError, match="train: decay: the exponential schedule needs one"):
        read(tmp_path, "train.schedule=exponential")
    assert read(tmp_path, "train.schedule=exponential", "train.decay=0.9").train.decay == 0.9


@pytest.mark.parametrize("override", ["epochs", "=3", "train.epochs"])
def test_an_override_without_key_or_value_is_named(tmp_path: Path, override: str) -> None:
    with pytest.raises(ConfigError, match="expected key=value"):
        read(tmp_path, override)


def test_what_is_published_names_no_folder(tmp_path: Path) -> None:
    config = read(tmp_path, "net.vectors=/home/someone/small.vec")
    public = config.public()
    assert "someone" not in str(public)
    assert public["data"]["train"][0]["path"] == "train.jsonl"
    assert TrainConfig.model_validate(public).net.hidden == 77


def test_no_vectors_may_be_told_in_two_ways(tmp_path: Path) -> None:
    for value in ("none", '""'):
        assert read(tmp_path, f"net.vectors={value}").net.vectors == ""
