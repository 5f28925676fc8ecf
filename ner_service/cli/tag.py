"""`tag`: entities of files or of stdin, as JSON lines, a table, HTML or CoNLL."""

import sys
from collections.abc import Iterable, Iterator
from enum import StrEnum
from pathlib import Path
from typing import Annotated

import typer
from tqdm import tqdm

from ner_service.cli.app import app
from ner_service.cli.options import TaggerOption, check_apart
from ner_service.corpora.check import checked_text
from ner_service.corpora.formats import jsonl
from ner_service.errors import ConfigError, CorpusError
from ner_service.files import BOM, lines, printable, read_text, replacing
from ner_service.output.documents import FORMATS
from ner_service.taggers.registry import load_tagger
from ner_service.types import Document, Tagger

SLICE_TEXTS, SLICE_CHARS = 64, 200_000  # what is tagged between two steps of the progress bar
STDIN = Path("-")


class OutputFormat(StrEnum):
    """The formats of `tag`."""

    jsonl = "jsonl"
    table = "table"
    html = "html"
    conll = "conll"


class InputFormat(StrEnum):
    """How `tag` reads its files."""

    auto = "auto"
    text = "text"
    lines = "lines"
    jsonl = "jsonl"


@app.command()
def tag(
    files: Annotated[list[Path] | None, typer.Argument(help="Files; - or none is stdin.")] = None,
    tagger: TaggerOption = "bilstm",
    input: Annotated[
        InputFormat,
        typer.Option("--input", "-i", help="auto: .jsonl(.gz) as JSONL, else a file is one text."),
    ] = InputFormat.auto,
    format: Annotated[OutputFormat, typer.Option("--format", "-f")] = OutputFormat.jsonl,
    output: Annotated[
        Path | None, typer.Option("--output", "-o", help="Write there, whole or not at all.")
    ] = None,
    label: Annotated[
        list[str] | None, typer.Option("--label", "-l", help="Keep this label only; repeatable.")
    ] = None,
) -> None:
    """Find the entities in files or in stdin.

    A JSONL line is {"text": ...}, with an "id" if you like; the output has the same form with
    "entities", and can be evaluated, trained on or converted as it is.
    """
    if output:
        check_apart(output, files or ())
    loaded = load_tagger(tagger)
    if strange := set(label or ()) - set(loaded.info.labels):
        known = ", ".join(loaded.info.labels)
        raise ConfigError(f"--label {', '.join(sorted(strange))}: {tagger} knows {known}")
    documents = (document for file in files or [STDIN] for document in texts(file, input))
    found = (
        Document(d.id, d.text, tuple(e for e in d.entities if not label or e.label in label))
        for d in tagged(loaded, documents)
    )
    parts = FORMATS[format](found)
    if output is None:
        for part in parts:
            sys.stdout.write(part)
        sys.stdout.flush()
        return
    with replacing(output) as file:
        for part in parts:
            file.write(part.encode())


def texts(file: Path, input: InputFormat) -> Iterator[Document]:
    """The texts of a file, or of stdin for `-`, as documents."""
    path = Path("/dev/stdin") if file == STDIN else file
    name = "stdin" if file == STDIN else printable(file)
    if path.is_dir():
        raise CorpusError(f"{path}: is a folder: name its files")
    suffixes = file.suffixes[-2:]
    if input is InputFormat.jsonl or (input is InputFormat.auto and ".jsonl" in suffixes):
        for number, line in lines(path):
            if line.strip():
                yield jsonl.text(line, f"{name}:{number}", f"{name}:{number}")
    elif input is InputFormat.lines:
        for number, line in lines(path):
            yield Document(f"{name}:{number}", checked_text(line.removesuffix("\r"), name))
    else:
        yield Document(name, read_text(path).removeprefix(BOM))


def tagged(tagger: Tagger, documents: Iterable[Document]) -> Iterator[Document]:
    """The documents with the tagger's entities, under a progress bar."""
    with tqdm(unit="char", unit_scale=True, disable=not sys.stderr.isatty()) as bar:
        for some in slices(documents):
            found = tagger.tag([document.text for document in some])
            for document, entities in zip(some, found, strict=True):
                yield Document(document.id, document.text, tuple(entities))
                bar.update(len(document.text))


def slices(documents: Iterable[Document]) -> Iterator[list[Document]]:
    """Documents in lists small enough to show progress between them."""
    some: list[Document] = []
    for document in documents:
        some.append(document)
        if len(some) == SLICE_TEXTS or sum(len(d.text) for d in some) > SLICE_CHARS:
            yield some
            some = []
    if some:
        yield some
