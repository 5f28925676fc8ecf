"""Input from outside is bounded, must be a file, and sends no control characters to a terminal."""

import gzip
import json
import os
import pty
import resource
import shutil
import signal
import subprocess
import sys
import zlib
from collections.abc import Sequence
from pathlib import Path

import pytest

from ner_service import corpora, files
from ner_service.errors import CorpusError, ModelError
from ner_service.files import read_bytes, read_lines
from ner_service.nets.artefact import load
from ner_service.output.terminal import show, show_json, show_lines
from ner_service.taggers.models import model_path, shipped_models
from ner_service.taggers.registry import load_tagger
from tests.serving import until

ESCAPE = "\x1b]0;pwned\x07\x1b[2J\x9b31m"


def run(*arguments: str, **options: object) -> "subprocess.CompletedProcess[str]":
    command = [sys.executable, "-m", "ner_service", *arguments]
    return subprocess.run(command, capture_output=True, text=True, **options)  # type: ignore[call-overload, no-any-return]


def on_terminal(*arguments: str) -> bytes:
    """Return the stdout and stderr of a command as a terminal receives them."""
    master, slave = pty.openpty()
    command = [sys.executable, "-m", "ner_service", *arguments]
    environment = {**os.environ, "NO_COLOR": "1", "TERM": "dumb"}
    process = subprocess.Popen(command, stdout=slave, stderr=slave, env=environment)
    os.close(slave)
    shown = b""
    try:
        while part := os.read(master, 65536):
            shown += part
    except OSError:  # the other side is closed
        pass
    os.close(master)
    process.wait(60)
    return shown.removesuffix(b"\x1b[0m")  # of colorama, where it is installed, as a process ends


def controls_in(shown: bytes) -> set[str]:
    text = shown.decode(errors="replace")
    return {c for c in text if c not in "\r\n\t" and (ord(c) < 32 or 127 <= ord(c) < 160)}


# --- files that unpack without end


