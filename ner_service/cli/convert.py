"""Command `convert` writes an annotated corpus in another format."""

from collections.abc import Iterable
from pathlib import Path
from typing import Annotated

import typer

from ner_service import corpora
from ner_service.cli.app import Panel, app, example
from ner_service.cli.options import (
    AnnotatorOption,
    ColumnsOption,
    FormatOption,
    LenientOption,
    MapOption,
    NamesOption,
    OverlapChoice,
    OverlapOption,
    ToFormatOption,
    check_apart,
    corpora_root,
    note_new_folder,
    read_options,
)
from ner_service.cli.printing import echo
from ner_service.corpora.check import require_documents
from ner_service.corpora.formats.format import endings
from ner_service.corpora.report import ReadReport, describe_unused
from ner_service.errors import ConfigError
from ner_service.labels import parse_mapping
from ner_service.output.bar import count_documents
from ner_service.training.data.annotation import check_pattern, reannotate


@app.command(
    rich_help_panel=Panel.DATA,
    epilog=example("convert labels.json train.jsonl --map GPE=LOC"),
)
def convert(
    source: Annotated[str, typer.Argument(help="A corpus, by path or name.")],
    target: Annotated[
        Path,
        typer.Argument(
            help=f"To write: {endings(is_written=True)} (a name without an ending); .gz behind one "
            "packs it."
        ),
    ],
    map_: MapOption = None,
    relabel: Annotated[
        list[str] | None,
        typer.Option(
            help="PATTERN=LABEL for entities whose whole text matches, PATTERN= drops them; "
            "repeatable."
        ),
    ] = None,
    split_parentheses: Annotated[
        bool,
        typer.Option(
            "--split-parentheses", help="Make two entities of one that ends in parentheses."
        ),
    ] = False,
    outside: Annotated[
        str,
        typer.Option(
            help="PATTERN to leave out at a name's beginning, with the quotes that follow it."
        ),
    ] = "",
    from_format: FormatOption = "",
    to_format: ToFormatOption = "",
    columns: ColumnsOption = "",
    overlap: OverlapOption = OverlapChoice.error,
    lenient: LenientOption = False,
    names: NamesOption = "",
    annotator: AnnotatorOption = "",
) -> None:
    """Convert an annotated corpus from one format to another, or from one way of annotating.

    Notes on stderr say what was read, mended or left out, and what the new format cannot hold.
    """
    path = corpora.locate(source, corpora_root())
    check_apart(target, [path])
    note_new_folder(target)
    change = (_patterns(relabel or ()), split_parentheses, _check_pattern("--outside", outside))
    options = read_options(from_format, columns, overlap, lenient, names, annotator)
    report = ReadReport()
    mapping = parse_mapping(map_ or ())
    documents = corpora.read(path, mapping, options, report)
    changed = (
        reannotate(document, *change) for document in count_documents(documents, str(target))
    )
    losses = corpora.write(target, require_documents(changed, path), to_format)
    unused = describe_unused(mapping, [report])
    for line in (report.summary(), *report.notes(), *unused, *losses):
        echo(f"{path}: {line}", err=True)


def _patterns(pairs: Iterable[str]) -> dict[str, str]:
    """Return the label for each pattern; raises `ConfigError` naming the pair that is wrong."""
    labels = {}
    for pair in pairs:
        pattern, equals, label = pair.rpartition("=")
        if not equals or not pattern:
            raise ConfigError(f"--relabel {pair}: give PATTERN=LABEL, or PATTERN= to drop entities")
        labels[_check_pattern("--relabel", pattern)] = label.strip()
    return labels


def _check_pattern(option: str, pattern: str) -> str:
    try:
        check_pattern(pattern)
    except ValueError as error:
        raise ConfigError(f"{option} {error}") from None
    return pattern
