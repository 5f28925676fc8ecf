"""docs/training.md: its table is that of the program, and its commands run."""

import re
import shlex
import tomllib
from pathlib import Path
from typing import Any

import pytest

from docs.generate.training import keys, old_keys
from ner_service import corpora
from ner_service.cli.app import app, run_command
from ner_service.training import train as training
from ner_service.training.config import Source, TrainConfig, presets
from ner_service.training.progress.epoch import Step
from ner_service.training.state import State
from ner_service.types import Document
from tests import tiny

PAGE = Path(__file__).parents[2] / "docs" / "training.md"
TEXT = PAGE.read_text("utf-8")


def blocks(language: str) -> list[str]:
    return re.findall(rf"```{language}\n(.*?)```", TEXT, re.DOTALL)


@pytest.mark.parametrize("table", [keys(), old_keys()], ids=["keys", "old keys"])
def test_the_tables_of_keys_are_not_stale(table: str) -> None:
    assert f"]]] -->\n{table}\n<!-- [[[end" in TEXT, "run: cog -r docs/training.md"


def test_every_key_has_a_meaning() -> None:
    assert "| None |" not in TEXT


def test_every_preset_is_documented() -> None:
    assert all(f"`{name}`" in TEXT for name in presets())


def interrupted(state: State, *_: Any) -> Step:
    state.step += 1
    if state.epoch:
        raise KeyboardInterrupt
    return Step(1.0, 1.0, 0.001)


def run(command: str) -> int:
    program, *arguments = shlex.split(command)
    assert program == "ner-service"
    return run_command(lambda: app(arguments))


LONG = (" tune ", " compare ", " --curve")  # tests/explore runs these with tiny nets


@pytest.mark.slow
def test_every_command_runs(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    for n, name in enumerate(("train", "dev", "test")):
        corpora.write(tmp_path / f"{name}.jsonl", tiny.documents(10, n))
    texts = [Document(d.id, d.text) for d in tiny.documents(5, 4)]
    corpora.write(tmp_path / "texts.jsonl", texts)
    (tmp_path / "news.txt").write_text(texts[0].text, "utf-8")
    (tmp_path / "mine.toml").write_text(blocks("toml")[0], "utf-8")
    shown = "".join(blocks("sh")).splitlines()
    commands = [command for command in shown if not any(word in command for word in LONG)]
    assert len(commands) > 5
    for command in commands:
        if command.endswith("--resume"):
            with monkeypatch.context() as patch:
                patch.setattr(training, "step", interrupted)
                assert run(command.replace("--resume", "--overwrite")) == 130
        assert run(command) == 0, command
    assert {path.name for path in (tmp_path / "models").iterdir() if path.is_dir()} >= {
        "mine", "wide", "further", "ma-hovy",
    }  # fmt: skip
    assert list((tmp_path / "errors").glob("*.html"))
    assert (tmp_path / "silver.jsonl.gz").exists()


def test_the_sources_shown_are_valid() -> None:
    for source in tomllib.loads(blocks("toml")[1])["train"]:
        Source.model_validate(source)
    TrainConfig.model_validate(tomllib.loads(blocks("toml")[0]))
