"""Each command and the program in docs/masking.md are run, and print what stands there."""

import os
import re
import subprocess
import sys
from pathlib import Path

import pytest

from tests.serving import running

PAGE = (Path(__file__).parents[1] / "docs" / "masking.md").read_text("utf-8")
COMMAND = re.compile(r"^    \$ (.+)\n((?:    (?!\$ ).+\n)*)", re.MULTILINE)
PROGRAM = re.compile(r"```python\n(.+?)```\n\nThis prints `(.+?)`", re.DOTALL)


@pytest.mark.slow
def test_the_commands_of_the_page_print_what_stands_there(tmp_path: Path) -> None:
    commands = COMMAND.findall(PAGE)
    assert len(commands) == 7
    program = tmp_path / "bin" / "ner-service"
    program.parent.mkdir()
    program.write_text(f'#!/bin/sh\nexec {sys.executable} -m ner_service "$@"\n')
    program.chmod(0o755)
    path = {"PATH": f"{program.parent}:{os.environ['PATH']}"}
    for command, printed in commands:
        done = subprocess.run(
            command, shell=True, cwd=tmp_path, env=os.environ | path, capture_output=True, text=True
        )
        assert done.returncode == 0, done.stderr
        assert done.stdout == re.sub(r"^    ", "", printed, flags=re.MULTILINE)


@pytest.mark.slow
def test_the_program_of_the_page_prints_what_stands_there(
    capsys: pytest.CaptureFixture[str],
) -> None:
    ((program, printed),) = PROGRAM.findall(PAGE)
    with running(taggers="bilstm") as service:
        exec(program.replace("http://localhost:8000", service.url), {})
    assert capsys.readouterr().out == printed + "\n"
