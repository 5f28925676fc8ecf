"""Command `tag` finds the entities of files or of stdin."""

import sys
from collections.abc import Iterable
from pathlib import Path
from typing import Annotated

import typer

from ner_service import corpora
from ner_service.cli.app import Panel, app, example
from ner_service.cli.options import (
    ColumnsOption,
    InputOption,
    NormalOption,
    TaggerOption,
    check_apart,
    note_new_folder,
)
from ner_service.cli.printing import echo, write
from ner_service.cli.tagging import Counts, LanguageNote, tag_documents
from ner_service.corpora.formats import docbin, parquet
from ner_service.corpora.formats.format import ending_of
from ner_service.corpora.texts import STDIN, InputFormat, read_texts
from ner_service.errors import ConfigError
from ner_service.files import write_text
from ner_service.library import load_analyser
from ner_service.output.documents import FORMATS
from ner_service.output.marked_text import print_marked
from ner_service.taggers.registry import load_tagger
from ner_service.types import Document, TaggerInfo

BINARY = (parquet.name, docbin.name)  # formats that no terminal shows, so they need a file
NAMES = (*FORMATS, *BINARY)
WITH_NORMAL = ("jsonl", "table", "html", "csv", "tsv", "parquet", "labelstudio")
BY_ENDING = {
    ".jsonl": "jsonl",
    ".ndjson": "jsonl",
    ".csv": "csv",
    ".tsv": "tsv",
    ".parquet": "parquet",
    ".json": "labelstudio",
    ".conll": "conll",
    ".iob": "conll",
    ".iob2": "conll",
    ".bio": "conll",
    ".bracketed": "bracketed",
    ".spacy": "docbin",
    ".html": "html",
    "": "jsonl",
}


def check_format(name: str | None) -> str | None:
    """Return the name of an output format; raises `typer.BadParameter` where it is none."""
    if name is not None and name not in NAMES:
        raise typer.BadParameter(f"{name!r} is not one of {', '.join(NAMES)}.")
    return name


@app.command(
    rich_help_panel=Panel.USE,
    epilog=example("tag articles.jsonl --tagger natasha --output tagged.jsonl.gz"),
)
def tag(
    files: Annotated[list[Path] | None, typer.Argument(help="Files; - or none is stdin.")] = None,
    tagger: TaggerOption = "bilstm",
    input: InputOption = InputFormat.auto,
    format: Annotated[
        str | None,
        typer.Option(
            "--format",
            "-f",
            metavar="NAME",
            callback=check_format,
            help=f"{', '.join(NAMES)}. Default: by the ending of the output; else jsonl, and on a "
            "terminal the text in colours.",
        ),
    ] = None,
    output: Annotated[
        Path | None, typer.Option("--output", "-o", help="Write there, whole or not at all.")
    ] = None,
    label: Annotated[
        list[str] | None, typer.Option("--label", "-l", help="Keep this label only; repeatable.")
    ] = None,
    columns: ColumnsOption = "",
    normal: NormalOption = False,
) -> None:
    """Find the entities in files or in stdin.

    A JSONL line is {"text": ...}; its other fields, such as an "id", and those of a table's rows
    come back beside "entities". The output can be evaluated, trained on or converted as it is.
    """
    if output:
        check_apart(output, files or ())
        note_new_folder(output)
    chosen = format or choose_format(output)
    on_terminal = format is None and not normal and output is None and sys.stdout.isatty()
    if normal and chosen not in WITH_NORMAL:
        raise ConfigError(
            f"--normal: {chosen} has no place for base forms: take --format "
            f"{', '.join(WITH_NORMAL)}"
        )
    if chosen in BINARY and output is None:
        raise ConfigError(f"--format {chosen}: is not text: name a file by --output")
    loaded = load_tagger(tagger)
    if strange := set(label or ()) - set(loaded.info.labels):
        known = ", ".join(loaded.info.labels)
        raise ConfigError(f"--label {', '.join(sorted(strange))}: {tagger} knows {known}")
    note = LanguageNote(loaded.info.languages)
    documents = note.watch(
        document for file in files or [STDIN] for document in read_texts(file, input, columns)
    )
    tagged = (
        document.keep_labels(label) if label else document
        for document in tag_documents(loaded, documents, load_analyser() if normal else None)
    )
    if on_terminal:
        print_marked(tagged)
    else:
        counts = Counts()
        write_tagged(counts.count(tagged), chosen, output, loaded.info)
        if output is not None:
            echo(f"{output}: {counts}", err=True)
    if str(note):
        echo(str(note), err=True)


def choose_format(output: Path | None) -> str:
    """Return the format of a file's ending; raises `ConfigError` where it is no known one."""
    ending = "" if output is None or not output.suffix else ending_of(output)
    if ending not in BY_ENDING:
        known = ", ".join(ending for ending in BY_ENDING if ending)
        raise ConfigError(
            f"--output {output}: {ending} is no known ending: take one of {known}, or name the "
            "format by --format"
        )
    return BY_ENDING[ending]


def write_tagged(
    documents: Iterable[Document], format: str, output: Path | None, info: TaggerInfo
) -> None:
    """Write tagged documents to a file, or to stdout where there is none."""
    if format in BINARY and output is not None:
        for line in corpora.write(output, documents, format):
            echo(f"{output}: {line}", err=True)
        return
    parts = FORMATS[format](documents, f"{info.name} {info.version}".strip())
    if output is not None:
        write_text(output, parts)
        return
    for part in parts:
        write(part)
