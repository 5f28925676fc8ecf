"""docs/course.md: a student's whole project runs as it is printed, in the time that it promises."""

import os
import re
import resource
import shlex
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
TEXT = (ROOT / "docs" / "course.md").read_text("utf-8")
MOST_COMMANDS, MOST_SECONDS = 15, 30 * 60  # of one core
PAGES = (
    "report/index.html", "models/project.tune/index.html", "models/project.curve/index.html",
    "comparison/index.html", "test/index.html",
)  # fmt: skip


def blocks(language: str) -> list[str]:
    return re.findall(rf"```{language}\n(.*?)```", TEXT, re.DOTALL)


def commands() -> list[str]:
    return "".join(blocks("sh")).splitlines()


def test_the_project_has_few_commands() -> None:
    assert 5 < len(commands()) <= MOST_COMMANDS
    assert all(command.startswith("ner-service ") for command in commands())


def test_every_picture_is_there() -> None:
    pictures = re.findall(r"\((images/course-[\w.-]+)\)", TEXT)
    assert len(pictures) >= 2
    assert [name for name in pictures if not (ROOT / "docs" / name).exists()] == []


@pytest.mark.slow
@pytest.mark.timeout(3 * 60 * 60)
def test_the_project_runs_from_an_empty_folder(tmp_path: Path) -> None:
    (toml,) = blocks("toml")
    (tmp_path / "project.toml").write_text(toml, "utf-8")
    environment = os.environ | {"OMP_NUM_THREADS": "1", "PYTHONPATH": str(ROOT)}
    environment.pop("NER_CORPORA", None)
    began = resource.getrusage(resource.RUSAGE_CHILDREN)
    for command in commands():
        words = [sys.executable, "-m", "ner_service", *shlex.split(command)[1:]]
        done = subprocess.run(
            words, cwd=tmp_path, env=environment, capture_output=True, text=True, check=False
        )
        assert done.returncode == 0, f"{command}: {done.stderr[-2000:]}"
    ended = resource.getrusage(resource.RUSAGE_CHILDREN)
    seconds = ended.ru_utime + ended.ru_stime - began.ru_utime - began.ru_stime
    assert seconds <= MOST_SECONDS
    assert [page for page in PAGES if not (tmp_path / page).exists()] == []
    assert list((tmp_path / "errors").glob("*.html"))
