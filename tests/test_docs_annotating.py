"""docs/annotating.md: its commands are ours, its examples are read, and its template gives JSON."""

import json
import re
import shlex
import tomllib
from pathlib import Path

import jinja2
import pytest

from ner_service.cli.app import app, run_command
from ner_service.service.api.labelstudio.labelling import read_labelling
from ner_service.service.settings import Settings, variable
from ner_service.training.config import TrainConfig
from tests.serving import Client, serving

TEXT = (Path(__file__).parents[1] / "docs" / "annotating.md").read_text("utf-8")


def block(language: str) -> str:
    (found,) = re.findall(rf"```{language}\n(.*?)```", TEXT, re.DOTALL)
    return str(found)


def test_the_commands_are_known_with_their_options(capsys: pytest.CaptureFixture[str]) -> None:
    lines = re.findall(r"^ *(?:\S+=\S+ )*ner-service (.+)$", TEXT, re.MULTILINE)
    assert len(lines) >= 4
    for line in lines:
        name, *arguments = shlex.split(line)
        assert run_command(lambda name=name: app([name, "--help"])) == 0
        shown = capsys.readouterr().out
        assert all(a in shown for a in arguments if a.startswith("--")), line


def test_the_settings_and_the_files_that_are_shown_are_valid() -> None:
    known = [*map(variable, Settings.model_fields), "NER_CORPORA"]
    assert {*re.findall(r"NER_[A-Z_]+", TEXT)} <= {*known}
    TrainConfig.model_validate(tomllib.loads(block("toml")))
    fields = read_labelling(block("xml"), "label_config")
    assert [(field.object, field.label_for("PER")) for field in fields] == [("text", "PER"), ("title", "PER")]  # fmt: skip


def test_doccano_makes_json_of_an_answer_by_the_template() -> None:
    template = jinja2.Template(block("jinja"))

    def annotate(client: Client, text: str) -> list[dict[str, object]]:
        answer = client.post("/ner", json={"text": text}).json()
        return list(json.loads(template.render(input=answer)))

    with serving() as client:
        assert annotate(client, "😀 Анна и Пётр") == [
            {"start_offset": 2, "end_offset": 6, "label": "LOC"},
            {"start_offset": 9, "end_offset": 13, "label": "PER"},
        ]
        assert annotate(client, "никого") == []
