"""Readers and writers of annotated corpora, and where corpora lie."""

from collections.abc import Iterable, Iterator, Mapping
from pathlib import Path
from types import ModuleType

from ner_service.corpora.formats import bracketed, brat, conll, docbin, jsonl, labelstudio
from ner_service.errors import CorpusError
from ner_service.types import Document

FOLDERS = ("", "gold", "unlabelled")
SHIPPED = Path(__file__).parent / "data"
FORMATS: dict[str, ModuleType] = {
    ".jsonl": jsonl,
    ".conll": conll,
    ".iob": conll,
    ".bio": conll,
    ".tsv": conll,
    ".json": labelstudio,
    ".spacy": docbin,
    ".bracketed": bracketed,
}


def locate(name: str, root: Path | None) -> Path:
    """The file or folder of a corpus: a path, `own_news`, or a name like `ne5_train` in `root`."""
    path = Path(name).expanduser()
    if path.exists():
        return path
    shipped = SHIPPED / f"{name}.bracketed"
    if shipped.exists():
        return shipped
    if root is None:
        raise CorpusError(f"corpus {name!r}: no such file, and NER_CORPORA is not set")
    for folder in FOLDERS:
        found = root / folder / f"{name}.jsonl.gz"
        if found.exists():
            return found
    raise CorpusError(f"corpus {name!r}: no such file, nor {name}.jsonl.gz under {root}")


def _format(path: Path, folder: bool) -> ModuleType:
    if folder:
        return brat
    suffix = Path(path.stem).suffix if path.suffix == ".gz" else path.suffix
    if suffix not in FORMATS:
        known = ", ".join(FORMATS)
        raise CorpusError(f"{path}: unknown format: expected {known}, or a brat folder")
    return FORMATS[suffix]


def read(path: Path, labels: Mapping[str, str] | None = None) -> Iterator[Document]:
    """The documents of a file or a brat folder, in order, with `labels` mapped FROM -> TO.

    The name's ending says the format; an empty TO drops the label. Raises `CorpusError` naming
    file, line and field.
    """
    if not path.exists():
        raise CorpusError(f"{path}: no such file or folder")
    found: Iterator[Document] = _format(path, path.is_dir()).read(path, labels or {})
    return found


def write(path: Path, documents: Iterable[Document]) -> None:
    """Writes documents in the format of the name's ending; a name without one is a brat folder."""
    _format(path, not path.suffix).write(path, documents)
