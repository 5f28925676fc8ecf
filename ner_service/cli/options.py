"""Options that several commands share, the folder of corpora, and output as JSON lines."""

import os
import sys
from collections.abc import Iterable
from pathlib import Path
from typing import Annotated, Any

import orjson
import typer

from ner_service.errors import ConfigError

TaggerOption = Annotated[
    str,
    typer.Option(
        "--tagger",
        "-t",
        help="natasha[:slovnet], spacy[:PACKAGE or FOLDER], or bilstm[:MODEL or FOLDER].",
    ),
]
MapOption = Annotated[
    list[str] | None,
    typer.Option(
        "--map", help="FROM=TO renames a label wherever it occurs, FROM= drops it; repeatable."
    ),
]


def check_apart(output: Path, inputs: Iterable[Path]) -> None:
    """Raise `ConfigError` where the output would replace an input."""
    if output.is_file() and any(path.exists() and output.samefile(path) for path in inputs):
        raise ConfigError(f"{output}: is what is read, and would be lost: name another file")


def corpora_root() -> Path | None:
    """Return the folder of corpora, of NER_CORPORA or of downloads, or `None`."""
    if os.environ.get("NER_CORPORA") and not corpora_home().is_dir():
        raise ConfigError(f"NER_CORPORA: {corpora_home()}: no such folder")
    return corpora_home() if corpora_home().is_dir() else None


def corpora_home() -> Path:
    """Return the folder that corpora are downloaded to; nothing else reads NER_CORPORA."""
    value = os.environ.get("NER_CORPORA")
    return Path(value) if value else Path.home() / ".cache" / "ner-service" / "corpora"


def print_json(value: Any) -> None:
    """Print a value as a line of JSON."""
    sys.stdout.write(orjson.dumps(value).decode() + "\n")
