"""Command `tag` finds the entities of files or of stdin."""

import sys
from pathlib import Path
from typing import Annotated

import typer

from ner_service.cli.app import app
from ner_service.cli.options import InputOption, TaggerOption, check_apart
from ner_service.cli.tagging import STDIN, InputFormat, read_texts, tag_documents
from ner_service.errors import ConfigError
from ner_service.files import write_text
from ner_service.output.documents import FORMATS
from ner_service.taggers.registry import load_tagger
from ner_service.types import Document


def check_format(name: str) -> str:
    """Return the name of an output format; raises `typer.BadParameter` where it is none."""
    if name not in FORMATS:
        raise typer.BadParameter(f"{name!r} is not one of {', '.join(FORMATS)}.")
    return name


@app.command()
def tag(
    files: Annotated[list[Path] | None, typer.Argument(help="Files; - or none is stdin.")] = None,
    tagger: TaggerOption = "bilstm",
    input: InputOption = InputFormat.auto,
    format: Annotated[
        str,
        typer.Option("--format", "-f", metavar=f"[{'|'.join(FORMATS)}]", callback=check_format),
    ] = "jsonl",
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
    documents = (document for file in files or [STDIN] for document in read_texts(file, input))
    tagged = (
        Document(d.id, d.text, tuple(e for e in d.entities if not label or e.label in label))
        for d in tag_documents(loaded, documents)
    )
    parts = FORMATS[format](tagged)
    if output is None:
        for part in parts:
            sys.stdout.write(part)
        sys.stdout.flush()
        return
    write_text(output, parts)
