"""Label Studio's own library takes our import files, and we read what it exports of them.

The library is looked for in this interpreter, else in the one that `LABEL_STUDIO_PYTHON` names, for
its requirements need an environment of their own: `python -m venv ls; ls/bin/pip install
label-studio-sdk`.
"""

import json
import os
import subprocess
import sys
from importlib.util import find_spec
from pathlib import Path
from typing import Any

import pytest

from ner_service import corpora
from ner_service.corpora.formats import labelstudio
from ner_service.types import Document, Entity
from tests.marked import marked

CHECK = Path(__file__).with_name("label_studio_import.py")
PYTHON = sys.executable if find_spec("label_studio_sdk") else os.environ.get("LABEL_STUDIO_PYTHON")
LABELS = "PER,LOC,ORG"
DOCUMENTS = [
    marked("😀 [PER Анна Каренина] 👨‍👩‍👧 в [LOC Москве], [ORG МИД] молчит 🇷🇺.", "a"),
    Document("b", "Тихо.\r\n", (), {"url": "https://x.ru", "meta": {"n": [1, None]}}),
    marked("[LOC Рига]\n[PER 𝒜нна], [PER Пётр]\t[ORG «Газпром»]", "c"),
    Document("", "e\u0301 [LOC] Анна", (Entity(9, 13, "PER"),), {"id": 7}),
]

pytestmark = pytest.mark.skipif(
    not PYTHON, reason="label-studio-sdk is not installed, and LABEL_STUDIO_PYTHON names no other"
)


def ask(file: Path) -> Any:
    command = [str(PYTHON), str(CHECK), str(file), LABELS]
    done = subprocess.run(command, capture_output=True, text=True, timeout=100)
    assert done.returncode == 0, done.stderr
    return json.loads(done.stdout)


def spans(documents: list[Document]) -> list[list[tuple[int, int, str]]]:
    return [[e.span for e in document.entities] for document in documents]


def test_annotations_are_taken_and_come_back_in_its_exports(tmp_path: Path) -> None:
    corpora.write(tmp_path / "x.json", DOCUMENTS)
    said = ask(tmp_path / "x.json")
    assert said["errors"] == []
    (tmp_path / "min.json").write_text(said["exports"][".json"], "utf-8")
    back = list(corpora.read(tmp_path / "min.json"))
    assert [d.text for d in back] == [d.text for d in DOCUMENTS]
    assert spans(back) == spans(DOCUMENTS)
    (tmp_path / "x.conll").write_text(said["exports"][".conll"], "utf-8")
    assert next(corpora.read(tmp_path / "x.conll")).text.startswith("😀 Анна Каренина")


def test_predictions_are_taken(tmp_path: Path) -> None:
    scored = [
        Document(d.id, d.text, tuple(Entity(*e.span, 0.5) for e in d.entities), d.fields)
        for d in DOCUMENTS
    ]
    path = tmp_path / "x.json"
    path.write_text("".join(labelstudio.predictions(scored, "bilstm 1")), "utf-8")
    assert ask(path)["errors"] == []


@pytest.mark.parametrize(
    ("wrong", "error"),
    [
        ({"labels": ["GPE"]}, "Invalid value for control 'label'"),
        ({"labels": "PER"}, "Invalid value for control 'label'"),
        ({"start": None}, "Region 0"),
    ],
)
def test_the_check_sees_what_is_wrong(wrong: Any, error: str, tmp_path: Path) -> None:
    corpora.write(tmp_path / "x.json", DOCUMENTS[:1])
    tasks = json.loads((tmp_path / "x.json").read_text("utf-8"))
    tasks[0]["annotations"][0]["result"][0]["value"] |= wrong
    (tmp_path / "x.json").write_text(json.dumps([{**tasks[0], "predictions": []}]), "utf-8")
    assert any(error in said for said in ask(tmp_path / "x.json")["errors"])
