"""Texts to tag are read from files of text, lines, JSON lines and tables, and cut into batches."""

from collections.abc import Iterable, Iterator
from enum import StrEnum
from pathlib import Path

from ner_service.batching import gather
from ner_service.corpora.check import check_text
from ner_service.corpora.formats import jsonl, parquet, tables
from ner_service.corpora.formats.format import FORMATS, ending_of
from ner_service.corpora.reading import Reading, ReadOptions
from ner_service.errors import CorpusError
from ner_service.files import BOM, read_lines, read_text, readable_name
from ner_service.types import Document

BATCH_TEXTS, BATCH_CHARS = 64, 200_000  # tagged in one go, between two steps of a progress bar
STDIN = Path("-")


class InputFormat(StrEnum):
    """An input format is a way to read a file of texts."""

    auto = "auto"
    text = "text"
    lines = "lines"
    jsonl = "jsonl"
    csv = "csv"
    tsv = "tsv"
    parquet = "parquet"


BY_ENDING = {
    ".jsonl": InputFormat.jsonl,
    ".ndjson": InputFormat.jsonl,
    ".csv": InputFormat.csv,
    ".tsv": InputFormat.tsv,
    ".parquet": InputFormat.parquet,
}


def read_texts(file: Path, input: InputFormat, columns: str = "") -> Iterator[Document]:
    """Read the texts of a file, or of stdin for `-`, as documents with their other fields."""
    path = Path("/dev/stdin") if file == STDIN else file
    name = "stdin" if file == STDIN else readable_name(file)
    if path.is_dir():
        raise CorpusError(f"{path}: is a folder: name its files")
    input = input_format(file, input)
    reading = Reading(options=ReadOptions(columns=columns))
    if input is InputFormat.jsonl:
        for number, line in read_lines(path):
            if line.strip():
                yield jsonl.parse_text(line, f"{name}:{number}", f"{name}:{number}", reading)
    elif input in (InputFormat.csv, InputFormat.tsv):
        table = tables.CSV if input is InputFormat.csv else tables.TSV
        yield from table.texts(path, reading)
    elif input is InputFormat.parquet:
        yield from parquet.texts(path, reading)
    elif input is InputFormat.lines:
        for number, line in read_lines(path):
            yield Document(f"{name}:{number}", check_text(line.removesuffix("\r"), name))
    else:
        yield Document(name, read_text(path).removeprefix(BOM))


def input_format(file: Path, input: InputFormat) -> InputFormat:
    """Return the format of a file: the one that is named, or that of its ending, or plain text.

    Raises `CorpusError` where the ending is that of annotated documents, which are no plain text.
    """
    ending = ending_of(file)
    if input is not InputFormat.auto or ending in BY_ENDING:
        return BY_ENDING[ending] if input is InputFormat.auto else input
    if any(ending in format.endings for format in FORMATS):
        raise CorpusError(
            f"{file}: {ending} stands for annotated documents: make texts of them by `ner-service "
            "convert SOURCE TEXTS.jsonl`, or add --input text if the whole file is one plain text"
        )
    return InputFormat.text


def batches_of(documents: Iterable[Document]) -> Iterator[list[Document]]:
    """Return documents in lists small enough to show progress between them."""
    return gather(documents, lambda document: len(document.text), BATCH_CHARS, BATCH_TEXTS)
