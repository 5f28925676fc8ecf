"""The command line as a user meets it: a real process, its output, its exit code."""

import json
import os
import socket
import subprocess
import sys
from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from functools import partial
from importlib.util import find_spec
from pathlib import Path
from typing import BinaryIO

import pytest

import ner_service.cli  # noqa: F401  (registers the commands)
from ner_service import corpora
from ner_service.cli.app import app, run_command
from ner_service.output.documents import FORMATS
from ner_service.types import Document, Entity
from tests.marked import marked

needs_torch = pytest.mark.skipif(find_spec("torch") is None, reason="torch is not installed")

TEXT = "Посол Израиля на Украине Йоэль Лион пришел в шок."
FOUND = [("Израиля", "LOC"), ("Украине", "LOC"), ("Йоэль Лион", "PER")]


@dataclass(frozen=True)
class Done:
    """What a command left: exit code, stdout, stderr."""

    code: int
    out: str
    err: str


Run = Callable[..., Done]


@pytest.fixture
def run(monkeypatch: pytest.MonkeyPatch, capfd: pytest.CaptureFixture[str]) -> Run:
    """Runs the command line inside this process."""

    def command(*arguments: str, corpora: str = "") -> Done:
        monkeypatch.setenv("NER_CORPORA", corpora)
        monkeypatch.setenv("COLUMNS", "100")
        capfd.readouterr()
        code = run_command(partial(app, list(arguments)))
        return Done(code, *capfd.readouterr())

    return command


OF_TESTS = ("NER_CHROMIUM", "NER_LITELLM_PYTHON")  # which are no settings: `serve` says so


def process(*arguments: str, **env: str) -> Done:
    """Runs the command line as a process of its own."""
    command = [sys.executable, "-m", "ner_service", *arguments]
    others = {name: value for name, value in os.environ.items() if name not in OF_TESTS}
    done = subprocess.run(
        command, input=b"", capture_output=True, timeout=600, env={**others, **env}
    )
    return Done(done.returncode, done.stdout.decode(), done.stderr.decode())


@pytest.fixture
def text(tmp_path: Path) -> str:
    """A file of one text."""
    path = tmp_path / "text.txt"
    path.write_text(TEXT)
    return str(path)


def test_help_names_every_command(run: Run) -> None:
    done = run("--help")
    assert done.code == 0
    for command in ("serve", "tag", "train", "evaluate", "taggers", "convert"):
        assert command in done.out


@pytest.fixture
def stdin() -> Iterator[BinaryIO]:
    """Yield the end of a pipe to write to, whose other end is this process's stdin."""
    before, (there, here) = os.dup(0), os.pipe()
    os.dup2(there, 0)
    with open(here, "wb") as file:
        yield file
    os.dup2(before, 0)
    os.close(before)
    os.close(there)


def test_tag_reads_stdin_and_writes_json_lines(run: Run, stdin: BinaryIO) -> None:
    stdin.write(TEXT.encode())
    stdin.close()
    done = run("tag", "--tagger", "natasha")
    (line,) = done.out.splitlines()
    answer = json.loads(line)
    assert answer["text"] == TEXT
    assert [(TEXT[e["start"] : e["end"]], e["label"]) for e in answer["entities"]] == FOUND


def test_tag_keeps_ids_of_jsonl_and_labels_asked_for(run: Run, tmp_path: Path) -> None:
    source, target = tmp_path / "in.jsonl", tmp_path / "out.jsonl.gz"
    source.write_text(json.dumps({"id": "n7", "text": TEXT}) + "\n")
    done = run("tag", str(source), "-l", "PER", "-o", str(target))
    assert (done.code, done.out) == (0, "")
    (document,) = corpora.read(target)
    assert document.id == "n7"
    assert [document.text[e.start : e.end] for e in document.entities] == ["Йоэль Лион"]


