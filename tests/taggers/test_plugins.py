"""Taggers of other packages, by way of entry points: served, tagged and evaluated by name."""

import importlib
import json
import logging
import tomllib
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from typer.testing import CliRunner

from ner_service import corpora
from ner_service.cli import app
from ner_service.errors import UnknownTagger
from ner_service.taggers import registry
from ner_service.taggers.registry import BACKENDS, check_spec, installed_plugins, load_tagger
from tests.marked import marked
from tests.serving import serving

EXAMPLE = Path(__file__).parent / "shouting_ner"
TEXT = "В ООН и ЕС молчат."
Install = Callable[..., None]
BUILT_IN = [name for name, backend in BACKENDS.items() if not backend.needs_source]


@pytest.fixture
def install(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Install]:
    """Make a package visible as an installer does: its metadata and modules on the path."""
    monkeypatch.syspath_prepend(str(tmp_path))
    monkeypatch.syspath_prepend(str(EXAMPLE))

    def install(package: str, version: str, **points: str) -> None:
        folder = tmp_path / f"{package.replace('-', '_')}-{version}.dist-info"
        folder.mkdir()
        (folder / "METADATA").write_text(
            f"Metadata-Version: 2.1\nName: {package}\nVersion: {version}\n"
        )
        rows = "".join(f"{name} = {value}\n" for name, value in points.items())
        (folder / "entry_points.txt").write_text(f"[ner_service.taggers]\n{rows}")
        importlib.invalidate_caches()
        registry.installed_plugins.cache_clear()

    yield install
    registry.installed_plugins.cache_clear()


@pytest.fixture
def shouting(install: Install) -> None:
    """The example package, by its own `pyproject.toml`."""
    project = tomllib.loads((EXAMPLE / "pyproject.toml").read_text())["project"]
    points = project["entry-points"]["ner_service.taggers"]
    install(project["name"], project["version"], **points)


@pytest.mark.usefixtures("shouting")
@pytest.mark.parametrize(
    ("spec", "expected"),
    [
        ("shouting", ["ООН"]),
        ("shouting:2", ["ООН", "ЕС"]),
        ("shouting-function", ["ООН", "ЕС"]),
        ("shouting-function:3", ["ООН"]),
    ],
)
def test_a_plugin_is_loaded_by_its_name(spec: str, expected: list[str]) -> None:
    (entities,) = load_tagger(spec).tag([TEXT])
    assert [TEXT[e.start : e.end] for e in entities] == expected


@pytest.mark.usefixtures("shouting")
def test_a_plugin_is_tagged_with_evaluated_and_listed(tmp_path: Path) -> None:
    run = CliRunner()
    (tmp_path / "a.txt").write_text(TEXT)
    tagged = run.invoke(app, ["tag", "-t", "shouting", str(tmp_path / "a.txt")])
    assert [e["label"] for e in json.loads(tagged.stdout)["entities"]] == ["ORG"]
    corpora.write(tmp_path / "gold.jsonl", [marked("В [ORG ООН] и ЕС молчат.", "a")])
    scored = run.invoke(app, ["evaluate", str(tmp_path / "gold.jsonl"), "-t", "shouting", "--json"])
    assert json.loads(scored.stdout)["strict"]["micro"]["f1"] == 1.0
    listed = run.invoke(app, ["taggers", "--json"]).stdout.splitlines()
    assert {"shouting", "shouting-function"} <= {json.loads(line)["tagger"] for line in listed}


@pytest.mark.usefixtures("shouting")
def test_a_plugin_is_served() -> None:
    with serving(load_tagger, taggers="shouting", default_tagger="") as client:
        answer = client.post("/ner", json={"text": TEXT}).json()
    assert [e["text"] for e in answer["entities"]] == ["ООН"]


def test_a_broken_plugin_is_one_line_and_hides_nothing(install: Install) -> None:
    install("broken-ner", "1.0", broken="no_such_module:load", odd="json:__name__")
    with pytest.raises(
        UnknownTagger, match=r"'broken' of broken-ner 1\.0 cannot be imported: "
    ) as e:
        load_tagger("broken")
    assert "\n" not in str(e.value)
    with pytest.raises(UnknownTagger, match="neither a Backend nor a function"):
        load_tagger("odd")
    assert [check_spec(name)[0] for name in BUILT_IN] == BUILT_IN


def test_a_plugin_cannot_take_a_built_in_name(
    install: Install, caplog: pytest.LogCaptureFixture
) -> None:
    install("other-ner", "2.0", natasha="shouting_ner:load")
    with caplog.at_level(logging.WARNING, "ner_service"):
        assert check_spec("natasha") == ("natasha", "")
    assert "'natasha' of other-ner 2.0 is ignored: that name is built in" in caplog.text
    assert installed_plugins() == {}


def test_two_plugins_of_one_name_are_refused_by_name(install: Install) -> None:
    install("one-ner", "1", loud="shouting_ner:load")
    install("two-ner", "2", loud="shouting_ner:load")
    with pytest.raises(UnknownTagger, match="clash: uninstall one of them") as error:
        load_tagger("loud")
    assert "'loud' of one-ner 1" in str(error.value)
    assert "'loud' of two-ner 2" in str(error.value)


def test_an_unknown_name_lists_the_plugins_too(install: Install) -> None:
    install("one-ner", "1", loud="shouting_ner:load")
    with pytest.raises(UnknownTagger, match=r"known are natasha, spacy, bilstm, .*loud"):
        load_tagger("nobody")


def test_damaged_metadata_hides_no_built_in_tagger(
    install: Install, tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    install("damaged-ner", "1")
    (tmp_path / "damaged_ner-1.dist-info" / "entry_points.txt").write_text("[x]\nno equals sign\n")
    registry.installed_plugins.cache_clear()
    with caplog.at_level(logging.WARNING, "ner_service"):
        assert check_spec("spacy") == ("spacy", "spacy-ru-news")
    assert "damaged entry points" in caplog.text
