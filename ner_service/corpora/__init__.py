"""Annotated corpora are located, read and written here; public ones can be downloaded."""

from collections.abc import Iterable, Iterator, Mapping
from pathlib import Path

from ner_service.corpora.formats.format import format_of
from ner_service.errors import CorpusError
from ner_service.types import Document

FOLDERS = ("", "gold", "unlabelled")
SHIPPED = Path(__file__).parent / "data"


def locate(name: str, root: Path | None) -> Path:
    """Return a corpus's file or folder by path, by `own_news`, or by a name under `root`."""
    path = Path(name).expanduser()
    if path.exists():
        return path
    shipped = SHIPPED / f"{name}.bracketed"
    if shipped.exists():
        return shipped
    if root is None:
        raise CorpusError(f"corpus {name!r}: no such file, and NER_CORPORA is not set")
    for folder in FOLDERS:
        file = root / folder / f"{name}.jsonl.gz"
        if file.exists():
            return file
    raise CorpusError(f"corpus {name!r}: no such file, nor {name}.jsonl.gz under {root}")


def read(path: Path, labels: Mapping[str, str] | None = None) -> Iterator[Document]:
    """Read the documents of a file or a brat folder, in order, with `labels` mapped FROM -> TO.

    The name's ending says the format; an empty TO drops the label. Raises `CorpusError` naming
    file, line and field.
    """
    if not path.exists():
        raise CorpusError(f"{path}: no such file or folder")
    return format_of(path, path.is_dir()).read(path, labels or {})


def write(path: Path, documents: Iterable[Document]) -> None:
    """Write documents in the format of the name's ending; a name without one is a brat folder."""
    format_of(path, not path.suffix).write(path, documents)
