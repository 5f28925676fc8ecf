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


def list_corpora() -> dict[str, dict[str, str]]:
    lines = run.invoke(app, ["corpora", "list", "--json"]).stdout.splitlines()
    return {row["corpus"]: row for row in map(json.loads, lines)}


def test_our_own_corpus_is_always_here() -> None:
    assert list_corpora()["own_news"]["path"].endswith("own_news.bracketed")
    assert list_corpora()["factru_testset"]["path"] is None
    assert list_corpora()["factru_testset"]["licence"] == "MIT"


def test_what_was_downloaded_is_found_without_being_named(tmp_path: Path) -> None:
    folder = tmp_path / ".cache" / "ner-service" / "corpora" / "gold"
    folder.mkdir(parents=True)
    for name in ("factru_testset", "mine"):
        (folder / f"{name}.jsonl.gz").write_text("")
    found = list_corpora()
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
    assert "not in the catalogue: own_news, own_kinds, factru, ne5" in str(failed.exception)


def test_the_benchmark_has_its_own_help() -> None:
    shown = run.invoke(app, ["benchmark", "--help"])
    assert shown.exit_code == 0
    assert "--corpora" in shown.stdout


def test_a_part_that_there_is_not_is_refused() -> None:
    failed = run.invoke(app, ["benchmark", "beauty"])
    assert failed.exit_code == 2


def write_lines(file: Path, *documents: tuple[str, list[tuple[int, int, str]]]) -> str:
    lines = [
        {
            "text": text,
            "entities": [dict(zip(("start", "end", "label"), span, strict=True)) for span in spans],
        }
        for text, spans in documents
    ]
    file.write_text("".join(f"{json.dumps(line)}\n" for line in lines))
    return str(file)


def test_check_is_silent_on_tidy_corpora_and_ends_with_a_summary(tmp_path: Path) -> None:
    train = write_lines(tmp_path / "train.jsonl", ("Анна уехала", [(0, 4, "PER")]))
    dev = write_lines(tmp_path / "dev.jsonl", ("Пётр приехал", [(0, 4, "PER")]))
    done = run.invoke(app, ["corpora", "check", train, dev])
    assert done.exit_code == 0
    assert done.stdout == "2 files, 2 documents, 2 entities: 0 errors, 0 warnings\n"


def test_check_ends_with_0_on_warnings_and_1_on_errors(tmp_path: Path) -> None:
    train = write_lines(tmp_path / "train.jsonl", ("Анна уехала", [(0, 5, "PER")]))
    done = run.invoke(app, ["corpora", "check", train])
    assert done.exit_code == 0
    assert f"{train}:1: warning: 0:5 PER 'Анна ' has a blank at an edge" in done.stdout
    dev = write_lines(tmp_path / "dev.jsonl", ("Анна уехала", [(0, 4, "PER"), (0, 4, "PER")]))
    done = run.invoke(app, ["corpora", "check", train, dev])
    assert done.exit_code == 1
    assert f"{dev}:1: error: 0:4 PER 'Анна' comes twice [doubled]" in done.stdout
    assert f"{dev}:1: error: the text is that of {train}:1" in done.stdout


def test_check_writes_json_lines(tmp_path: Path) -> None:
    train = write_lines(tmp_path / "train.jsonl", ("Анна", [(0, 4, "PER")]), ("", []))
    done = run.invoke(app, ["corpora", "check", train, "--json"])
    finding, summary = map(json.loads, done.stdout.splitlines())
    assert finding == {
        "file": train,
        "line": 2,
        "severity": "warning",
        "fault": "empty",
        "message": "the text is empty",
    }
    assert summary["summary"]["faults"] == {"empty": 1}
    assert summary["summary"]["documents"] == 2


