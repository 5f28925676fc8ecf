"""Downloads from a server on loopback that breaks off, changes its files, and lies."""

from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from threading import Thread

import pytest

pytest.importorskip("pooch")

from ner_service.corpora.public.download import fetch
from ner_service.errors import CorpusError

BODY = bytes(range(256)) * 2000


class Handler(BaseHTTPRequestHandler):
    """Serves one body with ranges; breaks off after `stop` bytes while that is set."""

    body = BODY
    tag: str | None = '"one"'
    stop: int | None = None
    asked: list[str]

    def do_GET(self) -> None:
        cls = type(self)
        if self.path == "/missing":
            self.send_error(404)
            return
        cls.asked.append(self.headers.get("Range", ""))
        first = 0
        if self.headers.get("Range") and self.headers.get("If-Range") == cls.tag:
            first = int(self.headers["Range"].removeprefix("bytes=").removesuffix("-"))
        rest = cls.body[first:]
        self.send_response(206 if first else 200)
        if cls.tag:
            self.send_header("ETag", cls.tag)
        self.send_header("Content-Length", str(len(rest)))
        self.end_headers()
        self.wfile.write(rest[: cls.stop])

    def log_message(self, format: str, *args: object) -> None:
        pass


@pytest.fixture
def server() -> Iterator[type[Handler]]:
    handler = type("Fresh", (Handler,), {"asked": []})
    with ThreadingHTTPServer(("127.0.0.1", 0), handler) as running:
        handler.url = f"http://127.0.0.1:{running.server_port}/corpus.zip"
        Thread(target=running.serve_forever, args=(0.01,), daemon=True).start()
        yield handler
        running.shutdown()


def test_what_broke_off_goes_on(server: type[Handler], tmp_path: Path) -> None:
    path = tmp_path / "corpus.zip"
    server.stop = 100_000
    with pytest.raises(CorpusError, match="run again to go on"):
        fetch(server.url, path, None)
    assert not path.exists()
    server.stop = None
    fetch(server.url, path, None)
    assert path.read_bytes() == BODY
    first, second = server.asked
    assert first == ""
    assert 0 < int(second.removeprefix("bytes=").removesuffix("-")) <= 100_000


def test_another_file_under_the_same_address_begins_anew(
    server: type[Handler], tmp_path: Path
) -> None:
    path = tmp_path / "corpus.zip"
    server.stop = 100_000
    with pytest.raises(CorpusError):
        fetch(server.url, path, None)
    server.stop, server.tag, server.body = None, '"two"', BODY[::-1]
    fetch(server.url, path, None)
    assert path.read_bytes() == BODY[::-1]


def test_without_a_tag_a_part_is_not_trusted(server: type[Handler], tmp_path: Path) -> None:
    server.tag, server.stop = None, 100_000
    with pytest.raises(CorpusError):
        fetch(server.url, tmp_path / "corpus.zip", None)
    server.stop = None
    fetch(server.url, tmp_path / "corpus.zip", None)
    assert server.asked == ["", ""]


def test_a_file_that_is_here_is_not_asked_for_again(server: type[Handler], tmp_path: Path) -> None:
    first = fetch(server.url, tmp_path / "corpus.zip", None)
    assert fetch(server.url, tmp_path / "corpus.zip", None) == first
    assert len(server.asked) == 1


def test_the_first_hash_seen_is_held_to(server: type[Handler], tmp_path: Path) -> None:
    path = tmp_path / "corpus.zip"
    fetch(server.url, path, None)
    path.unlink()
    server.body = BODY[::-1]
    with pytest.raises(CorpusError, match="another file now"):
        fetch(server.url, path, None)
    assert not path.exists()


def test_a_known_hash_is_held_to(server: type[Handler], tmp_path: Path) -> None:
    with pytest.raises(CorpusError, match="SHA-256 is not 00"):
        fetch(server.url, tmp_path / "corpus.zip", "00" * 32)


def test_a_missing_address_is_one_line(server: type[Handler], tmp_path: Path) -> None:
    address = server.url.replace("corpus.zip", "missing")
    with pytest.raises(CorpusError, match="HTTP 404"):
        fetch(address, tmp_path / "corpus.zip", None)
