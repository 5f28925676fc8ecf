"""The registry: a backend is one entry, and all that is shown of backends follows from it."""

import shutil
from pathlib import Path

import pytest

from docs.generate.taggers import spec_table
from ner_service.errors import ModelError, UnknownTagger
from ner_service.taggers import registry
from ner_service.taggers.backend import Backend, lazy
from ner_service.taggers.registry import (
    check_present,
    check_spec,
    load_tagger,
    shipped_specs,
    spec_forms,
)
from ner_service.types import Tagger

BUILT_IN = (*(name for name, each in registry.BACKENDS.items() if not each.needs_source),)


@pytest.fixture
def silent(monkeypatch: pytest.MonkeyPatch) -> None:
    """A backend, added by the one line that adding it takes."""
    specs = {"silent": "finds nothing"}
    backend = Backend("silent", lazy("tests.taggers.silent"), specs=specs, model_file="silent.bin")
    monkeypatch.setitem(registry.BACKENDS, "silent", backend)


@pytest.mark.usefixtures("silent")
def test_a_new_backend_is_known_everywhere_by_its_one_entry(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert load_tagger("silent").tag(["Анна", "Пётр"]) == [[], []]
    assert spec_forms()["silent"] == "finds nothing"
    assert "| `silent` | finds nothing |" in spec_table()
    (tmp_path / "quiet").mkdir()
    (tmp_path / "quiet" / "silent.bin").touch()
    monkeypatch.setattr(registry, "shipped_models", lambda: tmp_path)
    assert shipped_specs() == [*BUILT_IN, "silent", "silent:quiet"]


def test_shipped_models_are_told_apart_by_their_files(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    shutil.copytree(registry.shipped_models() / "spacy-ru-news", tmp_path / "any-name")
    (tmp_path / "notes").mkdir()
    monkeypatch.setattr(registry, "shipped_models", lambda: tmp_path)
    assert shipped_specs()[len(BUILT_IN) :] == ["spacy:any-name"]


def test_every_backend_explains_its_bare_name_or_what_stands_behind_it() -> None:
    for name, backend in registry.BACKENDS.items():
        assert backend.needs_source != (name in backend.specs)
        assert all(form.startswith(name) for form in backend.specs)


@pytest.mark.parametrize(
    "spec", ["bilstm:{}", "rules:{}.toml", "bilstm:{}@ne5", "vote:natasha+bilstm:{}"]
)
def test_a_name_that_no_disk_can_hold_is_one_line(spec: str) -> None:
    long = spec.format("x" * 5_000)
    for check in (load_tagger, check_present):
        with pytest.raises(ModelError, match=r"File name too long: check the name") as error:
            check(long)
        assert len(str(error.value)) < 300


def test_specs_stand_in_each_other_only_so_deep() -> None:
    check_spec("rules:dates+" * 8 + "natasha")
    with pytest.raises(UnknownTagger, match="8 deep at most"):
        check_spec("rules:dates+" * 1_000 + "natasha")


def test_a_silent_tagger_is_a_tagger() -> None:
    assert isinstance(lazy("tests.taggers.silent")(""), Tagger)
