"""The README says what is true: its answer, its files, its commands."""

import doctest
import json
import re
import subprocess
from pathlib import Path

import pytest
from typer.main import get_command

from ner_service.cli.app import app as cli
from ner_service.service.settings import Settings, parse_specs
from ner_service.taggers.registry import load_tagger
from tests.serving import serving

ROOT = Path(__file__).parents[1]
README = (ROOT / "README.md").read_text()
PAGES = sorted([*ROOT.glob("*.md"), *(ROOT / "docs").glob("*.md")])


def test_the_answer_in_the_readme_is_the_real_one() -> None:
    asked = re.search(r"-d '(\{.*?\})'", README)
    shown = re.search(r"```json\n(.*?)```", README, re.DOTALL)
    assert asked
    assert shown
    with serving(load_tagger, taggers="bilstm", default_tagger="bilstm") as client:
        assert client.post("/ner", json=json.loads(asked[1])).json() == json.loads(shown[1])


def test_the_python_in_the_readme_runs(capsys: pytest.CaptureFixture[str]) -> None:
    (program,) = re.findall(r"```python\n(.*?)```", README, re.DOTALL)
    exec(program, {})
    assert capsys.readouterr().out.splitlines() == ["LOC Израиля", "LOC Украине", "PER Йоэль Лион"]


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.name)
def test_every_link_leads_somewhere(page: Path) -> None:
    links = re.findall(r"\]\(([^)#\s]+)", page.read_text())
    missing = [x for x in links if "://" not in x and not (page.parent / x).exists()]
    assert missing == []


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.name)
def test_every_file_named_exists(page: Path) -> None:
    named = re.findall(r"(?<![\w/])(?:tests|docs|ner_service|deploy)/[\w/.-]*\w", page.read_text())
    assert [name for name in named if not (ROOT / name).exists()] == []


FILES = subprocess.run(
    ["git", "ls-files", "--cached", "--others", "--exclude-standard"],
    cwd=ROOT, capture_output=True, text=True, check=True,
).stdout.split()  # fmt: skip
OF_THE_READER = {
    "mine.toml", "conll.toml", "report.html", "answers.jsonl", "NAME.html.j2", "best.toml",
    "project.toml", "index.html", "report/index.html", "models/project.tune/best.toml",
    "models/project.tune/index.html", "comparison/index.html", "test/index.html",
    "models/best/README.md", "NAME.txt.jsonl", "a-000000.jsonl", "a-000001.jsonl", "/openapi.json",
    "_ner-service.jsonl",
}  # fmt: skip
TAGGERS = [*parse_specs(Settings.model_fields["taggers"].default)]
NUMBERS = {"two": 2, "three": 3, "four": 4, "five": 5, "six": 6, "seven": 7}
LIVING = [page for page in PAGES if page.name != "CHANGELOG.md"]  # it tells what was
NOW = [page for page in LIVING if page.name != "experiments.md"]  # so does that


@pytest.mark.parametrize("page", LIVING, ids=lambda page: page.name)
def test_every_file_in_backticks_is_one_of_the_repository(page: Path) -> None:
    name = r"`([\w./-]+\.(?:py|js|css|j2|html|toml|json|jsonl|md|svg|yml))`"
    named = {*re.findall(name, page.read_text())} - OF_THE_READER
    assert [x for x in sorted(named) if not any(f"/{f}".endswith(f"/{x}") for f in FILES)] == []


@pytest.mark.parametrize("page", NOW, ids=lambda page: page.name)
def test_counts_and_lists_of_taggers_are_those_that_are_served(page: Path) -> None:
    text = re.sub(r"```.*?```|^    .*$", "", page.read_text(), flags=re.DOTALL | re.MULTILINE)
    counts = re.findall(r"\b(\w+) (?:shipped )?taggers\b|\ball (\w+)\b", text.lower())
    wrong = [n for pair in counts for n in pair if n in NUMBERS and NUMBERS[n] != len(TAGGERS)]
    assert wrong == []
    for known in re.findall(r"unknown tagger; known are ([\w, -]+)", page.read_text()):
        assert known.split(", ") == TAGGERS


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.name)
def test_every_command_and_option_shown_exists(page: Path) -> None:
    known = {name: command for name, command in get_command(cli).commands.items()}  # type: ignore[attr-defined]
    fenced = re.findall(r"```(\w*)\n(.*?)```", page.read_text(), re.DOTALL)
    blocks = [block for language, block in fenced if language in ("", "sh", "bash", "console")]
    shown = re.findall(r"ner-service ([a-z]+)([^\n|>]*)", "\n".join(blocks).replace("\\\n", " "))
    for name, rest in shown:
        assert name in known, f"{page.name}: ner-service {name}"
        options = {option for parameter in known[name].params for option in parameter.opts}
        for sub in getattr(known[name], "commands", {}).values():
            options |= {option for parameter in sub.params for option in parameter.opts}
        strange = set(re.findall(r"(?<!\S)--[a-z-]+", rest)) - options
        assert not strange, f"{page.name}: ner-service {name} {strange}"


def test_every_example_of_the_library_is_true() -> None:
    page = (ROOT / "docs" / "library.md").read_text()
    program = "\n".join(re.findall(r"```python\n(.*?)```", page, re.DOTALL))
    test = doctest.DocTestParser().get_doctest(program, {}, "library.md", "library.md", 0)
    done = doctest.DocTestRunner().run(test)
    assert done.attempted > 10
    assert done.failed == 0
