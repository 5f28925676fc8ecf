"""The commands `mask` and `unmask`: files, keys, and what they refuse."""

import json
import stat
from collections.abc import Callable
from dataclasses import dataclass
from functools import partial
from pathlib import Path

import pytest

import ner_service.cli  # noqa: F401  (registers the commands)
from ner_service import corpora
from ner_service.cli.app import app, run_command
from ner_service.errors import MissingExtra

TEXT = (
    "Анна Каренина (ИНН 500100732259) позвонила Ивану Чехову в Москве.\r\nПоле <PER_1> пусто. 😀\n"
)


@dataclass
class Shell:
    """Runs commands in a folder; `err` is what the last one printed there."""

    folder: Path
    capture: pytest.CaptureFixture[str]
    out: str = ""
    err: str = ""

    def run(self, *arguments: str) -> int:
        code = run_command(partial(app, list(arguments)))
        self.out, self.err = self.capture.readouterr()
        return code


@pytest.fixture
def shell(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capfd: pytest.CaptureFixture[str]
) -> Shell:
    monkeypatch.chdir(tmp_path)
    return Shell(tmp_path, capfd)


@pytest.mark.parametrize("tagger", ["bilstm", "natasha"])
@pytest.mark.parametrize("style", ["label", "surrogate"])
def test_a_file_is_masked_and_comes_back_to_the_byte(tagger: str, style: str, shell: Shell) -> None:
    source = shell.folder / "letter.txt"
    source.write_bytes(TEXT.encode())
    options = ["-t", tagger, "--style", style, "-o", "masked.txt", "--key", "key.jsonl"]
    assert shell.run("mask", "letter.txt", *options) == 0
    masked = (shell.folder / "masked.txt").read_text()
    assert all(name not in masked for name in ("Анна", "Карен", "Чехов", "500100732259"))
    assert stat.S_IMODE((shell.folder / "key.jsonl").stat().st_mode) == 0o600
    assert shell.run("unmask", "masked.txt", "--key", "key.jsonl", "-o", "back.txt") == 0
    assert (shell.folder / "back.txt").read_bytes() == source.read_bytes()


def test_documents_come_back_by_their_ids(shell: Shell) -> None:
    lines = [
        {"id": "а", "text": "Анна Каренина приехала вечером."},
        {"id": "б", "text": "В Москве дождь идёт."},
    ]
    (shell.folder / "in.jsonl").write_text(
        "".join(json.dumps(line | {"author": "Толстой"}) + "\n" for line in lines)
    )
    assert shell.run("mask", "in.jsonl", "-o", "out.jsonl", "--key", "key") == 0
    masked = (shell.folder / "out.jsonl").read_text()
    assert "Толстой" not in masked
    first, second = masked.splitlines()
    assert json.loads(first)["text"] == "<PER_1> приехала вечером."
    assert json.loads(first)["entities"][0] | {"score": 0} == {
        "start": 0,
        "end": 7,
        "label": "PER",
        "score": 0,
    }
    (shell.folder / "turned.jsonl").write_text(f"{second}\n{first}\n")
    assert shell.run("unmask", "turned.jsonl", "--key", "key") == 0
    assert [json.loads(line)["text"] for line in shell.out.splitlines()] == [
        lines[1]["text"],
        lines[0]["text"],
    ]


def test_nulls_and_the_types_of_ids_stay(shell: Shell) -> None:
    lines = [{"id": 5, "text": "Иду."}, {"id": "6", "text": None}]
    (shell.folder / "in.jsonl").write_text("".join(json.dumps(line) + "\n" for line in lines))
    options = ["--key", "key", "-t", "natasha", "-o", "out.jsonl"]
    assert shell.run("mask", "in.jsonl", *options) == 0
    masked = (shell.folder / "out.jsonl").read_text().splitlines()
    assert [*map(json.loads, masked)] == [
        lines[0] | {"entities": []},
        lines[1] | {"entities": None},
    ]
    assert shell.run("unmask", "out.jsonl", "--key", "key") == 0
    assert [*map(json.loads, shell.out.splitlines())] == [*map(json.loads, masked)]


@pytest.mark.parametrize("name", ["m.csv", "m.tsv", "m.parquet", "m.jsonl.gz"])
def test_texts_are_masked_into_the_format_of_the_ending_and_come_back(
    name: str, shell: Shell
) -> None:
    (shell.folder / "in.csv").write_text('id,text\n1,"Анна Каренина, да"\n2,Тихо.\n')
    options = ["--key", "key", "-t", "natasha"]
    assert shell.run("mask", "in.csv", *options, "-o", name) == 0
    first, _ = corpora.read(shell.folder / name)
    assert (first.id, first.text) == ("1", "<PER_1>, да")
    assert shell.run("unmask", name, "--key", "key", "-o", f"back-{name}") == 0
    texts = [document.text for document in corpora.read(shell.folder / f"back-{name}")]
    assert texts == ["Анна Каренина, да", "Тихо."]


