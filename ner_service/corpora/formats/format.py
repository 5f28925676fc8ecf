"""A format is a form of annotated documents; this module has the protocol and the table."""

from collections.abc import Callable, Iterable, Iterator, Sequence
from pathlib import Path
from typing import Protocol, runtime_checkable

from ner_service.corpora.formats import (
    bracketed,
    brat,
    conll,
    docbin,
    jsonl,
    labelstudio,
    parquet,
    tables,
    webanno,
)
from ner_service.corpora.reading import Reading
from ner_service.errors import ConfigError, CorpusError
from ner_service.files import read_head, unpacked_name
from ner_service.types import Document


class Format(Protocol):
    """A format reads documents; a module is one, or any object with these members."""

    @property
    def name(self) -> str:
        """Return the name that options take."""

    @property
    def endings(self) -> tuple[str, ...]:
        """Return the endings of file names, behind which `.gz` may stand; none for a folder."""

    @property
    def description(self) -> str:
        """Return what stands in help and documentation, in a few words."""

    def read(self, path: Path, reading: Reading) -> Iterator[Document]:
        """Read documents in order into a reading; raises `CorpusError` naming the place."""


@runtime_checkable
class Writable(Format, Protocol):
    """A writable format also writes documents."""

    def write(self, path: Path, documents: Iterable[Document]) -> Sequence[str]:
        """Write documents, all of them or nothing; return a line about each thing that is lost."""


@runtime_checkable
class Streamable(Writable, Protocol):
    """A streamable format is text, which can go to a terminal or a client part by part."""

    def lines(self, documents: Iterable[Document]) -> Iterator[str]:
        """Yield the documents as text, in parts."""


FORMATS: list[Format] = [
    jsonl, conll, labelstudio, docbin, bracketed, tables.CSV, tables.TSV, parquet, webanno, brat,
]  # fmt: skip
RECOGNISED: dict[
    str, Callable[[str], bool]
] = {  # formats that share an ending, by their first line
    webanno.name: webanno.recognises,
    tables.TSV.name: tables.recognises,
}


def format_of(path: Path, is_folder: bool, name: str = "", is_read: bool = False) -> Format:
    """Return the format of that name, or else of a file's ending, or of a folder.

    Where formats share an ending, the beginning of a file that is read decides. Raises
    `CorpusError`, and `ConfigError` for a name that is none.
    """
    if name:
        return format_named(name)
    fitting = [f for f in FORMATS if (not f.endings if is_folder else ending_of(path) in f.endings)]
    if not fitting:
        option = "--from-format (format in a training file)" if is_read else "--to-format"
        verb = "read" if is_read else "written"
        raise CorpusError(
            f"{path}: unknown format: expected {endings(not is_read)}; or name the format of a "
            f"file that is {verb} by {option}"
        )
    if len(fitting) > 1 and is_read:
        head = read_head(path)
        for format in fitting:
            if format.name in RECOGNISED and RECOGNISED[format.name](head):
                return format
    return fitting[0]


def format_named(name: str) -> Format:
    """Return the format of that name; raises `ConfigError`."""
    for format in FORMATS:
        if format.name == name:
            return format
    raise ConfigError(f"format {name!r}: expected one of {', '.join(names())}")


def names() -> list[str]:
    """Return the names of all formats."""
    return [format.name for format in FORMATS]


def ending_of(path: Path) -> str:
    """Return the ending of a file's name in small letters, without `.gz` or `.zst` behind it."""
    return Path(unpacked_name(path.name)).suffix.lower()


def endings(is_written: bool = False) -> str:
    """Return the endings of all formats, or of those that are written, for errors and help."""
    formats = [f for f in FORMATS if not is_written or isinstance(f, Writable)]
    files = ", ".join(dict.fromkeys(e for format in formats for e in format.endings))
    folders = ", ".join(format.name for format in FORMATS if not format.endings)
    return f"{files}, or a {folders} folder"
