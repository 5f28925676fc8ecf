"""Storage is where files lie beyond this machine, too: local paths, `s3://`, `gs://`, `hdfs://`."""

import io
import os
import posixpath
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import IO, Any

from ner_service.errors import ConfigError, CorpusError, MissingExtra
from ner_service.files import open_source

RENAMING = ("local", "hdfs")  # where a file appears before it is complete, unless it is renamed
CODECS = {".gz": "gzip", ".zst": "zstd"}


def is_remote(path: str) -> bool:
    """Return whether a path is a URI, of another machine."""
    return "://" in path


def load_file_systems() -> Any:
    """Import pyarrow's file systems; raises `MissingExtra`."""
    try:
        from pyarrow import fs
    except ImportError as error:
        raise MissingExtra(f"--ray ({error})", "ray") from error
    return fs


def filesystem_of(path: str) -> tuple[Any, str]:
    """Return the file system of a path, and the path within; raises `ConfigError`."""
    fs = load_file_systems()
    if not is_remote(path):
        return fs.LocalFileSystem(), os.path.abspath(path)
    try:
        system, within = fs.FileSystem.from_uri(path)
    except (OSError, ValueError, ImportError) as error:
        message = str(error).partition("\n")[0]
        raise ConfigError(
            f"{path}: {message}: name a local path, s3://, gs:// or hdfs://"
        ) from None
    return system, within


@contextmanager
def open_any(path: str) -> Iterator[IO[bytes]]:
    """Open a file to read, unpacked, wherever it lies; raises `CorpusError`."""
    if not is_remote(path):
        with open_source(Path(path)) as plain:
            yield plain
        return
    system, within = filesystem_of(path)
    codec = CODECS.get(posixpath.splitext(path)[1])
    try:
        with system.open_input_stream(within, compression=codec) as stream:
            yield io.BufferedReader(stream)
    except OSError as error:
        raise CorpusError(f"{path}: {error}") from None


def list_files(path: str) -> list[str]:
    """Return a remote file, or the files below a remote folder that are not hidden, as URIs."""
    fs = load_file_systems()
    system, within = filesystem_of(path)
    try:
        if system.get_file_info(within).type == fs.FileType.File:
            return [path]
        found = system.get_file_info(fs.FileSelector(within, recursive=True))
    except OSError as error:
        raise CorpusError(f"{path}: {str(error).partition(chr(10))[0]}") from None
    root = path.rstrip("/")
    names = [posixpath.relpath(each.path, within) for each in found if each.is_file]
    shown = [n for n in names if not any(part[0] in "._" for part in n.split("/"))]
    return [f"{root}/{name}" for name in sorted(shown)]


def check_empty(folder: str) -> None:
    """Raise `ConfigError` where there is something at the place of an output folder."""
    fs = load_file_systems()
    system, within = filesystem_of(folder)
    info = system.get_file_info(within)
    if info.type == fs.FileType.File or (
        info.type == fs.FileType.Directory
        and system.get_file_info(fs.FileSelector(within, allow_not_found=True))
    ):
        raise ConfigError(
            f"{folder}: is not empty, and a run on Ray begins anew: name a new folder, or delete it"
        )


def write_whole(folder: str, name: str, data: bytes) -> None:
    """Write a file of a folder so that it is never seen half; one of that name is replaced."""
    system, within = filesystem_of(folder)
    target = posixpath.join(within, name)
    renames = system.type_name in RENAMING
    if renames:
        system.create_dir(posixpath.dirname(target), recursive=True)
    place = f"{target}.{os.getpid()}.new" if renames else target
    with system.open_output_stream(place, compression=None) as stream:
        stream.write(data)
    if renames:
        system.move(place, target)
