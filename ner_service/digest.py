"""A digest is the SHA-256 of files and folders, which names their exact bytes."""

import hashlib
from pathlib import Path


def digest(*paths: Path) -> str:
    """Return the hex digest over files in the order given; a folder counts as its files, sorted."""
    total = hashlib.sha256()
    for path in paths:
        for file in sorted(path.rglob("*")) if path.is_dir() else [path]:
            if file.is_file():
                with file.open("rb") as data:
                    hashlib.file_digest(data, lambda: total)
    return total.hexdigest()
