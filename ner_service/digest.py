"""A digest is the SHA-256 of files and folders, which names their exact bytes."""

import hashlib
from pathlib import Path

CHUNK = 1 << 20


def digest(*paths: Path) -> str:
    """Return the hex digest over files in the order given; a folder counts as its files, sorted."""
    total = hashlib.sha256()
    for path in paths:
        for file in sorted(path.rglob("*")) if path.is_dir() else [path]:
            if file.is_file():
                _add(total, file)
    return total.hexdigest()


def _add(total: "hashlib._Hash", file: Path) -> None:
    with file.open("rb") as data:
        while chunk := data.read(CHUNK):
            total.update(chunk)