def test_check_goes_on_behind_a_file_that_cannot_be_read(tmp_path: Path) -> None:
    broken, tidy = tmp_path / "a.jsonl", tmp_path / "b.jsonl"
    broken.write_bytes('{"text": "Анна"}\n'.encode("cp1251"))
    write_lines(tidy, ("Анна", [(0, 4, "PER")]))
    done = run.invoke(app, ["corpora", "check", str(broken), str(tidy)])
    assert done.exit_code == 1
    assert f"{broken}:1: error: not UTF-8 at byte" in done.stdout
    assert "2 files, 1 document, 1 entity: 1 error, 0 warnings" in done.stdout


def test_check_names_every_record_that_cannot_be_read(tmp_path: Path) -> None:
    lines = tmp_path / "a.jsonl"
    lines.write_text('nonsense\n{"text": "Анна"}\n{"text": 5}\n{"text": "А", "entites": []}\n')
    tasks = tmp_path / "b.json"
    tasks.write_text('[{"data": 5}, {"data": {"text": "Анна"}, "annotations": []}, {"text": ""}]')
    table = tmp_path / "c.csv"
    table.write_text('text,entities\nАнна,nonsense\nПётр,"[[0, 4, ""PER""]]"\n')
    folder = tmp_path / "d"
    folder.mkdir()
    for name, line in (("one", "T1\tPER 0 4\tПётр\n"), ("two", "T1\tPER 0 4\tАнна\n")):
        (folder / f"{name}.txt").write_text("Анна")
        (folder / f"{name}.ann").write_text(line)
    said = run.invoke(app, ["corpora", "check", *map(str, (lines, tasks, table, folder))]).stdout
    broken = [line.partition(": error: ")[0] for line in said.splitlines() if "unreadable]" in line]
    assert broken == [
        *(f"{lines}:{n}" for n in (1, 3, 4)),
        f"{tasks}: [0]",
        f"{table}:2",
        f"{folder}/one.ann:1",
    ]


def test_check_finds_stray_tags(tmp_path: Path) -> None:
    file = tmp_path / "a.conll"
    file.write_text("Анна\tB-PER\nуехала\tO\nв\tO\nМоскву\tI-LOC\n\n")
    done = run.invoke(app, ["corpora", "check", str(file)])
    assert done.exit_code == 1
    assert f"{file}:4: error: I-LOC follows O [stray-tag]" in done.stdout


def test_check_reads_the_formats_of_convert_and_maps_labels(tmp_path: Path) -> None:
    columns, table = tmp_path / "train.txt", tmp_path / "dev.csv"
    columns.write_text("Анна\tI-PER\nуехала\tO\n\n")
    table.write_text('text,entities\nАнна,"[[0, 4, ""GPE""]]"\n')
    done = run.invoke(app, ["corpora", "check", str(columns), "--from-format", "conll"])
    assert done.exit_code == 0, done.output
    done = run.invoke(app, ["corpora", "check", str(table), "--map", "GPE=PER", "--json"])
    assert json.loads(done.stdout.splitlines()[-1])["summary"]["entities"] == 1


def test_check_is_told_what_is_held_out_where_names_mislead(tmp_path: Path) -> None:
    person, place = (str(tmp_path / name) for name in ("dev.jsonl", "news.jsonl"))
    Path(person).write_text('{"id": "1", "text": "Анна", "entities": [[0, 4, "PER"]]}\n', "utf-8")
    Path(place).write_text('{"id": "2", "text": "в Омске", "entities": [[2, 7, "LOC"]]}\n', "utf-8")
    by_name = run.invoke(app, ["corpora", "check", person, place])
    assert (by_name.exit_code, "label PER" in by_name.stdout) == (1, True), by_name.stdout
    told = run.invoke(app, ["corpora", "check", person, "--held-out", place])
    assert (told.exit_code, "label LOC" in told.stdout) == (1, True), told.stdout
    twice = run.invoke(app, ["corpora", "check", person, place, "--held-out", place])
    assert f"--held-out {place}: is among the files, too" in str(twice.exception)


def test_check_needs_files_that_are_there() -> None:
    assert "no such file" in str(run.invoke(app, ["corpora", "check", "nosuch"]).exception)
