"""Downloads are held to the SHA-256 in the catalogue, unpacked and converted."""

import hashlib
import logging
import shutil
import sys
from collections.abc import Iterator, Sequence
from pathlib import Path
from zipfile import BadZipFile

from tqdm import tqdm

from ner_service.corpora import write
from ner_service.corpora.public.catalogue import CONVERTERS, Download, Source
from ner_service.digest import digest
from ner_service.errors import CorpusError, MissingExtra

OTHER = "the publisher has another file there now; report it to the authors of ner-service"


def download(source: Source, root: Path) -> Iterator[tuple[Path, str]]:
    """Download and convert a source; yield each file with its SHA-256, then each corpus made.

    Files lie in `root/downloads`, corpora in `root/gold`, where their names find them.
    """
    if not source.files:
        raise CorpusError(f"{source.name}: comes with the package, nothing to download")
    folder = root / "downloads" / source.name
    for name, file in source.files.items():
        yield folder / name, fetch(file, folder / name)
    for name, documents in CONVERTERS[source.converter](folder):
        path = root / "gold" / f"{name}.jsonl.gz"
        write(path, tqdm(documents, desc=name, unit="doc", leave=False, disable=None))
        yield path, ""


def fetch(file: Download, path: Path) -> str:
    """Bring a file to `path`, unpack it if it is an archive, and return the SHA-256 it is held to.

    A file that is there and right is left alone. Where no SHA-256 is known, the first one seen is
    kept beside the file and held to from then on. Raises `CorpusError`.
    """
    note = path.with_name(f"{path.name}.sha256")
    known = file.sha256 or (note.read_text().split()[0] if note.exists() else "")
    _retrieve(file.url, path, "" if file.folders else known)
    unpacked = path.with_name(f"{path.name}.unzip")
    seen = digest_of_contents(unpacked, file.folders) if file.folders else digest(path)
    if not known:
        note.write_text(f"{seen}  {path.name}\n")
    elif seen != known:
        shutil.rmtree(unpacked)
        path.unlink()
        raise CorpusError(f"{file.url}: the SHA-256 of its contents is not {known}: {OTHER}")
    return seen


def digest_of_contents(folder: Path, folders: Sequence[str]) -> str:
    """Return the SHA-256 over the lines `SHA256(file)  PATH`, sorted by path.

    Paths begin behind the one folder that GitHub packs a repository in.
    """
    lines = {
        "/".join(file.relative_to(folder).parts[1:]): digest(file)
        for name in folders
        for file in folder.glob(f"*/{name}/**/*")
        if file.is_file()
    }
    text = "".join(f"{lines[path]}  {path}\n" for path in sorted(lines))
    return hashlib.sha256(text.encode()).hexdigest()


def _retrieve(url: str, path: Path, sha256: str) -> None:
    """Download a file unless it is there, and unpack an archive."""
    try:
        import pooch
    except ImportError as error:
        raise MissingExtra(f"downloading ({error})", "bench") from error
    pooch.get_logger().setLevel(logging.WARNING)
    downloader = pooch.HTTPDownloader(progressbar=sys.stderr.isatty())
    unpack = pooch.Unzip() if path.suffix == ".zip" else None
    try:
        pooch.retrieve(url, sha256 or None, path.name, path.parent, unpack, downloader)
    except BadZipFile:
        path.unlink()
        raise CorpusError(f"{url}: is no zip archive: {OTHER}") from None
    except ValueError:
        raise CorpusError(f"{url}: its SHA-256 is not {sha256}: {OTHER}") from None
    except OSError as error:  # of the disk, or of requests, whose errors have no `strerror`
        if error.strerror:
            raise CorpusError(f"{path}: {error.strerror}") from None
        response = getattr(error, "response", None)
        reason = type(error).__name__ if response is None else f"HTTP {response.status_code}"
        raise CorpusError(f"{url}: cannot be downloaded: {reason}; run it again") from None
