"""Files that are written whole: what they hold, and what is left where writing fails."""

import errno
import fcntl
import gzip
import os
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager, nullcontext
from pathlib import Path
from typing import IO

import pytest

from ner_service.errors import ConfigError, CorpusError
from ner_service.files import atomic_folder, hold, read_text, take_turns, user_path, write_text


@contextmanager
def held_elsewhere(path: Path) -> Iterator[None]:
    """Have another process hold a path."""
    code = "import sys, pathlib\nfrom ner_service.files import hold\n"
    code += "with hold(pathlib.Path(sys.argv[1])):\n print(flush=True)\n sys.stdin.read()"
    pipe = subprocess.PIPE
    with subprocess.Popen([sys.executable, "-c", code, path], stdin=pipe, stdout=pipe) as holder:
        assert holder.stdout
        holder.stdout.readline()
        yield
        holder.communicate()


def test_a_path_is_held_by_one_process_and_nothing_of_it_stays(tmp_path: Path) -> None:
    path = tmp_path / "model"
    with held_elsewhere(path), pytest.raises(ConfigError, match="another run writes"), hold(path):
        pass
    assert list(tmp_path.iterdir()) == []
    with hold(path):
        assert [file.name for file in tmp_path.iterdir()] == [".model.lock"]


@pytest.mark.parametrize(
    ("code", "is_held"), [("EACCES", True), ("EAGAIN", True), ("ENOLCK", False), ("ENOSYS", False)]
)
def test_a_disk_without_locks_holds_nothing(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, code: str, is_held: bool
) -> None:
    def refuse(*_: object) -> None:
        raise OSError(getattr(errno, code), code)

    monkeypatch.setattr("fcntl.lockf", refuse)
    held = pytest.raises(ConfigError, match="another run writes") if is_held else nullcontext()
    with held, hold(tmp_path / "model"):
        pass


@pytest.mark.parametrize("code", ["EACCES", "ENOLCK"])
def test_turns_are_not_waited_for_on_a_disk_without_locks(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, code: str
) -> None:
    def refuse(_: object, flags: int) -> None:
        assert not flags & fcntl.LOCK_NB
        raise OSError(getattr(errno, code), code)

    monkeypatch.setattr("fcntl.lockf", refuse)
    with take_turns(tmp_path / "lock"), take_turns(tmp_path / "missing" / "lock"):
        pass


def test_a_lock_that_another_run_removed_meanwhile_is_made_anew(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    lock, lockf = tmp_path / ".model.lock", fcntl.lockf
    calls: list[int] = []

    def end_meanwhile(file: IO[str], flags: int) -> None:
        if not calls:
            lock.unlink()
        calls.append(flags)
        lockf(file, flags)

    monkeypatch.setattr("fcntl.lockf", end_meanwhile)
    with hold(tmp_path / "model"):
        assert len(calls) == 2
        assert lock.exists()
    assert not lock.exists()


def test_a_tilde_is_a_folder_where_there_is_such_a_user(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("HOME", "/home/anna")
    assert user_path("~/a") == Path("/home/anna/a")
    assert user_path("~nobody-at-all/a") == Path("~nobody-at-all/a")


def test_gzipped_files_of_one_text_are_the_same_bytes(tmp_path: Path) -> None:
    first, second = tmp_path / "first.gz", tmp_path / "second.gz"
    write_text(first, ["Анна ", "ушла"])
    write_text(second, ["Анна ушла"])
    assert first.read_bytes() == second.read_bytes()
    assert gzip.decompress(first.read_bytes()).decode() == read_text(first) == "Анна ушла"


def test_files_and_folders_have_the_modes_that_the_umask_leaves(tmp_path: Path) -> None:
    before = os.umask(0o027)
    try:
        write_text(tmp_path / "text.txt", ["Анна"])
        with atomic_folder(tmp_path / "folder"):
            pass
    finally:
        os.umask(before)
    assert (tmp_path / "text.txt").stat().st_mode & 0o777 == 0o640
    assert (tmp_path / "folder").stat().st_mode & 0o777 == 0o750


def test_a_text_that_breaks_off_leaves_the_old_file_and_nothing_beside_it(tmp_path: Path) -> None:
    def parts() -> Iterator[str]:
        yield "new"
        raise RuntimeError

    write_text(tmp_path / "text.txt", ["old"])
    with pytest.raises(RuntimeError):
        write_text(tmp_path / "text.txt", parts())
    assert [path.name for path in tmp_path.iterdir()] == ["text.txt"]
    assert read_text(tmp_path / "text.txt") == "old"


@pytest.mark.parametrize(
    ("content", "message"),
    [
        (b"%PDF-1.7 ...", "is a PDF: take its text out first"),
        (rb"{\rtf1\ansi Anna}", "is an RTF document: save it as plain text"),
        (b"PK\x03\x04 ...", r"is a zip archive, as \.docx, \.xlsx"),
        (b"PAR1 ...", r"is Parquet: give it the ending \.parquet"),
        ("Ольга".encode("cp1251"), "iconv -f cp1251 -t utf-8"),
        ("ОЛЬГА ПЕТРОВА".encode("cp1251"), "iconv -f cp1251 -t utf-8"),
        ("Посол Израиля приехал".encode("koi8-r"), "iconv -f koi8-r -t utf-8"),
        ("Посол Израиля приехал".encode("cp866"), "iconv -f cp866 -t utf-8"),
        ("Grüße, schöne Straße".encode("latin-1"), "not UTF-8 at byte 2: save it as UTF-8$"),
        (bytes(range(128, 256)), "not UTF-8 at byte 0: save it as UTF-8$"),
    ],
)
def test_a_file_that_is_no_text_says_what_it_is(
    content: bytes, message: str, tmp_path: Path
) -> None:
    (tmp_path / "letter.txt").write_bytes(content)
    with pytest.raises(CorpusError, match=message) as error:
        read_text(tmp_path / "letter.txt")
    assert str(error.value).startswith(f"{tmp_path / 'letter.txt'}: ")


def test_an_ending_in_capitals_packs_a_file(tmp_path: Path) -> None:
    write_text(tmp_path / "TEXT.TXT.GZ", ["Анна"])
    assert gzip.decompress((tmp_path / "TEXT.TXT.GZ").read_bytes()).decode() == "Анна"