@pytest.mark.parametrize(
    ("format", "part"),
    [("table", "PER"), ("conll", "Йоэль\tB-PER\nЛион\tI-PER\n"), ("html", "Йоэль Лион")],
)
def test_tag_writes_other_formats(run: Run, text: str, format: str, part: str) -> None:
    assert part in run("tag", "-f", format, text).out


def test_tag_lists_its_formats_where_one_is_none(run: Run, text: str) -> None:
    done = run("tag", "-f", "doc", text)
    assert done.code == 2
    assert f"'doc' is not one of {', '.join(FORMATS)}" in " ".join(
        done.err.replace("│", " ").split()
    )


@pytest.mark.parametrize(
    ("command", "message"),
    [
        ("tag missing.txt", "missing.txt: No such file"),
        ("tag {folder}", "bytes.txt: not UTF-8 at byte 0"),
        ("tag {folder}/bytes.txt", "bytes.txt: not UTF-8 at byte 0"),
        ("tag -i jsonl {folder}/list.jsonl", "list.jsonl:1: expected an object"),
        ("tag {folder}/text.txt -o {folder}/text.txt/out.jsonl", "out.jsonl: "),
        ("tag -t nobody", "unknown tagger 'nobody': known are natasha, spacy, bilstm"),
        ("tag -t bilstm:nowhere", "'nowhere': no such folder"),
        ("tag -t natasha:x", "natasha:x"),
        ("tag -l GPE", "--label GPE: bilstm knows LOC, ORG, PER"),
        ("evaluate nothing", "corpus 'nothing': no such file"),
        ("convert nothing x.jsonl", "corpus 'nothing': no such file"),
        pytest.param("train nothing.toml", "nothing.toml: No such file", marks=needs_torch),
        ("evaluate x --map GPE", "'GPE': expected FROM=TO"),
    ],
)
def test_what_a_user_can_mend_is_one_line_and_exit_code_2(
    run: Run, text: str, command: str, message: str, tmp_path: Path
) -> None:
    (tmp_path / "bytes.txt").write_bytes(b"\xff")
    (tmp_path / "list.jsonl").write_text("[]")
    done = run(*command.format(folder=tmp_path).split())
    assert done.code == 2
    assert message in done.err
    assert done.err.startswith("ner-service: error: ")
    assert done.err.count("\n") == 1
    assert done.out == ""


@pytest.mark.slow
def test_a_reader_that_has_had_enough_is_no_error(tmp_path: Path) -> None:
    source = tmp_path / "many.txt"
    source.write_text("Анна.\n" * 20_000)
    command = f"{sys.executable} -m ner_service tag -t natasha -i lines < {source} | head -n 1"
    done = subprocess.run(["bash", "-c", command], capture_output=True, timeout=100)
    assert done.stdout.count(b"\n") == 1
    assert done.stderr == b""


def test_a_corpora_folder_that_is_none_is_named(run: Run) -> None:
    done = run("evaluate", "x", corpora="/nowhere")
    assert "NER_CORPORA: /nowhere: no such folder" in done.err


def test_evaluate_scores_as_json_and_as_a_table(run: Run, tmp_path: Path) -> None:
    path = tmp_path / "own.jsonl"
    source = "Посол [LOC Израиля] на [LOC Украине] [PER Йоэль Лион] пришел в [DATE шок]."
    corpora.write(path, [marked(source)])
    done = run("evaluate", str(path), "-t", "natasha", "--json")
    answer = json.loads(done.out)
    assert answer["strict"]["labels"]["LOC"]["f1"] == 1.0
    assert answer["strict"]["micro"]["recall"] == 0.75
    assert "natasha does not know DATE" in done.err
    done = run("evaluate", str(path), "-t", "natasha", "--map", "DATE=")
    assert "1.0000" in done.out
    assert done.err == ""


