"""Command `tag` finds the entities of files or of stdin."""

import os
import sys
from collections.abc import Iterable, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Annotated

import typer

from ner_service import corpora
from ner_service.bulk.annotator import check_labels
from ner_service.bulk.job import Job
from ner_service.bulk.sources import Source, find_sources, is_pattern
from ner_service.cli.app import Panel, app, example
from ner_service.cli.bulk import job_format, place_of, tag_in_bulk, tag_on_ray
from ner_service.cli.options import (
    MOST_WORKERS,
    ColumnsOption,
    InputOption,
    NormalOption,
    TaggerOption,
    check_apart,
    note_new_folder,
)
from ner_service.cli.printing import echo, write
from ner_service.cli.tagging import Counts, HiddenTextNote, LanguageNote, tag_documents
from ner_service.corpora.formats import docbin, parquet
from ner_service.corpora.formats.format import ending_of
from ner_service.corpora.formats.tables import ENTITIES
from ner_service.corpora.reading import ReadOptions
from ner_service.corpora.texts import STDIN, InputFormat, read_texts
from ner_service.errors import ConfigError
from ner_service.files import write_text
from ner_service.library import load_analyser
from ner_service.output.documents import FORMATS
from ner_service.output.marked_text import print_marked
from ner_service.taggers.registry import load_tagger
from ner_service.types import Document, TaggerInfo, ask_labels

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
    files: Annotated[
        list[str] | None,
        typer.Argument(help="Files, folders, or patterns in quotes; - or none is stdin."),
    ] = None,
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
            "terminal the text in colours. A folder keeps the formats that are read.",
        ),
    ] = None,
    output: Annotated[
        str | None,
        typer.Option(
            "--output",
            "-o",
            help="A file, which is written whole or not at all; or a folder (FOLDER/), which gets "
            "a file for each file that is read. The same command goes on from where it was ended.",
        ),
    ] = None,
    label: Annotated[
        list[str] | None, typer.Option("--label", "-l", help="Keep this label only; repeatable.")
    ] = None,
    columns: ColumnsOption = "",
    text_column: Annotated[
        list[str] | None,
        typer.Option(
            help="The column or key of the text. With an output folder it is repeatable; each "
            "column then has its own COLUMN_entities."
        ),
    ] = None,
    normal: NormalOption = False,
    workers: Annotated[
        int,
        typer.Option(
            min=1,
            max=MOST_WORKERS,
            help="Processes that tag into a folder; take one for each core.",
        ),
    ] = 1,
    ray: Annotated[
        str,
        typer.Option(
            metavar="[ADDRESS]",
            help="Tag by Ray Data into a folder, on the cluster at this address; without one (at "
            "the end of the line) on the cluster of this machine, or a new one. Paths may be "
            "s3://, gs:// and hdfs://.",
        ),
    ] = "",
) -> None:
    """Find the entities in files or in stdin.

    A JSONL line is {"text": ...}; its other fields, such as an "id", and the other cells of a table
    come back beside "entities". The output can be evaluated, trained on or converted as it is.

    For any amount of text: `ner-service tag in/ --output out/ --workers 8` writes a file for each
    file that it reads, holds little of it in memory, and goes on from where it was ended.
    """
    names = list(files or [str(STDIN)])
    for_bulk = workers > 1 or bool(ray)
    if for_bulk and output is None and len(names) > 1:
        output = names.pop()
    texts = tuple(dict.fromkeys(text_column or ()))
    job = Job(tagger, texts or named_column(columns), tuple(label or ()), normal)
    sources = listed_sources([n for n in names if not (ray and "://" in n)], input, output)
    if elsewhere := [] if ray else [each for each in (*names, output or "") if "://" in each]:
        raise ConfigError(f"{elsewhere[0]}: lies on another machine: add --ray")
    if ray:
        tag_on_ray(job, names, sources, output, input, format, ray)
        return
    if sources and output:
        is_single = len(names) == 1 and Path(names[0]).is_file()
        place = place_of(output, sources, is_single, for_bulk or bool(texts), bool(columns))
        if place and (not place.is_file or format in (None, sources[0].format.value)):
            check_apart(place.output, [source.path for source in sources])
            note_new_folder(place.output)
            tag_in_bulk(replace(job, format=job_format(format, sources)), sources, place, workers)
            return
    if for_bulk or len(texts) > 1:
        option = f"--workers {workers}" if for_bulk else "several --text-column"
        raise ConfigError(f"{option}: needs files to read, and a folder: add --output FOLDER/")
    if any("," in text for text in texts):
        raise ConfigError("--text-column: a name with a comma needs a folder: add --output FOLDER/")
    pair = f"{texts[0]},{ENTITIES}" if texts else columns
    readings = (
        [(source.path, source.format) for source in sources]
        if sources
        else [(Path(name), input) for name in names]
    )
    documents = (d for path, form in readings for d in read_texts(path, form, pair))
    tag_in_one(job, documents, [path for path, _ in readings], format, output)


def listed_sources(names: Sequence[str], input: InputFormat, output: str | None) -> list[Source]:
    """Return the files that the arguments name; none where stdin or a pipe is one of them.

    A missing file is left to whoever reads it.
    """
    paths = [Path(name) for name in names]
    if not paths or not all(
        path.is_file() or path.is_dir() or is_pattern(str(path)) for path in paths
    ):
        return []
    return find_sources(names, input, Path(output or os.devnull), note)


def note(line: str) -> None:
    """Say something on stderr that the user may not expect."""
    echo(f"note: {line}", err=True)


def named_column(columns: str) -> tuple[str, ...]:
    """Return the column of texts that `--columns` names, if it does."""
    named = ReadOptions(columns=columns).column_pair()[0]
    return (named,) if named else ()


def tag_in_one(
    job: Job,
    documents: Iterable[Document],
    paths: Sequence[Path],
    format: str | None,
    target: str | None,
) -> None:
    """Tag documents into one file, or onto stdout."""
    output = Path(target) if target else None
    if output:
        check_apart(output, paths)
        note_new_folder(output)
    chosen = format or choose_format(output)
    on_terminal = format is None and not job.normal and output is None and sys.stdout.isatty()
    if job.normal and chosen not in WITH_NORMAL:
        raise ConfigError(
            f"--normal: {chosen} has no place for base forms: take --format "
            f"{', '.join(WITH_NORMAL)}"
        )
    if chosen in BINARY and output is None:
        raise ConfigError(f"--format {chosen}: is not text: name a file by --output")
    loaded = ask_labels(load_tagger(job.tagger), job.labels)
    check_labels(job, loaded.info)
    languages, hidden = LanguageNote(loaded.info.languages), HiddenTextNote()
    watched = hidden.watch(languages.watch(documents))
    tagged = (
        document.keep_labels(job.labels) if job.labels else document
        for document in tag_documents(loaded, watched, load_analyser() if job.normal else None)
    )
    if on_terminal:
        print_marked(tagged)
    else:
        counts = Counts()
        write_tagged(counts.count(tagged), chosen, output, loaded.info)
        if output is not None:
            echo(f"{output}: {counts}", err=True)
    for note in filter(None, map(str, (hidden, languages))):
        echo(note, err=True)


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