def test_one_text_has_the_format_of_the_ending_as_well(shell: Shell) -> None:
    (shell.folder / "in.txt").write_text("Анна Каренина, да")
    assert shell.run("mask", "in.txt", "--key", "key", "-t", "natasha", "-o", "m.jsonl") == 0
    assert json.loads((shell.folder / "m.jsonl").read_text())["text"] == "<PER_1>, да"
    assert shell.run("unmask", "m.jsonl", "--key", "key") == 0
    assert json.loads(shell.out)["text"] == "Анна Каренина, да"


def test_several_texts_do_not_go_into_a_file_of_another_kind(shell: Shell) -> None:
    (shell.folder / "in.jsonl").write_text('{"text": "Анна Каренина"}\n')
    for name in ("m.conll", "m.txt", "m.txt.gz"):
        assert shell.run("mask", "in.jsonl", "--key", "key", "-t", "natasha", "-o", name) == 2
        assert f"--output {name}: .{name.split('.')[1]} has no place for texts" in shell.err
        assert shell.run("unmask", "in.jsonl", "--key", "in.jsonl", "-o", name) == 2
        assert f"--output {name}: .{name.split('.')[1]} has no place for texts" in shell.err
    assert [path.name for path in shell.folder.iterdir()] == ["in.jsonl"]


def test_the_entities_of_annotated_documents_are_masked_without_a_tagger(shell: Shell) -> None:
    (shell.folder / "gold.bracketed").write_text("# 1\n[СУД Третий дом] рядом\n")
    assert shell.run("mask", "gold.bracketed", "--entities", "--key", "key", "-o", "out.jsonl") == 0
    assert json.loads((shell.folder / "out.jsonl").read_text())["text"].startswith("<СУД_1> рядом")


def test_a_key_file_is_never_overwritten_and_goes_where_masking_fails(shell: Shell) -> None:
    (shell.folder / "in.txt").write_text("Анна")
    (shell.folder / "key").write_text("old")
    assert shell.run("mask", "in.txt", "--key", "key", "-o", "out.txt") == 2
    assert "--key key: exists" in shell.err
    assert (shell.folder / "key").read_text() == "old"
    assert not (shell.folder / "out.txt").exists()
    for wrong in (["nothing.txt"], ["in.txt", "-l", "NOTHING"], ["in.txt", "-o", "."]):
        assert shell.run("mask", *wrong, "--key", "new") == 2
        assert len(shell.err.splitlines()) == 1
        assert not (shell.folder / "new").exists()
    assert shell.run("mask", "in.txt", "--key", "same", "-o", "same") == 2
    assert "--key same: is the output as well" in shell.err


@pytest.mark.parametrize(
    ("change", "message"),
    [
        (lambda key: key.replace("Анна", "Инна"), "altered"),
        (lambda key: "nonsense\n", "key:1:"),
        (lambda key: "", "has 0 keys"),
        (lambda key: key + key, "has 2 keys"),
        (lambda key: key.replace('"version":1', '"version":9'), "key:1: key.version"),
    ],
)
def test_a_wrong_key_is_one_line_and_nothing_is_written(
    change: Callable[[str], str], message: str, shell: Shell
) -> None:
    (shell.folder / "in.txt").write_text(TEXT)
    assert shell.run("mask", "in.txt", "--key", "key", "-o", "out.txt") == 0
    key = shell.folder / "key"
    key.write_text(change(key.read_text()))
    assert shell.run("unmask", "out.txt", "--key", "key", "-o", "back.txt") == 2
    assert message in shell.err
    assert len(shell.err.splitlines()) == 1
    assert "Каренина" not in shell.err
    assert not (shell.folder / "back.txt").exists()


def test_the_key_of_another_file_is_refused_unless_the_text_was_rewritten(shell: Shell) -> None:
    (shell.folder / "in.txt").write_text("Анна Каренина приехала поздним вечером.")
    assert shell.run("mask", "in.txt", "--key", "key", "-o", "out.txt") == 0
    (shell.folder / "other.txt").write_text("Сообщаем, что <PER_1> будет завтра утром.")
    assert shell.run("unmask", "other.txt", "--key", "key") == 2
    assert "another text" in shell.err
    assert shell.run("unmask", "other.txt", "--key", "key", "--rewritten") == 0
    assert shell.out == "Сообщаем, что Анна Каренина будет завтра утром."


def test_a_missing_extra_is_named_before_the_tagger_is_loaded(
    shell: Shell, monkeypatch: pytest.MonkeyPatch
) -> None:
    def refuse() -> None:
        raise MissingExtra("finding identifiers", "pii")

    monkeypatch.setattr("ner_service.cli.mask.load_rules", refuse)
    assert shell.run("mask", "no.txt", "--key", "k", "-t", "spacy:none", "-l", "EMAIL") == 2
    assert "[pii]" in shell.err
