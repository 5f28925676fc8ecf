"""Annotated corpora are located, read and written here; public ones can be downloaded."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from difflib import get_close_matches
from pathlib import Path

from ner_service.corpora.formats.format import Format, Writable, format_of
from ner_service.corpora.reading import Reading, ReadOptions
from ner_service.corpora.report import Kind, ReadReport
from ner_service.errors import CorpusError
from ner_service.files import user_path
from ner_service.types import Document

FOLDERS = ("", "gold", "unlabelled")
SHIPPED = Path(__file__).parent / "data"


def locate(name: str, root: Path | None) -> Path:
    """Return a corpus's file or folder by path, by the name of one of ours, or under `root`."""
    path = user_path(name)
    if path.exists():
        return path
    shipped = SHIPPED / f"{name}.bracketed"
    if shipped.exists():
        return shipped
    if root is None:
        unset = "no such file, and NER_CORPORA is not set"
        raise CorpusError(f"corpus {name!r}: {unset}{_similar(name, root)}")
    for folder in FOLDERS:
        file = root / folder / f"{name}.jsonl.gz"
        if file.exists():
            return file
    missing = f"no such file, nor {name}.jsonl.gz under {root}"
    raise CorpusError(f"corpus {name!r}: {missing}{_similar(name, root)}")


def _similar(name: str, root: Path | None) -> str:
    """Return a question that names what was meant, or else where names are to be found."""
    names = [file.stem for file in SHIPPED.glob("*.bracketed")]
    files = [f for folder in FOLDERS for f in (root / folder).glob("*.jsonl.gz")] if root else []
    names += [file.name.removesuffix(".jsonl.gz") for file in files]
    path = user_path(name)
    if path.parent.is_dir():
        names += [str(path.parent / file.name) for file in path.parent.iterdir()]
    near = get_close_matches(name, names, 1, 0.8)
    if not near:
        return "; name a file, or one of those that `ner-service corpora list` shows"
    return f"; did you mean {near[0]}?"


def read(
    path: Path,
    labels: Mapping[str, str] | None = None,
    options: ReadOptions | None = None,
    report: ReadReport | None = None,
    raw: bool = False,
) -> Iterator[Document]:
    """Read the documents of a file or a brat folder, in order, with `labels` mapped FROM -> TO.

    The name's ending says the format, if the options do not; an empty TO drops the label. The
    report is filled on the way; `raw` leaves faults to the linter. Raises `CorpusError` naming
    file, line and field, also where nothing could be read of what is there.
    """
    if not path.exists():
        raise CorpusError(f"{path}: no such file or folder")
    reading = Reading(
        labels or {}, options or ReadOptions(), ReadReport() if report is None else report, raw
    )
    format = format_of(path, path.is_dir(), reading.options.format, is_read=True)
    return _read_all(path, format, reading)


def _read_all(path: Path, format: Format, reading: Reading) -> Iterator[Document]:
    yield from format.read(path, reading)
    report = reading.report
    lost = report.counts[Kind.IGNORED_KEY] + report.counts[Kind.IGNORED_REGION]
    if (not report.documents and report.counts[Kind.LEFT_OUT]) or (not report.entities and lost):
        raise CorpusError(f"{path}: nothing could be read: {'; '.join(report.notes())}")


def write(path: Path, documents: Iterable[Document], name: str = "") -> Sequence[str]:
    """Write documents in the format of that name, or else of the file's ending.

    A name without an ending is a brat folder. Return a line about each thing that is lost.
    """
    format = format_of(path, not path.suffix, name)
    if not isinstance(format, Writable):
        raise CorpusError(f"{path}: the format {format.name} is only read: name another ending")
    return format.write(path, documents)
