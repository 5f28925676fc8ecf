"""The command `names`: base forms, parts and joined mentions of the entities of a corpus."""

from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Annotated

import typer

from ner_service import corpora
from ner_service.bulk.annotator import analyse_documents
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
from ner_service.corpora.formats.format import format_of
from ner_service.corpora.report import ReadReport, describe_unused
from ner_service.corpora.texts import batches_of
from ner_service.errors import ConfigError, CorpusError
from ner_service.labels import parse_mapping
from ner_service.library import load_analyser
from ner_service.output.bar import Bar
from ner_service.types import Document

CARRIERS = ("jsonl", "csv", "tsv", "parquet", "labelstudio")  # formats with room for base forms


@app.command(rich_help_panel=Panel.USE, epilog=example("names train.jsonl --output forms.jsonl"))
def names(
    files: Annotated[list[str], typer.Argument(help="Corpora, by path or name.")],
    output: Annotated[
        Path,
        typer.Option(
            "--output",
            "-o",
            help="To write: .jsonl, .json (Label Studio), .csv or .parquet; .gz packs it.",
        ),
    ],
    map_: MapOption = None,
    from_format: FormatOption = "",
    to_format: ToFormatOption = "",
    columns: ColumnsOption = "",
    overlap: OverlapOption = OverlapChoice.error,
    lenient: LenientOption = False,
    names: NamesOption = "",
    annotator: AnnotatorOption = "",
) -> None:
    """Add base forms, parts of persons' names and joined mentions to annotated entities.

    The entities stay as they are. Each gets `normal`, PER also `parts` (first, middle, last); each
    document gets `names`: label, base form, parts, and the indices of its mentions in `entities`.
    """
    if (form := format_of(output, not output.suffix, to_format).name) not in CARRIERS:
        raise ConfigError(
            f"--output {output}: the format {form} has no place for base forms: name a file that "
            "ends in .jsonl, .json, .csv or .parquet"
        )
    paths = [corpora.locate(name, corpora_root()) for name in files]
    check_apart(output, paths)
    note_new_folder(output)
    options = read_options(from_format, columns, overlap, lenient, names, annotator)
    mapping = parse_mapping(map_ or ())
    reports = [ReadReport() for _ in paths]
    documents = (
        document
        for path, report in zip(paths, reports, strict=True)
        for document in corpora.read(path, mapping, options, report)
    )
    losses = corpora.write(output, _analyse(documents, output), to_format)
    for path, report in zip(paths, reports, strict=True):
        for line in (report.summary(), *report.notes()):
            echo(f"{path}: {line}", err=True)
    for line in describe_unused(mapping, reports):
        echo(f"note: {line}", err=True)
    for line in losses:
        echo(f"{output}: {line}", err=True)


def _analyse(documents: Iterable[Document], output: Path) -> Iterator[Document]:
    """Yield the documents with their names, under a progress bar; raises where there are none."""
    analyser = load_analyser()
    count = 0
    with Bar(str(output)) as bar:
        for batch in batches_of(documents):
            yield from analyse_documents(batch, analyser)
            count += len(batch)
            bar.advance(len(batch))
    if not count:
        raise CorpusError("the files hold no documents: name corpora with annotated entities")
