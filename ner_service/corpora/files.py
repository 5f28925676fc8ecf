"""Text files in and out: gzip by content, UTF-8 checked by line, writing whole or not at all."""

import gzip
import os
import tempfile
import zlib
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import IO

from ner_service.types import CorpusError

GZIP_MAGIC = b"\x1f\x8b"


def lines(path: Path) -> Iterator[tuple[int, str]]:
    """Numbered lines without their line feeds; raises `CorpusError` naming file and line."""
    number = 0
    try:
        with path.open("rb") as raw:
            plain = gzip.GzipFile(fileobj=raw) if raw.peek(2)[:2] == GZIP_MAGIC else raw
            for number, line in enumerate(plain, 1):
                yield number, line.decode().removesuffix("\n")
    except UnicodeDecodeError as error:
        raise CorpusError(f"{path}:{number}: not UTF-8 at byte {error.start}") from None
    except (EOFError, zlib.error, gzip.BadGzipFile):
        raise CorpusError(f"{path}:{number + 1}: the gzip data is damaged or cut short") from None
    except OSError as error:
        raise CorpusError(f"{path}: {error.strerror or error}") from None


def read_text(path: Path) -> str:
    """A whole file with its line ends as they are; raises `CorpusError`."""
    try:
        return path.read_bytes().decode()
    except UnicodeDecodeError as error:
        raise CorpusError(f"{path}: not UTF-8 at byte {error.start}") from None
    except OSError as error:
        raise CorpusError(f"{path}: {error.strerror or error}") from None


@contextmanager
def replacing(path: Path) -> Iterator[IO[bytes]]:
    """A file to write that takes its name only once it is complete; gzipped for `.gz`."""
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        handle, name = tempfile.mkstemp(dir=path.parent, prefix=f".{path.name}.")
    except OSError as error:
        raise CorpusError(f"{path}: {error.strerror or error}") from None
    try:
        with os.fdopen(handle, "wb") as raw:
            if path.suffix == ".gz":
                with gzip.GzipFile(fileobj=raw, mode="wb", mtime=0) as packed:
                    yield packed  # type: ignore[misc]
            else:
                yield raw
        os.chmod(name, 0o666 & ~_umask())
        os.replace(name, path)
    except OSError as error:
        raise CorpusError(f"{path}: {error.strerror or error}") from None
    finally:
        Path(name).unlink(missing_ok=True)


def _umask() -> int:
    mask = os.umask(0)
    os.umask(mask)
    return mask
