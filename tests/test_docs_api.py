"""Each command in docs/api.md is run, and its answer is the one that stands there."""

import re
import subprocess
from pathlib import Path
from typing import Any

import orjson
import pytest

from ner_service.service.settings import Settings
from tests.serving import Running, running

PAGE = (Path(__file__).parents[1] / "docs" / "api.md").read_text()
COMMANDS = re.findall(r"^    \$ (.+)\n((?:    \{.+\n)+)", PAGE, re.MULTILINE)
PYTHON = re.findall(r"```python\n(.+?)```", PAGE, re.DOTALL)


def lines(output: str) -> list[Any]:
    """Parse JSON lines, with every score set to 1, since scores change with the models."""
    return [
        orjson.loads(re.sub(r'"score":[\d.]+', '"score":1', line))
        for line in output.split("\n")
        if line.strip()
    ]


@pytest.fixture(scope="module")
def service() -> Any:
    with running(taggers=Settings.model_fields["taggers"].default) as service:
        yield service


@pytest.mark.slow
def test_the_page_is_true(service: Running, tmp_path: Path) -> None:
    assert len(COMMANDS) == 7
    for command, answer in COMMANDS:
        here = command.replace("localhost:8000", service.url.removeprefix("http://"))
        done = subprocess.run(here, shell=True, capture_output=True, text=True, check=True)
        assert lines(done.stdout) == lines(answer)
    program = "".join(PYTHON)
    (tmp_path / "texts.txt").write_text("Анна\n")
    program = program.replace("http://localhost:8000", service.url).replace(
        "texts.txt", f"{tmp_path}/texts.txt"
    )
    printed: list[str] = []
    exec(program, {"print": lambda *words: printed.append(" ".join(words))})
    assert printed == [
        "PER Ольга Петрова",
        "LOC Москву",
        "<PER_1> приехала в <LOC_1>.",
        "Письмо для Ольги Петровой пришло.",
    ]
