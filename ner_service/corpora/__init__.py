"""Readers and writers of annotated corpora, and where corpora lie."""

from collections.abc import Iterator
from pathlib import Path

from ner_service.corpora import jsonl
from ner_service.types import CorpusError, Document

FOLDERS = ("", "gold", "unlabelled")


def locate(name: str, root: Path | None) -> Path:
    """The file or folder of a corpus: a path, or a name such as `ne5_train` under `root`."""
    path = Path(name).expanduser()
    if path.exists():
        return path
    if root is None:
        raise CorpusError(f"corpus {name!r}: no such file, and NER_CORPORA is not set")
    for folder in FOLDERS:
        found = root / folder / f"{name}.jsonl.gz"
        if found.exists():
            return found
    raise CorpusError(f"corpus {name!r}: no such file, nor {name}.jsonl.gz under {root}")


def read(path: Path) -> Iterator[Document]:
    """The documents of a file; raises `CorpusError` naming file, line and field."""
    return jsonl.read(path)
