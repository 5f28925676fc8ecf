"""Options that several commands share, where corpora lie, and JSON lines out."""

import os
import sys
from collections.abc import Iterable
from pathlib import Path
from typing import Annotated, Any

import orjson
import typer

from ner_service.errors import ConfigError
from ner_service.taggers.registry import spec_forms

TaggerOption = Annotated[
    str,
    typer.Option(
        "--tagger",
        "-t",
        help=f"{', '.join(spec_forms())}, or a plugin's name; `taggers` explains them.",
    ),
]
MapOption = Annotated[
    list[str] | None,
    typer.Option(
        "--map", help="FROM=TO renames a label wherever it occurs, FROM= drops it; repeatable."
    ),
]


def check_apart(output: Path, inputs: Iterable[Path]) -> None:
    """Raises `ConfigError` where the output would replace what is read."""
    if output.is_file() and any(path.exists() and output.samefile(path) for path in inputs):
        raise ConfigError(f"{output}: is what is read, and would be lost: name another file")


def corpora_root() -> Path | None:
    """The folder that corpora are named in: that of NER_CORPORA, or what was downloaded."""
    if os.environ.get("NER_CORPORA") and not corpora_home().is_dir():
        raise ConfigError(f"NER_CORPORA: {corpora_home()}: no such folder")
    return corpora_home() if corpora_home().is_dir() else None


def corpora_home() -> Path:
    """Where corpora are downloaded to; the one place that reads NER_CORPORA."""
    value = os.environ.get("NER_CORPORA")
    return Path(value) if value else Path.home() / ".cache" / "ner-service" / "corpora"


def print_json(value: Any) -> None:
    sys.stdout.write(orjson.dumps(value).decode() + "\n")
