"""The page copies text that the project's own readers, and curl, accept."""

import ast
import json
import re
import shlex
import shutil
import subprocess
import sys
from pathlib import Path
from typing import Any

import httpx
import pytest

from ner_service.corpora.formats import conll, jsonl, labelstudio
from ner_service.corpora.reading import Reading
from ner_service.types import Document
from tests.service.page.driver import STRICT, Open, drop, expected, tag, until

pytestmark = pytest.mark.slow  # a browser takes 10 s to start

HARD = "😀 Анна из 'Тула'\r\nи \"Белова\" $HOME `x` \\n"


def copied(page: Any, format: str) -> str:
    page.get_by_role("tab", name=format, exact=True).click()
    until(page, "() => document.getElementById('preview').textContent !== ''")
    page.evaluate("navigator.clipboard.writeText('')")
    page.get_by_role("button", name="Копировать").click()
    page.get_by_text("Скопировано").wait_for()
    return str(page.evaluate("navigator.clipboard.readText()"))


def test_every_format_is_copied_as_the_projects_own_readers_have_it(
    opened: Open, tmp_path: Path
) -> None:
    page = opened()
    drop(page, HARD)
    (found,) = STRICT.tag([HARD])
    spans = [e.span for e in found]
    line = json.dumps(json.loads(copied(page, "JSON")))
    read = jsonl.parse_document(line, {}, "page", "d")
    assert (read.text, [e.span for e in read.entities]) == (HARD, spans)
    assert json.loads(line)["entities"][0] == {
        "start": 2, "end": 6, "label": "LOC", "text": "Анна", "score": 0.75, "normal": "Анна"
    }  # fmt: skip
    assert copied(page, "CoNLL") in "".join(conll.lines([Document("d", HARD, tuple(found))]))
    text, annotations = ast.literal_eval(copied(page, "spaCy"))
    assert (text, [tuple(e) for e in annotations["entities"]]) == (HARD, spans)
    (tmp_path / "tasks.json").write_text(copied(page, "Label Studio"))
    (read,) = labelstudio.read(tmp_path / "tasks.json", Reading())
    assert (read.text, [e.span for e in read.entities]) == (HARD, spans)


def test_the_curl_command_is_this_very_request(opened: Open, address: str) -> None:
    page = opened()
    drop(page, HARD)
    words = shlex.split(copied(page, "curl"))
    assert words[:3] == ["curl", "-s", f"{address}ner"]
    assert words[3:6] == ["-H", "content-type: application/json", "-d"]
    answer = httpx.post(words[2], content=words[6], headers={"content-type": "application/json"})
    assert json.loads(words[6])["text"] == HARD
    assert [[e["start"], e["end"], e["label"], e["text"]] for e in answer.json()["entities"]] == [
        *expected(STRICT, HARD)
    ]


def test_the_python_is_this_very_request_and_runs(opened: Open) -> None:
    page = opened()
    drop(page, HARD)
    page.locator("#labels [data-label=LOC]").click()
    program = copied(page, "Python")
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True)
    assert done.returncode == 0, done.stderr
    assert "Белова" not in done.stdout  # a LOC, which is off
    page.locator("#labels [data-label=LOC]").click()
    program = copied(page, "Python")
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True)
    assert [e[3] for e in expected(STRICT, HARD)] == re.findall(r"text='(\w+)'", done.stdout)


def test_copying_works_without_a_secure_context_too(opened: Open) -> None:
    page = opened()
    page.evaluate("Object.defineProperty(navigator, 'clipboard', {value: undefined})")
    page.get_by_role("tab", name="spaCy").click()
    page.get_by_role("button", name="Копировать").click()
    page.get_by_text("Скопировано").wait_for()
    assert page.evaluate("document.activeElement.id") == "copy"
    page.locator("#clear").click()
    page.keyboard.press("Control+V")
    pasted = ast.literal_eval(page.locator("#text").input_value())
    assert pasted[1]["entities"]


def test_copying_from_the_text_gives_the_text(opened: Open) -> None:
    text = ("Анна уехала в Тула. " * 40 + "\n") * 5
    page = opened()
    tag(page, text)
    assert page.locator(".row").count() > 3
    page.evaluate("getSelection().selectAllChildren(document.getElementById('rows'))")
    page.keyboard.press("Control+C")
    assert page.evaluate("navigator.clipboard.readText()") == text


@pytest.mark.slow
@pytest.mark.skipif(not shutil.which("curl"), reason="curl is not installed")
def test_the_curl_command_of_a_large_text_runs(opened: Open) -> None:
    text = "Анна сказала: 'Тула'.\n" * 10_000
    page = opened()
    drop(page, text)
    command = copied(page, "curl")
    done = subprocess.run(["bash"], input=command.encode(), capture_output=True, check=True)
    assert len(json.loads(done.stdout)["entities"]) == 20_000
