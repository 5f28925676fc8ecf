"""The commands `corpora` and `benchmark`, as a user calls them."""

import json
from pathlib import Path

import pytest
from typer.testing import CliRunner

from ner_service.cli import app

run = CliRunner()


@pytest.fixture(autouse=True)
def _bare(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.delenv("NER_CORPORA", raising=False)
    monkeypatch.setenv("HOME", str(tmp_path))


def listed() -> dict[str, dict[str, str]]:
    lines = run.invoke(app, ["corpora", "list", "--json"]).stdout.splitlines()
    return {row["corpus"]: row for row in map(json.loads, lines)}


def test_our_own_corpus_is_always_here() -> None:
    assert listed()["own_news"]["path"].endswith("own_news.bracketed")
    assert listed()["factru_testset"]["path"] is None
    assert listed()["factru_testset"]["licence"] == "MIT"


def test_what_was_downloaded_is_found_without_being_named(tmp_path: Path) -> None:
    folder = tmp_path / ".cache" / "ner-service" / "corpora" / "gold"
    folder.mkdir(parents=True)
    for name in ("factru_testset", "mine"):
        (folder / f"{name}.jsonl.gz").write_text("")
    found = listed()
    assert found["factru_testset"]["path"] == str(folder / "factru_testset.jsonl.gz")
    assert found["mine"]["path"] == str(folder / "mine.jsonl.gz")


def test_info_counts_what_is_here() -> None:
    said = run.invoke(app, ["corpora", "info", "own_news"]).stdout
    assert "100 documents: LOC " in said


def test_info_says_where_a_corpus_is_to_be_had() -> None:
    said = run.invoke(app, ["corpora", "info", "nerel_dev"]).stdout
    assert "address: https://github.com/nerel-ds/NEREL" in said
    assert (
        "sha256 of the contents of NEREL-v1.1/train, NEREL-v1.1/dev, NEREL-v1.1/test: 17e6" in said
    )
    assert "conversion: Take people, organisations and places" in said
    said = run.invoke(app, ["corpora", "info", "ne5"]).stdout
    assert "sha256: not published; the first one seen is held to" in said


def test_an_unknown_corpus_lists_the_known_ones() -> None:
    failed = run.invoke(app, ["corpora", "info", "nosuch"])
    assert "not in the catalogue: factru, ne5" in str(failed.exception)


def test_the_benchmark_has_its_own_help() -> None:
    shown = run.invoke(app, ["benchmark", "--help"])
    assert shown.exit_code == 0
    assert "--corpora" in shown.stdout


def test_a_part_that_there_is_not_is_refused() -> None:
    failed = run.invoke(app, ["benchmark", "beauty"])
    assert failed.exit_code == 2
