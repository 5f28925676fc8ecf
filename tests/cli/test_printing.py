"""Commands print through one module, which lets no control character reach a terminal."""

import ast
from pathlib import Path

import pytest

from ner_service import cli

MODULES = sorted(Path(cli.__file__).parent.glob("*.py"))
PAST_PRINTING = {"typer.echo", "typer.secho", "sys.stdout.write", "sys.stderr.write"}


@pytest.mark.parametrize("module", MODULES, ids=lambda module: module.name)
def test_no_command_prints_past_the_module_for_printing(module: Path) -> None:
    calls = [n for n in ast.walk(ast.parse(module.read_text())) if isinstance(n, ast.Call)]
    names = {ast.unparse(call.func) for call in calls}
    assert module.name == "printing.py" or not names & PAST_PRINTING
