"""Downloads that show their progress, go on after an interruption, and are checked."""

import logging
import sys
from pathlib import Path
from typing import Any

from tqdm import tqdm

from ner_service.digest import digest
from ner_service.errors import CorpusError, MissingExtra

CHUNK = 1 << 16
TIMEOUT_S = 30


def fetch(url: str, path: Path, sha256: str | None) -> str:
    """Brings a file to `path` and returns its SHA-256.

    A file that is there and right is left alone. Without a known hash the first one seen is
    kept beside the file and held to from then on. Raises `CorpusError`.
    """
    try:
        import pooch
        import requests
    except ImportError as error:
        raise MissingExtra(f"downloading ({error})", "bench") from error
    pooch.get_logger().setLevel(logging.WARNING)
    note = path.with_name(f"{path.name}.sha256")
    known = sha256 or (note.read_text().split()[0] if note.exists() else None)
    try:
        pooch.retrieve(url, known, path.name, path.parent, downloader=Resuming(path))
    except requests.RequestException as error:
        reason = getattr(error, "response", None)
        said = f"HTTP {reason.status_code}" if reason is not None else type(error).__name__
        raise CorpusError(f"{url}: cannot be downloaded: {said}; run again to go on") from None
    except ValueError:
        raise CorpusError(f"{url}: its SHA-256 is not {known}: another file now") from None
    except OSError as error:
        raise CorpusError(f"{path}: {error.strerror or error}") from None
    found = digest(path)
    if not known:
        note.write_text(f"{found}  {path.name}\n")
    return found


class Resuming:
    """What pooch downloads with: a part that is left over is gone on with.

    Only where the server vouches (`If-Range`) that the rest is of the same file.
    """

    def __init__(self, path: Path) -> None:
        self.part = path.with_name(f"{path.name}.part")
        self.tag = path.with_name(f"{path.name}.part.tag")

    def __call__(self, url: str, output_file: str, pooch: Any) -> None:
        import requests

        headers = {"Accept-Encoding": "identity"}
        have = self.part.stat().st_size if self.part.exists() and self.tag.exists() else 0
        if have:
            headers |= {"Range": f"bytes={have}-", "If-Range": self.tag.read_text()}
        with requests.get(url, headers=headers, stream=True, timeout=TIMEOUT_S) as response:
            if response.status_code == requests.codes.range_not_satisfiable:
                self.part.unlink()  # longer than the file is: begin again
                return self(url, output_file, pooch)
            response.raise_for_status()
            if response.status_code != requests.codes.partial:
                have = 0
            self._remember(response.headers)
            self._write(response, have)
        self.part.replace(output_file)
        self.tag.unlink(missing_ok=True)

    def _remember(self, headers: Any) -> None:
        tag = headers.get("ETag", "")
        if not tag or tag.startswith("W/"):  # a weak tag does not vouch for bytes
            tag = headers.get("Last-Modified", "")
        if tag:
            self.tag.write_text(tag)
        else:
            self.tag.unlink(missing_ok=True)

    def _write(self, response: Any, have: int) -> None:
        length = response.headers.get("Content-Length")
        total = have + int(length) if length else None
        name = self.part.name.removesuffix(".part")
        with (
            self.part.open("ab" if have else "wb") as file,
            tqdm(
                desc=name,
                total=total,
                initial=have,
                unit="B",
                unit_scale=True,
                disable=not sys.stderr.isatty(),
            ) as bar,
        ):
            for chunk in response.iter_content(CHUNK):
                file.write(chunk)
                bar.update(len(chunk))
