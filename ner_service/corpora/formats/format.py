"""A format is a form of annotated documents; this module has the protocol and the table."""

from collections.abc import Iterable, Iterator, Mapping
from pathlib import Path
from typing import Protocol, runtime_checkable

from ner_service.corpora.formats import bracketed, brat, conll, docbin, jsonl, labelstudio
from ner_service.errors import CorpusError
from ner_service.types import Document


class Format(Protocol):
    """A format reads and writes documents; a module is one, or any object with these members."""

    @property
    def name(self) -> str:
        """Return the name that options take."""

    @property
    def endings(self) -> tuple[str, ...]:
        """Return the endings of file names, behind which `.gz` may stand; none for a folder."""

    @property
    def description(self) -> str:
        """Return what stands in help and documentation, in a few words."""

    def read(self, path: Path, labels: Mapping[str, str]) -> Iterator[Document]:
        """Read documents in order, with labels mapped; raises `CorpusError` naming the place."""

    def write(self, path: Path, documents: Iterable[Document]) -> None:
        """Write documents, all of them or nothing."""


@runtime_checkable
class Streamable(Format, Protocol):
    """A streamable format is text, which can go to a terminal or a client part by part."""

    def lines(self, documents: Iterable[Document]) -> Iterator[str]:
        """Yield the documents as text, in parts."""


FORMATS: list[Format] = [jsonl, conll, labelstudio, docbin, bracketed, brat]


def format_of(path: Path, is_folder: bool) -> Format:
    """Return the format of a file by its name's ending, or of a folder; raises `CorpusError`."""
    ending = Path(path.stem).suffix if path.suffix == ".gz" else path.suffix
    for format in FORMATS:
        if not format.endings if is_folder else ending in format.endings:
            return format
    raise CorpusError(f"{path}: unknown format: expected {endings()}")


def endings() -> str:
    """Return every format's endings, as errors and help name them."""
    files = ", ".join(ending for format in FORMATS for ending in format.endings)
    folders = ", ".join(format.name for format in FORMATS if not format.endings)
    return f"{files}, or a {folders} folder"
