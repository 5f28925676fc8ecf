"""Options that several commands share, where corpora lie, and JSON lines out."""

import os
import sys
from pathlib import Path
from typing import Annotated, Any

import orjson
import typer

from ner_service.types import ConfigError

TaggerOption = Annotated[
    str,
    typer.Option(
        "--tagger", "-t", help="natasha, spacy[:PACKAGE or FOLDER], or bilstm[:MODEL or FOLDER]."
    ),
]
MapOption = Annotated[
    list[str] | None,
    typer.Option(
        "--map", help="FROM=TO renames a label of the corpus, FROM= drops it; repeatable."
    ),
]


def corpora_root() -> Path | None:
    """The folder that NER_CORPORA names; the one place that reads it."""
    value = os.environ.get("NER_CORPORA")
    if value and not Path(value).is_dir():
        raise ConfigError(f"NER_CORPORA: {value}: no such folder")
    return Path(value) if value else None


def print_json(value: Any) -> None:
    sys.stdout.write(orjson.dumps(value).decode() + "\n")
