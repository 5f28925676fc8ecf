"""Files of text may be gzipped, must be UTF-8, and are written whole or not at all."""

import gzip
import os
import secrets
import shutil
import zlib
from codecs import BOM_UTF16_BE, BOM_UTF16_LE
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import IO

from ner_service.errors import CorpusError

BOM = "\ufeff"  # what some editors begin a file with; it is no part of the text
GZIP_MAGIC = b"\x1f\x8b"


def read_lines(path: Path) -> Iterator[tuple[int, str]]:
    """Yield numbered lines without their line feeds; raises `CorpusError` naming file and line."""
    number = 0
    try:
        with path.open("rb") as raw:
            plain = gzip.GzipFile(fileobj=raw) if raw.peek(2)[:2] == GZIP_MAGIC else raw
            for number, line in enumerate(plain, 1):
                text = line.decode().removesuffix("\n")
                yield number, text if number > 1 else text.removeprefix(BOM)
    except UnicodeDecodeError as error:
        raise CorpusError(f"{path}:{number}: {_not_utf8(error)}") from None
    except (EOFError, zlib.error, gzip.BadGzipFile):
        raise CorpusError(f"{path}:{number + 1}: the gzip data is damaged or cut short") from None
    except OSError as error:
        raise CorpusError(f"{path}: {error.strerror or error}") from None


def read_head(path: Path, size: int = 4096) -> str:
    """Return about as many first bytes of a file as text, whatever they are; may be less."""
    try:
        with path.open("rb") as raw:
            plain = gzip.GzipFile(fileobj=raw) if raw.peek(2)[:2] == GZIP_MAGIC else raw
            return plain.read(size).decode(errors="replace")
    except (EOFError, zlib.error, gzip.BadGzipFile, OSError):
        return ""  # whoever reads the file says what is wrong with it


def read_text(path: Path) -> str:
    """Return a whole file with its line ends as they are; raises `CorpusError`."""
    try:
        return read_bytes(path).decode()
    except UnicodeDecodeError as error:
        raise CorpusError(f"{path}: {_not_utf8(error)}") from None


def _not_utf8(error: UnicodeDecodeError) -> str:
    """Return what is wrong with bytes that are no UTF-8, and how to mend it."""
    is_utf16 = error.object.startswith((BOM_UTF16_LE, BOM_UTF16_BE))
    found = "; it is UTF-16" if is_utf16 else ""
    return f"not UTF-8 at byte {error.start}{found}: save it as UTF-8"


def read_bytes(path: Path) -> bytes:
    """Return a whole file, unpacked if it is gzipped; raises `CorpusError`."""
    try:
        data = path.read_bytes()
        return gzip.decompress(data) if data.startswith(GZIP_MAGIC) else data
    except (EOFError, zlib.error, gzip.BadGzipFile):
        raise CorpusError(f"{path}: the gzip data is damaged or cut short") from None
    except OSError as error:
        raise CorpusError(f"{path}: {error.strerror or error}") from None


def readable_name(path: Path) -> str:
    """Return a path as valid Unicode, which the bytes of a name need not be."""
    return os.fsencode(path).decode(errors="replace")


def write_text(path: Path, parts: Iterable[str]) -> None:
    """Write a file as `atomic_file` does, part by part."""
    with atomic_file(path) as file:
        for part in parts:
            file.write(part.encode())


@contextmanager
def atomic_file(path: Path) -> Iterator[IO[bytes]]:
    """Open a file to write that takes its name only once it is complete; gzipped for `.gz`.

    A link stays a link, and a pipe or a device is written to as it is. Raises `CorpusError`.
    """
    if path.is_dir():
        raise CorpusError(f"{path}: is a folder: name a file")
    if path.exists() and not path.is_file():
        with _naming(path), path.open("wb") as raw:
            yield raw
        return
    with _replacing(path) as temporary, temporary.open("xb") as raw:
        if path.suffix == ".gz":  # without the temporary name and the time, which would differ
            with gzip.GzipFile("", "wb", fileobj=raw, mtime=0) as packed:
                yield packed  # type: ignore[misc]
        else:
            yield raw


@contextmanager
def atomic_folder(path: Path) -> Iterator[Path]:
    """Open a folder to fill that takes its name only once it is complete."""
    with _replacing(path) as temporary:
        temporary.mkdir()
        yield temporary


@contextmanager
def _replacing(path: Path) -> Iterator[Path]:
    """Return the name of a file or folder that takes the place of `path` when it is complete."""
    place = path.resolve()
    temporary = place.with_name(f".{place.name}.{secrets.token_hex(4)}")
    with _naming(path):
        place.parent.mkdir(parents=True, exist_ok=True)
        try:
            yield temporary
            temporary.replace(place)
        finally:
            if temporary.is_dir():
                shutil.rmtree(temporary, ignore_errors=True)
            else:
                temporary.unlink(missing_ok=True)


@contextmanager
def _naming(path: Path) -> Iterator[None]:
    """Turn errors of the disk into `CorpusError`, which names the file."""
    try:
        yield
    except OSError as error:
        raise CorpusError(f"{path}: {error.strerror or error}") from None
