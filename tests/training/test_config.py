"""The training configuration: presets, overrides, and what may be published of it."""

import json
from pathlib import Path

import pytest
import tomli_w

from ner_service.errors import ConfigError
from ner_service.taggers.models import shipped_models
from ner_service.training.config import OLD_KEYS, TrainConfig, presets, read_config

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
    assert read(tmp_path, "train.schedule=exponential", "train.decay=0.9").optimiser.decay == 0.9


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


VALUES = {
    "optimizer": "sgd", "momentum": 0.5, "lr": 0.125, "schedule": "inverse", "lr_final": 0.25,
    "decay": 0.75, "warmup": 0.5, "clip": 2.0, "ema": 0.25, "dropout": 0.5, "dropout_states": 0.125,
    "dropout_words": 0.25, "dropout_rare": 0.75, "dropout_chars": 0.375, "variational": False,
    "case_noise": 0.25, "punctuation_noise": 0.125, "device": "cpu", "precision": "bf16",
}  # fmt: skip


def test_every_old_key_is_understood_as_the_new_one(tmp_path: Path) -> None:
    assert VALUES.keys() == OLD_KEYS.keys()
    new: dict[str, dict[str, object]] = {}
    for old, value in VALUES.items():
        section, key = OLD_KEYS[old].split(".")
        new.setdefault(section, {})[key] = value
    for name, values in (("old", {"train": VALUES}), ("new", new)):
        (tmp_path / f"{name}.toml").write_text(FILE + tomli_w.dumps(values), "utf-8")
    configs = [read_config(tmp_path / f"{name}.toml") for name in ("old", "new")]
    assert configs[0].model_dump() == configs[1].model_dump()
    assert configs[0].model_dump() != read(tmp_path).model_dump()
    assert [config.key("dropout.words") for config in configs] == [
        "train.dropout_words",
        "dropout.words",
    ]


def test_an_override_by_either_name_wins_over_the_file_by_either_name(tmp_path: Path) -> None:
    for table in ("[train]\nlr = 0.5", "[optimiser]\nlr = 0.5"):
        (tmp_path / "a.toml").write_text(f"{FILE}{table}\n", "utf-8")
        for name in ("train.lr", "optimiser.lr"):
            config = read_config(tmp_path / "a.toml", [f"{name}=0.25"])
            assert config.optimiser.lr == 0.25
            assert config.key("optimiser.lr") == name


def test_a_key_by_both_names_is_refused(tmp_path: Path) -> None:
    (tmp_path / "a.toml").write_text(f"{FILE}[train]\nlr = 1\n[optimiser]\nlr = 1\n", "utf-8")
    with pytest.raises(ConfigError, match=r"train\.lr: is optimiser\.lr now, .*: keep one"):
        read_config(tmp_path / "a.toml")


@pytest.mark.parametrize(
    ("override", "complaint"),
    [
        ("train.dropout_words=2", r"train\.dropout_words: Input should be less than 1"),
        ("dropout.words=2", r"dropout\.words: Input should be less than 1"),
        ("optimiser.schedule=exponential", "optimiser: decay: the exponential schedule"),
        ("dropout.word=0.1", r"dropout\.word: no such key; did you mean words\?"),
        ("train.case_nose=0.1", r"train\.case_nose: no such key; did you mean case_noise\?"),
        ("optimizer.lr=0.1", r"optimizer: no such key; did you mean optimiser\?"),
        ('data.train=[{path="a", convention=""}]', r"convention: String should have at least 1"),
        ("dropout=0.1", "dropout: expected a section of keys"),
    ],
)
def test_errors_name_a_key_as_it_was_written(tmp_path: Path, override: str, complaint: str) -> None:
    with pytest.raises(ConfigError, match=complaint):
        read(tmp_path, override)


def test_the_configurations_in_shipped_models_are_still_read(tmp_path: Path) -> None:
    model = json.loads((shipped_models() / "ru-news" / "config.json").read_text("utf-8"))
    record = model["meta"]
    while isinstance(record, dict):
        (tmp_path / "stage.toml").write_text(tomli_w.dumps(record["config"]), "utf-8")
        config = read_config(tmp_path / "stage.toml")
        values = record["config"]
        if "optimiser" in values:
            assert config.optimiser.lr == values["optimiser"]["lr"]
            assert config.dropout.features == values["dropout"]["features"]
        else:
            assert config.optimiser.lr == values["train"]["lr"]
            assert config.dropout.features == values["train"]["dropout"]
        assert config.net.hidden == model["net"]["hidden"]
        record = record.get("from")
