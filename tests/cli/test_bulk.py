"""`tag` on folders, patterns and whole files, with what it says and what it refuses."""

import json
import sys
from functools import partial
from pathlib import Path

import pytest

import ner_service.cli  # noqa: F401  (registers the commands)
from ner_service.bulk.chunk import Counts
from ner_service.bulk.run import Advance
from ner_service.cli.app import app, complete_options, run_command
from ner_service.cli.bulk import Progress
from ner_service.output.bar import Bar

TEXT = "Посол Израиля приехал."
FOUND = [{"start": 6, "end": 13, "label": "LOC", "text": "Израиля", "score": None}]


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A folder `in` with a file of lines and a table, in which the commands run."""
    monkeypatch.chdir(tmp_path)
    (tmp_path / "in" / "sub").mkdir(parents=True)
    (tmp_path / "in" / "a.jsonl").write_text(json.dumps({"n": 1, "text": TEXT}) + "\n")
    (tmp_path / "in" / "sub" / "b.csv").write_text(f"zip,body,text\n007,{TEXT},нет\n")
    return tmp_path


class Command:
    """The command `tag`, run in this process by natasha."""

    def __init__(self, capfd: pytest.CaptureFixture[str]) -> None:
        self._capfd = capfd

    def __call__(self, *arguments: str) -> tuple[int, str, str]:
        self._capfd.readouterr()
        code = run_command(partial(app, ["tag", "-t", "natasha", *arguments]))
        return code, *self._capfd.readouterr()


@pytest.fixture
def tag(capfd: pytest.CaptureFixture[str]) -> Command:
    return Command(capfd)


def test_a_folder_becomes_a_folder(tag: Command, folder: Path) -> None:
    code, out, err = tag("in", "--output", "out/")
    assert (code, out) == (0, "")
    assert err == "out: 2 files, 2 texts, 1 entity\n"
    assert json.loads((folder / "out/a.jsonl").read_text()) == {
        "n": 1,
        "text": TEXT,
        "entities": FOUND,
    }
    assert (folder / "out/sub/b.csv").read_text() == f"zip,body,text,entities\n007,{TEXT},нет,[]\n"
    assert (
        tag("in", "-o", "out")[2] == "out: 2 files, 2 texts (2 texts by earlier runs), 1 entity\n"
    )


def test_the_folder_may_come_last_where_only_a_folder_will_do(tag: Command, folder: Path) -> None:
    assert tag("in", "out", "--workers", "2")[0] == 0
    assert (folder / "out/a.jsonl").exists()


def test_a_pattern_and_a_column_are_chosen(tag: Command, folder: Path) -> None:
    code, _, err = tag("in/**/*.csv", "-o", "out/", "--text-column", "body", "-f", "jsonl")
    assert code == 0, err
    record = json.loads((folder / "out/sub/b.jsonl").read_text())
    assert record == {"zip": "007", "body": TEXT, "text": "нет", "entities": FOUND}


def test_a_table_keeps_its_form_in_a_file_as_in_a_folder(tag: Command, folder: Path) -> None:
    assert tag("in/sub/b.csv", "-o", "x.csv", "--text-column", "body")[0] == 0
    lines = (folder / "x.csv").read_text().splitlines()
    assert lines[0] == "zip,body,text,entities"
    assert sorted(path.name for path in folder.iterdir()) == ["in", "x.csv"]  # no work is left


def test_a_folder_goes_to_stdout_as_its_files_would(tag: Command, folder: Path) -> None:
    _, out, _ = tag("in")
    assert out == tag("in/a.jsonl", "in/sub/b.csv")[1]
    assert len(out.splitlines()) == 2
    assert tag("in/sub", "--text-column", "body")[1].count("Израиля") == 2


@pytest.mark.parametrize("source", ["in/a.jsonl", "s3://a/b"])
def test_ray_without_its_libraries_names_the_extra(
    tag: Command, folder: Path, monkeypatch: pytest.MonkeyPatch, source: str
) -> None:
    for module in ("pyarrow", "pyarrow.fs", "ray"):
        monkeypatch.setitem(sys.modules, module, None)
    code, out, err = tag(source, "-o", "out/", "--ray")
    assert (code, out) == (2, "")
    assert err.startswith("ner-service: error: --ray (")
    assert "[ray]" in err


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (["in", "--workers", "2"], "--workers 2: needs files to read, and a folder"),
        (["-", "-o", "out/", "--workers", "2"], "--workers 2: needs files to read"),
        (["in/a.jsonl", "--text-column", "a", "--text-column", "b"], "several --text-column: needs"),
        (["in", "-o", "in/"], "in: is what is read, and the output: name another folder"),
        (["in/a.jsonl", "-o", "in/"], "in: holds other files"),
        (["nothing", "-o", "out/"], "nothing: No such file or directory"),
        (["in", "-o", "out/", "-f", "csv"], "--format csv: a folder keeps the formats of its files"),
        (["in", "-o", "out/", "-l", "GPE"], "--label GPE: natasha knows"),
        (["in", "-o", "out/", "--text-column", "boby"], "a.jsonl:1: no column 'boby' among 'n', 'text': name"),
        (["in", "--ray"], "--ray: needs files to read and a folder: ner-service tag IN OUT --ray"),
        (["no", "out", "--ray"], "--ray: no: name files, folders or patterns that are there"),
        (["x9://a", "out", "--ray"], "x9://a: "),
        (["in", "-o", "s3://a/b"], "s3://a/b: lies on another machine: add --ray"),
    ],
)  # fmt: skip
def test_what_cannot_be_is_said_in_a_line(
    tag: Command, folder: Path, arguments: list[str], message: str
) -> None:
    code, out, err = tag(*arguments)
    assert (code, out) == (2, "")
    assert message in err
    errors = [line for line in err.splitlines() if not line.startswith("note: ")]
    assert len(errors) == 1


def test_an_error_says_that_what_is_done_is_kept(tag: Command, folder: Path) -> None:
    (folder / "in" / "c.jsonl").write_text("{}\n")
    code, _, err = tag("in", "-o", "out/")
    assert code == 2
    assert "note: what is done is kept: the same command goes on from there\n" in err
    (folder / "in" / "c.jsonl").write_text(json.dumps({"text": TEXT}))
    assert "out: 3 files, 3 texts (1 text by earlier runs)" in tag("in", "-o", "out/")[2]


def test_ray_without_an_address_is_the_cluster_that_is_there() -> None:
    assert complete_options(["tag", "a", "b", "--ray"]) == ["tag", "a", "b", "--ray", "auto"]
    assert complete_options(["tag", "--ray", "-t", "x"]) == ["tag", "--ray", "auto", "-t", "x"]
    assert complete_options(["tag", "a", "--ray", "h:1"]) == ["tag", "a", "--ray", "h:1"]


class Clock:
    """A clock that stands where it is set."""

    now = 0.0

    def __call__(self) -> float:
        return self.now


def test_progress_is_that_of_this_run(capfd: pytest.CaptureFixture[str]) -> None:
    clock = Clock()
    with Bar("tagging", "byte", 4_000_000, clock=clock) as bar:
        progress = Progress(bar)
        clock.now = 35.0
        progress.report(Advance(1_000_000, Counts(10, 100, 1), False))  # an earlier run's
        for clock.now, texts in ((39.0, 500), (75.0, 1500), (79.0, 0)):
            progress.report(Advance(500 * texts, Counts(texts, 250 * texts, 9), True))
    assert progress.new.texts == 2_000
    assert capfd.readouterr().err == (
        "tagging: 2.0 of 4.0 MB, 0.03 MB/s, 1 min 20 s left at most, 50 texts/s\n"
    )


def test_progress_on_a_terminal_is_a_bar(
    capfd: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("sys.stderr.isatty", lambda: True)
    with Bar("tagging", "byte", 2_000_000) as bar:
        progress = Progress(bar)
        progress.report(Advance(1_000_000, Counts(10, 100, 1), False))
        progress.report(Advance(1_000_000, Counts(10, 100, 1), True))
    assert "tagging: 100%" in capfd.readouterr().err
