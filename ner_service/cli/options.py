"""Several commands share these options, and the folder of the corpora."""

import os
from collections.abc import Iterable
from enum import StrEnum
from importlib.util import find_spec
from pathlib import Path
from typing import Annotated, Any

import orjson
import typer

from ner_service.cli.printing import echo, write
from ner_service.corpora.formats.format import names
from ner_service.corpora.reading import ReadOptions
from ner_service.corpora.texts import InputFormat
from ner_service.errors import ConfigError, MissingExtra
from ner_service.taggers.registry import BACKENDS, spec_forms


class OverlapChoice(StrEnum):
    """The choices of `--overlap`."""

    error = "error"
    longest = "longest"
    first = "first"
    innermost = "innermost"


MOST_WORKERS = 256  # processes, as of the service: a process has 10 MB of its own, and a typo more
ABSENT = "".join(f" Not installed: {error}." for b in BACKENDS.values() if (error := b.missing()))
TaggerOption = Annotated[
    str,
    typer.Option(
        "--tagger",
        "-t",
        help=f"{', '.join(spec_forms())}, or a plugin's name; `taggers` explains them.{ABSENT}",
    ),
]
InputOption = Annotated[
    InputFormat,
    typer.Option(
        "--input",
        "-i",
        help="auto: .jsonl, .ndjson, .csv, .tsv and .parquet (.gz or .zst may follow) by their "
        "ending, else a file is one text.",
    ),
]
MapOption = Annotated[
    list[str] | None,
    typer.Option(
        "--map", help="FROM=TO renames a label wherever it occurs, FROM= drops it; repeatable."
    ),
]

FormatOption = Annotated[
    str,
    typer.Option(
        "--from-format",
        help=f"The format, where the ending says too little: {', '.join(names())}.",
    ),
]
ToFormatOption = Annotated[
    str, typer.Option(help="The format to write, where the ending says too little.")
]
ColumnsOption = Annotated[
    str,
    typer.Option(
        help="Two with a comma: keys of text and entities, such as body,marks; or numbers of "
        "token and tag from 1 (-1 is the last), such as 2,4."
    ),
]
OverlapOption = Annotated[
    OverlapChoice,
    typer.Option(
        help="Which of overlapping entities stays: the longest, the first in the text, or the "
        "innermost."
    ),
]
NormalOption = Annotated[
    bool,
    typer.Option("--normal", help="Add base forms, parts of persons' names, and joined mentions."),
]
LenientOption = Annotated[
    bool, typer.Option("--lenient", help="Let a stray I- tag begin an entity.")
]
NamesOption = Annotated[
    str,
    typer.Option(help="What the numbers of tags or labels mean, in order: O,B-PER,I-PER."),
]
AnnotatorOption = Annotated[
    str,
    typer.Option(
        help="Label Studio: whose annotation (an address or a number), last, or predictions; else "
        "the first."
    ),
]


def check_apart(output: Path, inputs: Iterable[Path]) -> None:
    """Raise `ConfigError` where the output would replace a file that is read."""
    if output.is_file() and any(path.exists() and output.samefile(path) for path in inputs):
        raise ConfigError(f"{output}: is what is read, and would be lost: name another file")


def read_options(
    from_format: str,
    columns: str,
    overlap: OverlapChoice,
    lenient: bool,
    names: str,
    annotator: str,
) -> ReadOptions:
    """Return how corpora are read, by the options that several commands share."""
    labels = tuple(name.strip() for name in names.split(",")) if names else ()
    return ReadOptions(from_format, columns, overlap.value, lenient, labels, annotator)


def note_new_folder(output: Path) -> None:
    """Say on stderr that the folder of an output is not there yet and will be made."""
    folder = output.resolve().parent
    if not folder.exists():
        echo(f"note: {output}: makes the folder {folder}", err=True)


def corpora_root() -> Path | None:
    """Return the folder in which corpora have names: NER_CORPORA, or else that of downloads."""
    if os.environ.get("NER_CORPORA") and not corpora_home().is_dir():
        raise ConfigError(f"NER_CORPORA: {corpora_home()}: no such folder")
    return corpora_home() if corpora_home().is_dir() else None


def corpora_home() -> Path:
    """Return the folder for downloaded corpora; nothing else reads NER_CORPORA."""
    value = os.environ.get("NER_CORPORA")
    return Path(value) if value else Path.home() / ".cache" / "ner-service" / "corpora"


def print_json(value: Any) -> None:
    """Print a value as a line of JSON."""
    write(orjson.dumps(value).decode() + "\n")


def check_service() -> None:
    """Raise `MissingExtra` without the libraries of the service."""
    if find_spec("fastapi") is None:
        raise MissingExtra("the service (no fastapi)", "serve")
