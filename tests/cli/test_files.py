"""Commands `tag` and `convert` on files of other tools: what comes out, and what they say."""

import csv
import io
import json
from functools import partial
from pathlib import Path
from typing import Any

import pytest

import ner_service.cli  # noqa: F401  (registers the commands)
from ner_service import corpora
from ner_service.cli.app import app, run_command
from ner_service.corpora.formats import jsonl
from ner_service.types import Document, Entity

TEXT = "Посол Израиля приехал."
RECORD = {"id": 7, "text": TEXT, "labels": ["news"], "meta": {"n": [1, None]}}
FOUND = {"start": 6, "end": 13, "label": "LOC", "text": "Израиля", "score": None}


class Run:
    """Run the command line in a folder, and keep what it prints."""

    def __init__(self, folder: Path, capfd: pytest.CaptureFixture[str]) -> None:
        self.folder, self._capfd = folder, capfd

    def __call__(self, *arguments: str) -> tuple[int, str, str]:
        self._capfd.readouterr()
        code = run_command(partial(app, list(arguments)))
        return code, *self._capfd.readouterr()

    def file(self, name: str, content: Any) -> str:
        text = content if isinstance(content, str) else json.dumps(content, ensure_ascii=False)
        (self.folder / name).write_text(text, "utf-8")
        return str(self.folder / name)


@pytest.fixture
def run(tmp_path: Path, capfd: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch) -> Run:
    monkeypatch.setenv("NER_CORPORA", "")
    return Run(tmp_path, capfd)


def test_tag_passes_the_other_fields_and_the_type_of_an_id_through(run: Run) -> None:
    source = run.file("in.jsonl", RECORD)
    code, out, _ = run("tag", "-t", "natasha", source)
    assert (code, json.loads(out)) == (0, RECORD | {"entities": [FOUND]})


def test_a_null_text_has_null_for_entities_on_stdout_as_in_a_file(run: Run) -> None:
    table = pytest.importorskip("pyarrow").table({"id": [1, 2], "text": ["Тихо.", None]})
    __import__("pyarrow.parquet").parquet.write_table(table, run.folder / "a.parquet")
    lines = [{"id": 1, "text": "Тихо.", "entities": []}, {"id": 2, "text": None, "entities": None}]
    source = str(run.folder / "a.parquet")
    code, out, _ = run("tag", "-t", "natasha", source)
    assert (code, [*map(json.loads, out.splitlines())]) == (0, lines)
    source = run.file("a.jsonl", "".join(json.dumps(line) + "\n" for line in lines))
    code, _, note = run("tag", "-t", "natasha", source, "-o", str(run.folder / "b.csv"))
    assert (code, note) == (0, f"{run.folder}/b.csv: 1 text, 0 entities\n")
    assert (run.folder / "b.csv").read_text().splitlines()[1:] == ["1,Тихо.,[]", "2,,"]
    analysed = jsonl.record_of(Document("2", "", names=(), is_null=True), [])
    assert analysed == {"id": "2", "text": None, "entities": None, "names": None}


@pytest.mark.parametrize("name", ["x.csv", "x.tsv", "x.parquet", "x.jsonl", "x.ndjson.gz"])
def test_tag_writes_the_format_of_an_ending_and_reads_it_again(run: Run, name: str) -> None:
    if name == "x.parquet":
        pytest.importorskip("pyarrow")
    source, target = run.file("in.jsonl", RECORD), str(run.folder / name)
    assert run("tag", "-t", "natasha", source, "-o", target) == (
        *(0, ""),
        f"{target}: 1 text, 1 entity\n",
    )
    (document,) = corpora.read(Path(target))
    assert (document.id, document.text) == ("7", TEXT)
    assert document.entities == (Entity(6, 13, "LOC"),)
    assert set(document.fields) >= {"labels", "meta"}
    input = ["-i", "tsv"] if name == "x.tsv" else []
    code, out, _ = run("tag", "-t", "natasha", target, *input)
    assert (code, json.loads(out)["text"], json.loads(out)["entities"]) == (0, TEXT, [FOUND])


def test_tag_says_that_a_field_text_has_no_place_beside_the_text_column(run: Run) -> None:
    record = {"id": 1, "text": "Анна", "body": "Иван в Туле"}
    code, out, err = run(
        "tag", "-t", "natasha", run.file("in.jsonl", record), "--text-column", "body"
    )
    assert (code, json.loads(out)["text"]) == (0, "Иван в Туле")
    assert "in.jsonl:1: the field 'text' beside that of --text-column is left out (1 text): " in err


def test_tag_reads_the_text_column_of_a_table(run: Run) -> None:
    source = run.file("in.csv", f"id,body,n\nа,{TEXT},1\n")
    code, out, _ = run("tag", "-t", "natasha", source, "--columns", "body,x", "-f", "csv")
    (row,) = csv.DictReader(io.StringIO(out))
    assert (code, row["id"], row["text"], row["n"]) == (0, "а", TEXT, "1")
    assert json.loads(row["entities"]) == [FOUND]
    code, _, err = run("tag", "-t", "natasha", source)
    assert code == 2
    assert "in.csv:2: text is none of its keys" in err


