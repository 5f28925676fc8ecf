"""`convert`: an annotated corpus in another format."""

import sys
from pathlib import Path
from typing import Annotated

import typer
from tqdm import tqdm

from ner_service import corpora
from ner_service.cli.app import app
from ner_service.cli.options import MapOption, check_apart, corpora_root
from ner_service.labels import parse_mapping


@app.command()
def convert(
    source: Annotated[str, typer.Argument(help="A corpus, by path or name.")],
    target: Annotated[
        Path,
        typer.Argument(
            help="To write: .jsonl(.gz), .conll, .spacy, .json (Label Studio), or a folder (brat)."
        ),
    ],
    map_: MapOption = None,
) -> None:
    """Convert an annotated corpus from one format to another."""
    path = corpora.locate(source, corpora_root())
    check_apart(target, [path])
    documents = corpora.read(path, parse_mapping(map_ or ()))
    bar = tqdm(documents, desc=str(target), unit="doc", disable=not sys.stderr.isatty())
    corpora.write(target, bar)
