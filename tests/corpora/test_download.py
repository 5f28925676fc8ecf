"""Downloads from a server on loopback that breaks off and changes its files."""

import hashlib
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from io import BytesIO
from pathlib import Path
from threading import Thread
from zipfile import ZipFile

import pytest

pytest.importorskip("pooch")

from ner_service.corpora.public.catalogue import Download
from ner_service.corpora.public.download import digest_of_contents, fetch
from ner_service.errors import CorpusError

BODY = bytes(range(256)) * 2000


class Handler(BaseHTTPRequestHandler):
    """Serves one body; breaks off after `stop` bytes while that is set."""

    url: str
    body = BODY
    stop: int | None = None
    asked = 0

    def do_GET(self) -> None:
        cls = type(self)
        if self.path == "/missing":
            self.send_error(404)
            return
        cls.asked += 1
        self.send_response(200)
        self.send_header("Content-Length", str(len(cls.body)))
        self.end_headers()
        self.wfile.write(cls.body[: cls.stop])

    def log_message(self, format: str, *args: object) -> None:
        pass


@pytest.fixture
def server() -> Iterator[type[Handler]]:
    handler = type("Fresh", (Handler,), {})
    with ThreadingHTTPServer(("127.0.0.1", 0), handler) as running:
        handler.url = f"http://127.0.0.1:{running.server_port}/corpus.bin"
        Thread(target=running.serve_forever, args=(0.01,), daemon=True).start()
        yield handler
        running.shutdown()


def test_a_download_that_broke_off_leaves_nothing_and_can_be_run_again(
    server: type[Handler], tmp_path: Path
) -> None:
    server.stop = 100_000
    with pytest.raises(CorpusError, match=r"cannot be downloaded: .*; run it again") as error:
        fetch(Download(server.url), tmp_path / "corpus.bin")
    assert "\n" not in str(error.value)
    assert not list(tmp_path.iterdir())
    server.stop = None
    fetch(Download(server.url), tmp_path / "corpus.bin")
    assert (tmp_path / "corpus.bin").read_bytes() == BODY


def test_a_file_that_is_here_is_not_asked_for_again(server: type[Handler], tmp_path: Path) -> None:
    first = fetch(Download(server.url), tmp_path / "corpus.bin")
    assert fetch(Download(server.url), tmp_path / "corpus.bin") == first
    assert server.asked == 1


def test_the_first_hash_seen_is_held_to(server: type[Handler], tmp_path: Path) -> None:
    path = tmp_path / "corpus.bin"
    fetch(Download(server.url), path)
    path.unlink()
    server.body = BODY[::-1]
    with pytest.raises(CorpusError, match="another file there now"):
        fetch(Download(server.url), path)
    assert not path.exists()


def test_a_known_hash_is_held_to(server: type[Handler], tmp_path: Path) -> None:
    with pytest.raises(CorpusError, match="SHA-256 is not 00"):
        fetch(Download(server.url, "00" * 32), tmp_path / "corpus.bin")


def test_a_missing_address_is_one_line(server: type[Handler], tmp_path: Path) -> None:
    address = server.url.replace("corpus.bin", "missing")
    with pytest.raises(CorpusError, match="HTTP 404"):
        fetch(Download(address), tmp_path / "corpus.bin")


def archive(**files: str) -> bytes:
    """An archive as GitHub packs a repository: all files under one folder."""
    packed = BytesIO()
    with ZipFile(packed, "w") as zip:
        for name, content in files.items():
            zip.writestr(f"repo-main/{name.replace('_', '/')}.txt", content)
    return packed.getvalue()


def sha256(data: str) -> str:
    return hashlib.sha256(data.encode()).hexdigest()


def test_the_digest_of_contents_is_over_names_and_digests_in_order(tmp_path: Path) -> None:
    with ZipFile(BytesIO(archive(b_two="2", a_one="1", c_other="3"))) as zip:
        zip.extractall(tmp_path)
    lines = f"{sha256('1')}  a/one.txt\n{sha256('2')}  b/two.txt\n"
    assert digest_of_contents(tmp_path, ("b", "a")) == sha256(lines)


def test_an_archive_is_held_to_its_contents_not_to_its_bytes(
    server: type[Handler], tmp_path: Path
) -> None:
    held = sha256(f"{sha256('1')}  a/one.txt\n")
    server.body = archive(a_one="1", b_readme="new")
    assert fetch(Download(server.url, held, ("a",)), tmp_path / "corpus.zip") == held
    other = tmp_path / "other" / "corpus.zip"
    server.body = archive(a_one="2")
    with pytest.raises(CorpusError, match=f"SHA-256 of its contents is not {held}"):
        fetch(Download(server.url, held, ("a",)), other)
    assert not list(other.parent.iterdir())
    server.body = archive(a_one="1")
    assert fetch(Download(server.url, held, ("a",)), other) == held


def test_what_is_no_archive_is_said_so(server: type[Handler], tmp_path: Path) -> None:
    with pytest.raises(CorpusError, match="is no zip archive"):
        fetch(Download(server.url), tmp_path / "corpus.zip")
    assert not (tmp_path / "corpus.zip").exists()
