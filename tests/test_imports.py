"""Imports stay light, and every library that is imported is declared."""

import ast
import doctest
import re
import subprocess
import sys
import tomllib
from importlib.metadata import packages_distributions
from pathlib import Path

import pytest

import ner_service
from ner_service.taggers.registry import BACKENDS

ROOT = Path(__file__).parents[1]
TAGGER_LIBRARIES = {name for backend in BACKENDS.values() for name in backend.packages}
HEAVY = TAGGER_LIBRARIES - {"pydantic"} | {
    "torch",
    "seqeval",
    "ner_service.training",
    "ner_service.nets",
}


def loaded_by(statement: str) -> set[str]:
    """The modules that a fresh Python has after one import."""
    code = f"import sys, {statement}; print(*sys.modules)"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    return set(done.stdout.split())


def test_the_service_imports_no_tagger_library_until_one_is_needed() -> None:
    assert not HEAVY & loaded_by("ner_service.service.app")


def test_natasha_starts_without_pydantic() -> None:
    """It would take an eighth of the time to the first answer."""
    assert "pydantic" not in loaded_by("ner_service.taggers.natasha, ner_service.engine.slovnet")


def test_the_front_door_imports_no_library_at_all() -> None:
    ours = loaded_by("ner_service")
    assert "ner_service.taggers.registry" in ours
    libraries = {name.split(".")[0] for name in ours} & set(packages_distributions())
    assert libraries - loaded_by("site") <= {"ner_service"}


def test_the_example_of_the_front_door_is_true() -> None:
    done = doctest.testmod(ner_service)
    assert done.attempted > 3
    assert done.failed == 0


def test_the_front_door_is_what_it_says() -> None:
    assert (ROOT / "ner_service" / "py.typed").exists()
    assert all(hasattr(ner_service, name) for name in ner_service.__all__)


USER = """
import ner_service

tagger = ner_service.load("bilstm")
reveal_type(tagger.tag("Анна"))
reveal_type(tagger.tag(["Анна"]))
reveal_type(tagger.tag(text for text in ["Анна"]))
reveal_type(tagger.tag("Анна").entities[0].score)
plain: ner_service.Tagger = tagger.tagger
entities: list[list[ner_service.Entity]] = plain.tag(["Анна"])
document = ner_service.Document("1", "Анна", tuple(entities[0]))
"""


def test_the_front_door_is_typed_for_its_users(tmp_path: Path) -> None:
    (tmp_path / "user.py").write_text(USER)
    cache = f"--cache-dir={ROOT / '.mypy_cache' / 'users'}"
    command = [sys.executable, "-m", "mypy", "--strict", "--config-file=", cache]
    environment = {"MYPYPATH": str(ROOT), "PATH": ""}
    command += ["--follow-imports=silent", "user.py"]
    done = subprocess.run(command, cwd=tmp_path, env=environment, capture_output=True, text=True)
    assert done.returncode == 0, done.stdout + done.stderr
    shown = [line.rpartition("is ")[2] for line in done.stdout.splitlines() if "Revealed" in line]
    document = "ner_service.library.TaggedDocument"
    assert shown == [
        f'"{document}"',
        f'"list[{document}]"',
        f'"typing.Iterator[{document}]"',
        '"float | None"',
    ]


def imported_libraries() -> set[str]:
    """The top-level modules of other packages that the package imports anywhere."""
    names: set[str] = set()
    for path in (ROOT / "ner_service").rglob("*.py"):
        for node in ast.walk(ast.parse(path.read_text("utf-8"))):
            if isinstance(node, ast.Import):
                names |= {alias.name for alias in node.names}
            elif isinstance(node, ast.ImportFrom) and not node.level:
                names.add(node.module or "")
    tops = {name.split(".")[0] for name in names}
    return tops - set(sys.stdlib_module_names) - {"ner_service"}


def test_every_library_that_is_imported_is_declared() -> None:
    project = tomllib.loads((ROOT / "pyproject.toml").read_text())["project"]
    extras = project["optional-dependencies"]
    used = [
        *project["dependencies"],
        *(line for name in extras if name != "test" for line in extras[name]),
    ]
    declared = {plain(re.split(r"[\[<>=;~! ]", line)[0]) for line in used}
    owners = packages_distributions()
    undeclared = {
        name
        for name in imported_libraries()
        if not declared & {plain(owner) for owner in owners.get(name, [name])}
    }
    assert undeclared == set()


def plain(name: str) -> str:
    """A distribution's name as indexes compare it."""
    return re.sub(r"[-_.]+", "-", name).lower()


@pytest.mark.slow
def test_serving_needs_no_torch() -> None:
    code = (
        "import sys; sys.modules['torch'] = None\n"
        "from ner_service.taggers.registry import load_tagger\n"
        "for name in ('natasha', 'bilstm'): print(len(load_tagger(name).tag(['Анна Иванова живёт в Москве.'])[0]))"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.split() == ["2", "2"]


def test_names_without_their_libraries_name_the_extra() -> None:
    code = (
        "import sys; sys.modules['numpy'] = None\n"
        "from ner_service.errors import MissingExtra\n"
        "try: import ner_service.names\n"
        "except MissingExtra as error: print(error)"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True)
    assert re.fullmatch(r"the analysis of names \(.*numpy.*\) needs: .*\[tag\]'\n", done.stdout), (
        done.stderr
    )
