"""The site of the documentation builds without a network, and loads nothing from other hosts."""

import re
import subprocess
import sys
from pathlib import Path

import pytest
import yaml

pytest.importorskip("mkdocs")
pytest.importorskip("material")
pytest.importorskip("mkdocstrings")

ROOT = Path(__file__).parents[1]


@pytest.fixture(scope="module")
def site(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The site, built as `make site` does: a broken link is an error."""
    folder = tmp_path_factory.mktemp("site")
    command = [
        sys.executable,
        "-m",
        "mkdocs",
        "build",
        "--strict",
        "-q",
        "-f",
        "deploy/mkdocs.yml",
        "-d",
        str(folder),
    ]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True)
    assert done.returncode == 0, done.stdout + done.stderr
    return folder


@pytest.mark.slow
def test_every_page_is_built_and_loads_from_no_other_host(site: Path) -> None:
    built = {path.stem for path in site.glob("*.html")} - {"404"}
    assert built == {path.stem for path in (ROOT / "docs").glob("*.md")}
    for page in site.glob("*.html"):
        assert not re.findall(r'src="(?:https?:)?//', page.read_text("utf-8")), page.name


@pytest.mark.slow
def test_the_reference_shows_the_front_door(site: Path) -> None:
    page = (site / "reference.html").read_text("utf-8")
    for name in ("load", "TaggedDocument", "Client", "tag_batch"):
        assert f">{name}<" in page, name


def test_every_page_has_its_place_in_one_of_four_groups() -> None:
    groups = yaml.safe_load((ROOT / "deploy" / "mkdocs.yml").read_text())["nav"]
    assert [name for group in groups for name in group] == [
        *("Start", "How to", "Reference", "Explanation"),
    ]
    pages = [page for group in groups for (parts,) in [group.values()] for page in parts]
    places = {p if isinstance(p, str) else next(iter(p.values())) for p in pages}
    assert places == {path.name for path in (ROOT / "docs").glob("*.md")}