def test_evaluate_misses_seqeval_before_it_reads_or_tags(
    run: Run, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("ner_service.scoring.f1.find_spec", lambda name: None)
    done = run("evaluate", "/nowhere/own.jsonl")
    assert done.code == 2
    assert "scoring (no seqeval) needs: " in done.err
    assert "[eval]" in done.err


def test_benchmark_names_all_that_it_misses_at_once(
    run: Run, monkeypatch: pytest.MonkeyPatch
) -> None:
    for module in ("cli.benchmark", "taggers.backend"):
        monkeypatch.setattr(f"ner_service.{module}.find_spec", lambda name: None)
    done = run("benchmark", "http", "--taggers", "natasha,union:spacy+gliner:x")
    assert done.code == 2
    for packages in ("psutil, seqeval, locust", "spacy", "gliner"):
        assert f"(no {packages})" in done.err
    assert "[bench,tag,spacy,gliner]" in done.err.replace("natasha", "tag")


def test_evaluate_scores_kinds_of_text_and_names_the_worst(run: Run, tmp_path: Path) -> None:
    path = tmp_path / "kinds.bracketed"
    path.write_text(
        "# 1\n#= kind: news\n[PER Анна Каренина] уехала в [LOC Москву].\n"
        "# 2\n#= kind: notes\nСлива и [PER груша]\n"
    )
    done = run("evaluate", str(path), "-t", "natasha", "--json")
    line = json.loads(done.out)
    assert line["worst_kind"] == "notes"
    assert {kind: score["f1"] for kind, score in line["kinds"].items()} == {"notes": 0, "news": 1}
    done = run("evaluate", str(path), "-t", "natasha", "--report", str(tmp_path / "pages"))
    assert "by kind of text, the worst first" in done.out
    assert done.out.index("notes") < done.out.index("news")
    (page,) = (tmp_path / "pages").iterdir()
    assert "<h2>Kinds of text</h2>" in page.read_text()


def test_evaluate_counts_only_labels_that_the_corpus_has(run: Run, tmp_path: Path) -> None:
    path = tmp_path / "persons.jsonl"
    corpora.write(path, [marked("Посол Израиля на Украине [PER Йоэль Лион] пришел в шок.")])
    done = run("evaluate", str(path), "-t", "natasha", "--json")
    assert json.loads(done.out)["strict"]["micro"]["f1"] == 1.0
    assert f"note: {path} has no LOC (2) of natasha, so these do not count" in done.err


def test_evaluate_scores_recorded_answers_beside_a_tagger(run: Run, tmp_path: Path) -> None:
    path, theirs = tmp_path / "own.jsonl", tmp_path / "theirs.jsonl"
    gold = marked("Посол [LOC Израиля] на [LOC Украине] [PER Йоэль Лион] пришел в шок.")
    answers = {"gpt": [{"start": 6, "end": 13, "label": "LOC"}], "natasha": []}
    corpora.write(path, [replace(gold, fields={"recorded": answers, "cost_usd": {"gpt": 0.002}})])
    done = run("evaluate", str(path), "-t", "natasha", "--predictions", str(path), "--json")
    rows = {row["tagger"]: row for row in map(json.loads, done.out.splitlines())}
    assert {name: row["strict"]["micro"]["f1"] for name, row in rows.items()} == {
        "natasha": 1.0,
        "gpt": 0.5,
        "natasha (recorded)": 0.0,
    }
    assert rows["gpt"]["cost_usd"] == 0.002
    assert "cost_usd" not in rows["natasha"]
    corpora.write(theirs, [replace(gold, entities=gold.entities[:1])])
    done = run(
        "evaluate", str(path), "--predictions", f"mine={theirs}", "--predictions", f"gpt={path}"
    )
    comparison = done.out[done.out.index("all on") :]
    assert "US$ for 1,000 texts" in comparison
    rows = [[c.strip() for c in line.split("│")[1:-1]] for line in comparison.splitlines()]
    assert [(row[0], row[3], row[-1]) for row in rows if row] == [
        ("mine", "0.5000", ""),
        ("gpt", "0.5000", "2.00"),
    ]
    assert "ignored" not in done.err


@pytest.mark.parametrize(
    ("arguments", "error"),
    [
        (("own", "own", "--predictions", "own"), "--predictions: name one corpus"),
        (("own", "--predictions", "nothing"), "corpus 'nothing': no such file"),
        (("own", "--predictions", "=own"), "--predictions =own: give FILE or NAME=FILE"),
        (("own", "--predictions", "own", "--predictions", "own"), "two systems are called own"),
        (("own", "--predictions", "own", "--map", "PER"), "'PER': expected FROM=TO"),
        (("own", "--predictions", "own", "--card"), "--card: recorded answers have no card"),
    ],
)
def test_evaluate_says_what_is_wrong_with_recorded_answers(
    run: Run, tmp_path: Path, arguments: tuple[str, ...], error: str
) -> None:
    path = tmp_path / "own.jsonl"
    corpora.write(path, [marked("[PER Анна] уехала")])
    named = (a.replace("own", str(path)) for a in arguments)
    done = run("evaluate", *named)
    assert done.code != 0
    assert error.replace("own", str(path)).replace("called " + str(path), "called own") in done.err


def test_evaluate_says_what_is_wrong_with_a_corpus(run: Run, tmp_path: Path) -> None:
    path = tmp_path / "own.jsonl"
    lines = [
        {"text": "Анна, здравствуй", "entities": [{"start": 0, "end": 5, "label": "PER"}]},
        {"text": "Анна уехала", "entities": [{"start": 0, "end": 5, "label": "PER"}]},
    ]
    path.write_text("".join(f"{json.dumps(line)}\n" for line in lines))
    done = run("evaluate", str(path), "-t", "natasha", "--json")
    trimmed, summary, example = done.err.splitlines()
    assert trimmed.startswith(f"note: {path}: white space trimmed from entities (1): {path}:2")
    assert "1 warning; entities with stray punctuation at an edge 1" in summary
    assert f"{path}:1: warning: 0:5 PER 'Анна,' has , at an edge" in example
    assert json.loads(done.out)["documents"] == 2


def test_evaluate_shows_labels_as_they_are(run: Run, tmp_path: Path) -> None:
    path = tmp_path / "x.jsonl"
    corpora.write(
        path, [Document("a", "Анна и Пётр", (Entity(0, 4, "[/b]"), Entity(7, 11, "[x] y")))]
    )
    done = run("evaluate", str(path), "-t", "natasha")
    assert done.code == 0
    assert "[/b]" in done.out
    assert "[x] y" in done.out


def test_evaluate_knows_all_taggers_and_corpora_before_it_begins(run: Run, tmp_path: Path) -> None:
    path = tmp_path / "x.jsonl"
    corpora.write(path, [marked("[PER Анна] спит.", "a")])
    for more in (["-t", "bert"], [str(tmp_path / "y.jsonl")]):
        done = run("evaluate", str(path), "-t", "natasha", *more)
        assert (done.code, done.out) == (2, "")


@pytest.mark.parametrize(
    ("mapping", "label"), [("PER=PERSON", "PERSON"), ("LOC=", "PER"), ("NOPE=LOC", "PER")]
)
def test_evaluate_maps_what_is_predicted_as_well(
    run: Run, tmp_path: Path, mapping: str, label: str
) -> None:
    path = tmp_path / "own.jsonl"
    corpora.write(path, [marked("Посол [LOC Израиля] на [LOC Украине] [PER Йоэль Лион] пришел.")])
    done = run("evaluate", str(path), "-t", "natasha", "--json", "--map", mapping)
    strict = json.loads(done.out)["strict"]
    assert strict["micro"]["f1"] == strict["labels"][label]["f1"] == 1.0
    assert done.err == ""


def test_evaluate_writes_pages_of_files_of_one_name_beside_each_other(
    run: Run, tmp_path: Path
) -> None:
    for folder in ("a", "b"):
        (tmp_path / folder).mkdir()
        corpora.write(tmp_path / folder / "test.jsonl", [marked("Посол [LOC Израиля] пришел.")])
    names = [str(tmp_path / folder / "test.jsonl") for folder in ("a", "b")]
    run("evaluate", *names, "-t", "natasha", "--report", str(tmp_path / "pages"))
    pages = sorted((tmp_path / "pages").iterdir())
    assert [page.name[-len("a-test.jsonl-natasha.html") :] for page in pages] == [
        f"{n}-test.jsonl-natasha.html" for n in "ab"
    ]
    assert all(f"natasha on {n}" in p.read_text("utf-8") for n, p in zip(names, pages, strict=True))


def test_taggers_lists_each_with_its_hash(run: Run) -> None:
    lines = [json.loads(line) for line in run("taggers", "--json").out.splitlines()]
    found = {line["tagger"]: line for line in lines}
    assert {"natasha", "spacy", "bilstm"} <= set(found)
    assert all(len(line["hash"]) == 64 for line in lines)
    assert found["spacy"]["computed_by"] == "the engine"


def test_convert_carries_entities_over(run: Run, tmp_path: Path) -> None:
    corpora.write(tmp_path / "a.jsonl", [marked("[GPE Рига] ждёт")])
    done = run("convert", str(tmp_path / "a.jsonl"), str(tmp_path / "b.conll"), "--map", "GPE=LOC")
    assert done.code == 0
    assert "Рига\tB-LOC\nждёт\tO\n" in (tmp_path / "b.conll").read_text()


def test_convert_annotates_another_way(run: Run, tmp_path: Path) -> None:
    text = "[PER Ирина (Ира)] из [LOC ЕС] купила [ORG ОАО «Мир»], пишут [ORG СМИ]."
    corpora.write(tmp_path / "a.jsonl", [marked(text, "a")])
    change = ["--relabel", "Е[СA]=ORG", "--relabel", "СМИ=", "--split-parentheses"]
    to = tmp_path / "b.jsonl"
    done = run("convert", str(tmp_path / "a.jsonl"), str(to), *change, "--outside", "ОАО|ЗАО")
    assert done.code == 0
    assert list(corpora.read(to)) == [
        marked("[PER Ирина] ([PER Ира]) из [ORG ЕС] купила ОАО «[ORG Мир]», пишут СМИ.", "a")
    ]


@pytest.mark.parametrize(
    ("options", "message"),
    [
        (["--relabel", "СМИ"], "--relabel СМИ: give PATTERN=LABEL, or PATTERN= to drop entities"),
        (["--relabel", "=ORG"], "--relabel =ORG: give PATTERN=LABEL, or"),
        (["--relabel", "(=ORG"], "--relabel (: no regular expression: "),
        (["--outside", "[А"], "--outside [А: no regular expression: "),
    ],
)
def test_convert_says_what_is_wrong_with_a_pattern(
    run: Run, tmp_path: Path, options: list[str], message: str
) -> None:
    corpora.write(tmp_path / "a.jsonl", [marked("[LOC Рига]", "a")])
    done = run("convert", str(tmp_path / "a.jsonl"), str(tmp_path / "b.jsonl"), *options)
    assert done.code == 2
    assert message in done.err
    assert len(done.err.splitlines()) == 1
    assert not (tmp_path / "b.jsonl").exists()


@pytest.mark.parametrize(
    "command", [["tag", "--output"], ["silver", "--output"], ["convert"]], ids=lambda c: c[0]
)
def test_what_is_read_is_not_replaced(run: Run, tmp_path: Path, command: list[str]) -> None:
    path = tmp_path / "gold.jsonl"
    corpora.write(path, [marked("[PER Анна] спит.", "a")])
    before = path.read_bytes()
    done = run(command[0], str(path), *command[1:], str(path))
    assert done.code == 2
    assert "gold.jsonl: is what is read, and would be lost: name another file" in done.err
    assert path.read_bytes() == before


def test_tag_reads_files_whose_names_are_no_utf8(run: Run, tmp_path: Path) -> None:
    path = tmp_path / os.fsdecode("Имя".encode("cp1251"))
    path.write_text("Анна", encoding="utf-8")
    done = run("tag", str(path), "--tagger", "natasha")
    assert (done.code, json.loads(done.out)["id"]) == (0, f"{tmp_path}/\ufffd\ufffd\ufffd")


def test_tag_passes_over_entities_that_are_there(run: Run, tmp_path: Path) -> None:
    path = tmp_path / "x.jsonl"
    path.write_text('{"text": "Анна", "entities": [{"start": 7, "end": 3, "label": "X"}]}')
    done = run("tag", str(path), "--tagger", "natasha")
    assert (done.code, len(done.out.splitlines())) == (0, 1)


@needs_torch
def test_silver_reads_annotated_corpora_as_texts(run: Run, tmp_path: Path) -> None:
    done = run("silver", "own_news", "--tagger", "natasha", "-o", str(tmp_path / "s.jsonl"))
    assert done.code == 0
    found = list(corpora.read(tmp_path / "s.jsonl"))
    assert len(found) == 100
    assert not any("[PER " in document.text for document in found)


@pytest.mark.slow
def test_numbers_that_other_processes_left_are_not_the_services(tmp_path: Path) -> None:
    done = process(
        "serve", "--host", "no host", NER_TAGGERS="natasha", PROMETHEUS_MULTIPROC_DIR=str(tmp_path)
    )
    assert "NER_HOST, NER_PORT: cannot listen on no host" in done.err
    assert not [*tmp_path.iterdir()]


@pytest.mark.slow
def test_several_processes_say_why_they_cannot_listen() -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        done = process("serve", "--workers", "2", NER_PORT=str(taken.getsockname()[1]))
    assert done.code == 2
    assert done.err.endswith(": Address already in use\n")
    assert done.err.count("\n") == 1


@pytest.mark.slow
def test_a_wrong_setting_stops_the_service_with_one_line() -> None:
    done = process("serve", NER_PORT="many")
    assert done.code == 2
    assert "NER_PORT" in done.err
    assert done.err.count("\n") == 1


def test_warm_compiles_what_base_forms_and_masking_need(
    run: Run, monkeypatch: pytest.MonkeyPatch
) -> None:
    from ner_service.engine.jit import NotOnDisk
    from ner_service.service.queue import analysis_thread

    asked: list[str] = []

    def probe() -> None:
        asked.append("names")
        if len(asked) == 1:
            raise NotOnDisk

    monkeypatch.setattr(analysis_thread, "probe", probe)
    done = run("warm", "rules:identifiers")
    assert (done.code, done.err, asked) == (0, "", ["names", "names"])
    compiling, ready = done.out.splitlines()
    assert compiling.startswith("names: compiling kernels, once: about ")
    assert ready.startswith("names: ready after ")


def test_a_port_of_agents_that_is_none_or_taken_is_one_line(run: Run) -> None:
    beyond = run("mcp", "--http", "65536")
    assert (beyond.code, "'--http': Input should be less than" in beyond.err) == (2, True)
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = str(taken.getsockname()[1])
        refused = run("mcp", "--http", port)
    assert refused.code == 2
    assert f"--http {port}: cannot listen on 127.0.0.1:{port}: " in refused.err
    assert refused.err.endswith("name another port\n")
    assert refused.err.count("\n") == 1


@pytest.mark.parametrize("name", ["a,b", " a", "a\nb", "a\x1b[1m"])
def test_a_name_of_a_key_stands_in_one_entry(run: Run, name: str) -> None:
    refused = run("key", name)
    assert (refused.code, refused.out) == (2, "")
    assert "a name has neither a comma nor white space around, and is one line" in refused.err


@pytest.mark.parametrize("command", [["serve"], ["key", "a"], ["settings"], ["page", "x.html"]])
def test_commands_of_the_service_name_its_extra(
    run: Run, monkeypatch: pytest.MonkeyPatch, command: list[str]
) -> None:
    monkeypatch.setattr("ner_service.cli.options.find_spec", lambda name: None)
    refused = run(*command)
    assert (refused.code, refused.out) == (2, "")
    assert refused.err.startswith("ner-service: error: the service (no fastapi) needs: ")
    assert "[serve]" in refused.err