def test_tag_writes_predictions_for_label_studio(run: Run) -> None:
    code, out, _ = run("tag", "-t", "natasha", run.file("in.jsonl", RECORD), "-f", "labelstudio")
    (task,) = json.loads(out)
    assert code == 0
    assert task["data"] == RECORD
    assert "annotations" not in task
    assert task["predictions"][0]["model_version"].startswith("natasha")


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (["-o", "x.xyz"], "x.xyz: .xyz is no known ending: take one of .jsonl,"),
        (["-o", "x.txt"], "x.txt: .txt is no known ending"),
        (["-f", "parquet"], "--format parquet: is not text: name a file by --output"),
    ],
)
def test_tag_refuses_what_it_cannot_write_before_it_begins(
    run: Run, arguments: list[str], message: str
) -> None:
    code, out, err = run("tag", "-t", "natasha", "-", *arguments)
    assert (code, out) == (2, "")
    assert message in err
    assert err.count("\n") == 1


def test_a_format_that_is_named_needs_no_ending(run: Run) -> None:
    target = run.folder / "out.txt"
    run("tag", "-t", "natasha", run.file("in.jsonl", RECORD), "-o", str(target), "-f", "table")
    assert target.read_text("utf-8").startswith("7: 1 entities\n")


SHIFTED = {"text": "Вчера Анна Каренина и Пётр ели", "labels": [[8, 21, "PER"], [24, 28, "PER"]]}


def test_convert_says_what_was_read_what_was_mended_and_what_is_lost(run: Run) -> None:
    source = run.file("in.jsonl", SHIFTED)
    code, out, err = run("convert", source, str(run.folder / "x.conll"))
    assert (code, out) == (0, "")
    assert err.splitlines() == [
        f"{source}: 1 document, 2 entities (PER 2)",
        f"{source}: entities that begin or end inside a word (2): {source}:1: 8:21 PER "
        f"'на Каренина и'; {source}:1: 24:28 PER 'тр е'",
        f"{source}: all offsets seem shifted: add -2 to each start and end",
        f"{source}: lost: bounds of entities inside tokens, which they now take whole: 2, "
        "first in '1'",
    ]


@pytest.mark.parametrize("command", ["convert {} x.jsonl", "corpora check {}"])
def test_a_mapping_of_a_label_that_is_not_there_is_named(run: Run, command: str) -> None:
    source = run.file("in.jsonl", {"text": "Анна", "entities": [[0, 4, "PER"]]})
    words = command.format(source).replace("x.jsonl", str(run.folder / "x.jsonl")).split()
    code, _, err = run(*words, "--map", "NOPE=X", "--map", "PER=Y")
    line = "no entity has the label NOPE, which the mapping NOPE=X names: there are PER"
    assert (code, err.count(line), err.count("the label")) == (0, 1, 1)


@pytest.mark.parametrize(
    ("name", "content", "options", "labels"),
    [
        ("train.txt", "Анна B-PER\nв O\n", ["--from-format", "conll"], ["PER"]),
        ("x.conll", "1 Анна B-PER X\n2 в O X\n", ["--columns", "2,3"], ["PER"]),
        ("x.conll", "Анна B-PER\nв O\nв I-LOC\n", ["--lenient"], ["PER", "LOC"]),
        ("x.jsonl", {"text": "Анна", "label": [[0, 4, "A"], [1, 2, "B"]]}, ["--overlap", "innermost"], ["B"]),
        ("x.jsonl", {"text": "Анна", "label": [[0, 4, 1]]}, ["--names", "ORG, PER"], ["PER"]),
        ("x.json", {"data": {"text": "Анна"}, "annotations": [{"result": []}], "predictions": [
            {"result": [{"value": {"start": 0, "end": 4, "labels": ["PER"]}}]}]},
         ["--annotator", "predictions"], ["PER"]),
    ],
)  # fmt: skip
def test_convert_is_told_what_a_file_does_not_say(
    run: Run, name: str, content: Any, options: list[str], labels: list[str]
) -> None:
    target = run.folder / "out.jsonl"
    code, _, err = run("convert", run.file(name, content), str(target), *options)
    assert code == 0, err
    assert [e.label for d in corpora.read(target) for e in d.entities] == labels


@pytest.mark.parametrize(
    ("name", "content", "options", "message"),
    [
        ("x.jsonl", "", [], "x.jsonl: holds no documents"),
        ("x.jsonl", {"text": "Анна", "entitys": []}, [], "key 'entitys' looks like annotations"),
        ("x.json", [{"data": {"text": "Анна"}, "annotations": []}], [], "nothing could be read"),
        (
            "x.jsonl",
            {"text": "Анна"},
            ["--from-format", "excel"],
            "format 'excel': expected one of",
        ),
        ("x.jsonl", {"text": "Анна"}, ["--to-format", "excel"], "format 'excel': expected one of"),
        ("x.jsonl", {"text": "Анна"}, ["--columns", "text"], "columns text: give two with a comma"),
    ],
)
def test_convert_writes_nothing_where_it_reads_nothing(
    run: Run, name: str, content: Any, options: list[str], message: str
) -> None:
    target = run.folder / "out.jsonl"
    code, _, err = run("convert", run.file(name, content), str(target), *options)
    assert code == 2
    assert message in err
    assert err.count("\n") == 1
    assert not target.exists()