@pytest.fixture
def small_room(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(files, "FREE_BYTES", 1_000_000)


def bomb(path: Path, megabytes: int, part: bytes = b"\0") -> Path:
    with gzip.open(path, "wb") as file:
        for _ in range(megabytes):
            file.write(part * 1_000_000)
    return path


@pytest.mark.slow
@pytest.mark.parametrize("part", [b"\0", b"\n"])
@pytest.mark.usefixtures("small_room")
def test_a_gzip_bomb_is_left_before_it_takes_the_memory(tmp_path: Path, part: bytes) -> None:
    path = bomb(tmp_path / "bomb.jsonl.gz", 5, part)
    message = r"bomb\.jsonl\.gz: unpacks to more than 100 times its size: .* gunzip"
    with pytest.raises(CorpusError, match=message):
        sum(1 for _ in read_lines(path))
    with pytest.raises(CorpusError, match=message):
        read_bytes(path)


@pytest.mark.slow
def test_a_text_that_packs_well_is_read(tmp_path: Path) -> None:
    line = "Анна живёт в Москве.\n"
    path = tmp_path / "texts.gz"
    path.write_bytes(gzip.compress(line.encode() * 1_000_000))  # 36 MB, a ratio of 1000
    assert sum(1 for _ in read_lines(path)) == 1_000_000


def test_a_gzip_file_of_several_members_is_read_and_from_a_pipe_too(tmp_path: Path) -> None:
    path = tmp_path / "two.gz"
    path.write_bytes(gzip.compress(b"a\n") + gzip.compress(b"b\n"))
    assert [text for _, text in read_lines(path)] == ["a", "b"]
    pipe = tmp_path / "pipe"
    os.mkfifo(pipe)
    writer = subprocess.Popen(["cp", str(path), str(pipe)])
    assert [text for _, text in read_lines(pipe)] == ["a", "b"]
    assert writer.wait(10) == 0


@pytest.mark.usefixtures("small_room")
def test_a_docbin_and_a_parquet_file_that_unpack_without_end_are_refused(tmp_path: Path) -> None:
    docbin = tmp_path / "bomb.spacy"
    docbin.write_bytes(zlib.compress(b"\0" * 5_000_000, 9))
    with pytest.raises(CorpusError, match="unpacks to more than 100 times"):
        list(corpora.read(docbin))
    pyarrow = pytest.importorskip("pyarrow.parquet")
    import pyarrow as arrow

    table = arrow.table({"text": ["а" * 1_000_000] * 5})
    path = tmp_path / "bomb.parquet"
    pyarrow.write_table(table, path, compression="gzip", use_dictionary=False)
    with pytest.raises(CorpusError, match="unpacks to more than 100 times"):
        list(corpora.read(path))


# --- what is no file


def copy_model(folder: Path) -> Path:
    return Path(shutil.copytree(shipped_models() / "ru-news", folder))


@pytest.mark.parametrize("name", ["model.safetensors", "anything"])
@pytest.mark.parametrize("kind", ["pipe", "device"])
def test_a_model_folder_with_a_pipe_or_a_device_is_refused_at_once(
    tmp_path: Path, name: str, kind: str
) -> None:
    folder = copy_model(tmp_path / "model")
    (folder / name).unlink(missing_ok=True)
    os.mkfifo(folder / name) if kind == "pipe" else (folder / name).symlink_to("/dev/zero")
    for read in (model_path, lambda source: load_tagger(f"spacy:{source}")):
        with pytest.raises(ModelError, match=f"{name}: is a pipe or a device, not a file"):
            read(str(folder))
    if name != "anything":
        with pytest.raises(ModelError, match=f"{name}: is a folder, a pipe or a device"):
            load(folder)


def test_a_device_is_no_corpus_and_no_text() -> None:
    for path in (Path("/dev/zero"), Path("/dev/full")):
        with pytest.raises(CorpusError, match="is a device, not a file"):
            list(read_lines(path))
        with pytest.raises(CorpusError, match="is a device, not a file"):
            read_bytes(path)


def test_a_folder_of_brat_is_left_by_no_link_and_waits_for_no_pipe(tmp_path: Path) -> None:
    folder = tmp_path / "brat"
    folder.mkdir()
    (folder / "a.ann").write_text("")
    (folder / "a.txt").symlink_to("/etc/passwd")
    with pytest.raises(CorpusError, match="leads out of"):
        list(corpora.read(folder))
    (folder / "a.txt").unlink()
    os.mkfifo(folder / "a.txt")
    with pytest.raises(CorpusError, match="is no file"):
        list(corpora.read(folder))


@pytest.mark.parametrize("name", ["../outside.vec", "/etc/passwd", "sub/own.vec", "link.vec", ".."])
def test_a_model_names_no_vectors_outside_its_folder(tmp_path: Path, name: str) -> None:
    folder = copy_model(tmp_path / "model")
    (tmp_path / "outside.vec").write_text("а 1\n")
    (folder / "link.vec").symlink_to("../outside.vec")
    (folder / "sub").mkdir()
    (folder / "sub" / "own.vec").write_text("а 1\n")
    config = json.loads((folder / "config.json").read_text())
    config["net"]["vectors"] = name
    (folder / "config.json").write_text(json.dumps(config))
    with pytest.raises(ModelError, match=r"net\.vectors: names a file outside the model's folder"):
        load(folder)


# --- terminals


def test_control_characters_are_shown_and_not_obeyed() -> None:
    assert show("a\x1b[2J\n\u202eb") == "a\\x1b[2J\\x0a\\u202eb"
    assert show_lines("a\tb\r\n\x7f") == "a\tb\\x0d\n\\x7f"
    assert json.loads(show_json(json.dumps(ESCAPE, ensure_ascii=False))) == ESCAPE


@pytest.fixture
def hostile(tmp_path: Path) -> Path:
    path = tmp_path / f"a{ESCAPE.replace('/', '')}.jsonl"
    entity = {"start": 0, "end": 4, "label": f"PER{ESCAPE}"}
    record = {"id": ESCAPE, "text": f"Анна{ESCAPE}Петрова уехала.", "entities": [entity]}
    path.write_text(json.dumps(record) + "\n")
    return path


@pytest.mark.slow
@pytest.mark.parametrize(
    "arguments",
    [
        pytest.param(["tag", "-t", "natasha", "-f", "table"], marks=pytest.mark.slow),
        pytest.param(["tag", "-t", "natasha", "-f", "conll"], marks=pytest.mark.slow),
        pytest.param(["tag", "-t", "natasha", "-f", "html"], marks=pytest.mark.slow),
        pytest.param(["evaluate", "-t", "natasha"], marks=pytest.mark.slow),
        ["corpora", "check"],
        pytest.param(["corpora", "info"], marks=pytest.mark.slow),
    ],
    ids=" ".join,
)
def test_no_command_lets_control_characters_of_a_file_reach_a_terminal(
    hostile: Path, arguments: Sequence[str]
) -> None:
    shown = on_terminal(*arguments, str(hostile))
    assert shown
    assert controls_in(shown) == set()


@pytest.mark.slow
def test_what_is_no_terminal_gets_the_text_as_it_is(hostile: Path) -> None:
    done = run("tag", "-t", "natasha", "-f", "bracketed", str(hostile))
    assert ESCAPE in done.stdout


@pytest.mark.slow
def test_an_error_shows_the_control_characters_of_a_name() -> None:
    done = run("tag", "-t", "natasha", f"/no/{ESCAPE}")
    assert done.returncode == 2
    assert "\\x1b]0;pwned\\x07" in done.stderr
    assert controls_in(done.stderr.encode()) == set()


# --- full disks, little memory, signals


@pytest.mark.slow
@pytest.mark.parametrize(
    "arguments",
    [
        ["tag", "-t", "natasha"],
        pytest.param(["evaluate", "-t", "natasha"], marks=pytest.mark.slow),
        pytest.param(["corpora", "check"], marks=pytest.mark.slow),
        ["--help"],
        pytest.param(["key", "alice"], marks=pytest.mark.slow),
    ],
    ids=" ".join,
)
def test_a_full_disk_is_one_line(tmp_path: Path, arguments: list[str]) -> None:
    path = tmp_path / "a.jsonl"
    path.write_text('{"text": "Анна", "entities": [{"start": 0, "end": 4, "label": "PER"}]}\n')
    files = [] if arguments[-1] in ("--help", "alice") else [str(path)]
    with open("/dev/full", "wb") as full:
        done = subprocess.run(
            [sys.executable, "-m", "ner_service", *arguments, *files],
            stdout=full,
            stderr=subprocess.PIPE,
            text=True,
        )
    lines = [line for line in done.stderr.splitlines() if not line.startswith("note: ")]
    assert lines == ["ner-service: error: the output: No space left on device"]
    assert done.returncode == 2


@pytest.mark.slow
def test_a_full_disk_for_errors_as_well_is_no_trace() -> None:
    with open("/dev/full", "wb") as full:
        command = [sys.executable, "-m", "ner_service", "tag", "-t", "natasha", "/no/such"]
        assert subprocess.run(command, stdout=full, stderr=full).returncode == 2


@pytest.mark.slow
def test_too_little_memory_is_one_line(tmp_path: Path) -> None:
    (tmp_path / "large.txt").write_bytes(b"a" * 300_000_000)

    def limit() -> None:
        resource.setrlimit(resource.RLIMIT_AS, (900_000_000, 900_000_000))

    done = run("convert", str(tmp_path / "large.txt"), str(tmp_path / "b.jsonl"),
               "--from-format", "bracketed", preexec_fn=limit)  # fmt: skip
    assert done.stderr.count("\n") == 1
    assert done.returncode == 2


@pytest.mark.slow
@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGHUP])
def test_a_signal_leaves_no_half_written_file(tmp_path: Path, number: signal.Signals) -> None:
    output, pipe = tmp_path / "out" / "o.jsonl", tmp_path / "pipe"
    os.mkfifo(pipe)
    command = [sys.executable, "-m", "ner_service", "tag", "-t", "natasha", "-i", "lines"]
    process = subprocess.Popen([*command, str(pipe), "-o", str(output)], stderr=subprocess.DEVNULL)
    with pipe.open("wb"):
        until(lambda: output.parent.exists() and any(output.parent.iterdir()))
        process.send_signal(number)
        assert process.wait(30) == 128 + number
    assert not any(output.parent.iterdir())
