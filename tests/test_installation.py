"""The size of an installation is bounded, and a missing part names the command that adds it."""

import json
import re
import subprocess
import sys
import tomllib
from pathlib import Path

import pytest

from docs.generate.installation import PURPOSES
from ner_service import errors
from ner_service.errors import MissingExtra, install_command

ROOT = Path(__file__).parents[1]
MEASURED = json.loads((ROOT / "benchmarks" / "installation.json").read_text())
EXTRAS = tomllib.loads((ROOT / "pyproject.toml").read_text())["project"]["optional-dependencies"]


def test_a_client_and_a_service_without_spacy_stay_small() -> None:
    megabytes = {each["extra"]: each["mb"] for each in MEASURED["extras"]}
    assert megabytes["client"] <= 30
    assert megabytes["serve"] <= 420  # 31 of them are the dictionaries of base forms


def test_what_is_measured_can_be_installed_and_has_its_purpose() -> None:
    measured = {each["extra"] for each in MEASURED["extras"]}
    assert measured <= set(PURPOSES)
    assert {part for extra in PURPOSES for part in extra.split(",")} <= set(EXTRAS)


def test_every_extra_that_an_error_names_exists() -> None:
    sources = "".join(p.read_text() for p in (ROOT / "ner_service").rglob("*.py"))
    named = set(re.findall(r'MissingExtra\([^\n]*, "(\w+)"\)', sources))
    assert {"client", "train", "tag"} <= named
    assert named <= set(EXTRAS)


def test_the_command_of_a_missing_part_is_one_for_this_place(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.chdir(ROOT)
    assert install_command("train") == f"{sys.executable} -m pip install -e '.[train]'"
    monkeypatch.chdir(tmp_path)
    assert install_command("train") == f"{sys.executable} -m pip install -e '{ROOT}[train]'"
    monkeypatch.setattr(errors, "CHECKOUT", tmp_path)  # no checkout: an installed package
    assert str(MissingExtra("training", "train")) == (
        "training needs: pip install 'ner-service[train]'"
    )


BARE = """
import sys
class Nothing:
    def find_spec(self, name, path=None, target=None):
        if name.split(".")[0] in ("typer", "numba", "numpy", "httpx"):
            raise ModuleNotFoundError(f"No module named {name!r}", name=name)
sys.meta_path.insert(0, Nothing())
"""


@pytest.mark.parametrize(
    ("program", "extra"),
    [
        ("from ner_service.__main__ import main; main()", "tag"),
        ("import ner_service.client", "client"),
    ],
)
def test_without_its_libraries_a_part_says_what_to_install(program: str, extra: str) -> None:
    done = subprocess.run([sys.executable, "-c", BARE + program], capture_output=True, text=True)
    assert done.returncode != 0
    assert done.stderr.splitlines()[-1].endswith(f"needs: {install_command(extra)}")
