"""Command `corpora` lists, describes, downloads and checks annotated corpora."""

import sys
from collections import Counter
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Annotated

import typer
from rich.table import Table
from tqdm import tqdm

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
    corpora_home,
    corpora_root,
    note_new_folder,
    print_json,
    read_options,
)
from ner_service.cli.printing import cell, echo, print_table
from ner_service.corpora import lint
from ner_service.corpora.check import require_documents
from ner_service.corpora.formats.format import endings
from ner_service.corpora.lint.finding import Finding
from ner_service.corpora.lint.summary import Summary
from ner_service.corpora.public import catalogue
from ner_service.corpora.public.download import download as download_source
from ner_service.corpora.reading import ReadOptions
from ner_service.corpora.report import ReadReport, describe_unused
from ner_service.errors import ConfigError, CorpusError
from ner_service.files import check_folder, unpacked_name, write_text
from ner_service.labels import parse_mapping
from ner_service.output.bar import count_documents
from ner_service.output.numbers import numbered
from ner_service.taggers.registry import check_spec, load_tagger

HeldOutOption = Annotated[
    list[str] | None,
    typer.Option(
        "--held-out",
        help="One more file, to judge on: FILES are for training then, whatever their names; "
        "repeatable.",
    ),
]

group = typer.Typer(no_args_is_help=True, rich_markup_mode="markdown")
app.add_typer(
    group,
    name="corpora",
    help="List, describe, download and check annotated corpora.",
    rich_help_panel=Panel.DATA,
    epilog=example("corpora check train.jsonl dev.jsonl"),
)


@group.command("list", epilog=example("corpora list"))
def list_(
    as_json: Annotated[bool, typer.Option("--json", help="Write a JSON line for each.")] = False,
) -> None:
    """List the corpora that are here, and those of the catalogue that can be downloaded."""
    root = corpora_root()
    sources = [*catalogue.OWN.values(), *catalogue.SOURCES.values()]
    rows = [(s.name, s.corpora, s.about, s.licence) for s in sources]
    known = {name for source in sources for name in source.corpora}
    if others := tuple(name for name in _names_in(root) if name not in known):
        rows.append(("", others, "", ""))
    table = Table("source", "corpora (* is here)", "what", "licence")
    for source, names, about, licence in rows:
        paths = {name: _locate(name, root) for name in names}
        if as_json:
            for name, path in paths.items():
                line = {"corpus": name, "path": path and str(path), "about": about}
                print_json(line | {"licence": licence})
        marked = "\n".join(f"{name}{'*' if path else ''}" for name, path in paths.items())
        table.add_row(source, cell(marked), about or cell(f"in {root}"), licence)
    if not as_json:
        print_table(table)


@group.command(epilog=example("corpora info own_news"))
def info(
    name: Annotated[str, typer.Argument(help="A corpus, or a source of the catalogue.")],
) -> None:
    """Say where a corpus comes from, and count its labels if it is here."""
    path = _locate(name, corpora_root())
    try:
        source = catalogue.source_of(name)
    except CorpusError:
        if not path:
            raise
    else:
        echo(f"{source.name}: {source.about}\nhome: {source.home}\nlicence: {source.licence}")
        for file in source.files.values():
            of = f" of the contents of {', '.join(file.folders)}" if file.folders else ""
            sha256 = file.sha256 or "not published; the first one seen is held to"
            echo(f"address: {file.url}\nsha256{of}: {sha256}")
        echo(f"corpora: {', '.join(source.corpora)}")
        if source.files:
            echo(f"conversion: {catalogue.CONVERTERS[source.converter].__doc__}")
    if path:
        documents = list(corpora.read(path))
        labels = Counter(e.label for d in documents for e in d.entities)
        counted = ", ".join(f"{label} {n}" for label, n in labels.most_common())
        echo(f"here: {path}\n{numbered(len(documents), 'document')}: {counted or 'no entities'}")


@group.command(epilog=example("corpora download nerel"))
def download(
    name: Annotated[str, typer.Argument(help="A source of the catalogue, or a corpus of one.")],
    to: Annotated[
        Path | None,
        typer.Option(help="Folder; else NER_CORPORA, else a cache where names are also found."),
    ] = None,
) -> None:
    """Download a corpus and convert it; files that are here and right are kept."""
    source = catalogue.source_of(name)
    echo(f"{source.name}: licence: {source.licence}; {source.home}", err=True)
    for path, sha256 in download_source(source, to or corpora_home()):
        echo(f"{path}  sha256 {sha256}" if sha256 else path)


@group.command(epilog=example("corpora report train.jsonl dev.jsonl --tagger bilstm"))
def report(
    files: Annotated[
        list[str], typer.Argument(help=f"Files of one corpus, by path or name: {endings()}.")
    ],
    output: Annotated[
        Path | None,
        typer.Option("--output", "-o", help="The folder of the page; else corpus-report."),
    ] = None,
    tagger: Annotated[
        str | None,
        typer.Option("--tagger", "-t", help="Show where this one contradicts the annotation."),
    ] = None,
    held_out: HeldOutOption = None,
    map_: MapOption = None,
    from_format: FormatOption = "",
    columns: ColumnsOption = "",
    overlap: OverlapOption = OverlapChoice.error,
    lenient: LenientOption = False,
    names: NamesOption = "",
    annotator: AnnotatorOption = "",
    as_json: Annotated[
        bool,
        typer.Option("--json", help="Write the figures to stdout; a page only with --output."),
    ] = False,
) -> None:
    """Describe a corpus on one page: sizes, labels, typical words, names, copies, likely errors.

    Files of --held-out are held out; without it those named dev, val or test, or else all but the
    first. The page shows how many names of these the training files have. Of a large file only
    10,000 documents are looked at closely.
    """
    from ner_service.explore.corpus.page import page
    from ner_service.explore.corpus.report import describe
    from ner_service.explore.corpus.sample import draw_sample
    from ner_service.output.plots import check_plots

    check_plots()
    options = read_options(from_format, columns, overlap, lenient, names, annotator)
    if tagger:
        check_spec(tagger)
    folder = output or Path("corpus-report")
    check_folder(folder)
    root, mapping = corpora_root(), parse_mapping(map_ or ())
    paths, roles = _roles(files, held_out or [], root)
    titles = _titles(paths)
    samples, readings = [], []
    for path, title, is_held_out in zip(paths, titles, roles, strict=True):
        readings.append(reading := ReadReport())
        documents = count_documents(
            corpora.read(path, mapping, options, reading), str(path), stays=False
        )
        samples.append(draw_sample(title, is_held_out, require_documents(documents, path)))
        for line in reading.notes():
            echo(f"note: {path}: {line}", err=True)
    for line in describe_unused(mapping, readings):
        echo(f"note: {line}", err=True)
    loaded = load_tagger(tagger) if tagger else None
    with tqdm(disable=not sys.stderr.isatty(), leave=False) as bar:

        def progress(step: str, done: int, total: int) -> None:
            bar.total, bar.n = total, done
            bar.set_description(step, refresh=False)
            bar.update(0)

        made = describe(samples, loaded, tagger or "", progress)
    if as_json:
        print_json(made.as_json())
    if output or not as_json:
        place = folder / "index.html"
        note_new_folder(place)
        write_text(place, [page(", ".join(titles), made, samples)])
        echo(str(place), err=as_json)


def _roles(
    files: Sequence[str], held_out: Sequence[str], root: Path | None
) -> tuple[list[Path], list[bool]]:
    """Return the paths of all files, and which are held out."""
    paths = [corpora.locate(file, root) for file in files]
    if not held_out:
        return paths, lint.roles([str(path) for path in paths])
    judges = [corpora.locate(file, root) for file in held_out]
    if both := next((path for path in judges if path in paths), None):
        raise ConfigError(f"--held-out {both}: is among the files, too: name it once")
    return [*paths, *judges], [False] * len(paths) + [True] * len(judges)


def _titles(paths: Sequence[Path]) -> list[str]:
    """Return the names of files without endings, or whole paths where two have one name."""
    short = [Path(unpacked_name(path.name)).stem for path in paths]
    return short if len(set(short)) == len(short) else [*map(str, paths)]


@group.command(epilog=example("corpora check train.jsonl dev.jsonl test.jsonl"))
def check(
    files: Annotated[
        list[str], typer.Argument(help=f"Corpora to check together, by path or name: {endings()}.")
    ],
    held_out: HeldOutOption = None,
    map_: MapOption = None,
    from_format: FormatOption = "",
    columns: ColumnsOption = "",
    names: NamesOption = "",
    annotator: AnnotatorOption = "",
    as_json: Annotated[
        bool, typer.Option("--json", help="Write a JSON line for each finding, and a summary.")
    ] = False,
) -> None:
    """Find faults in annotated corpora; the exit code is 1 where there are errors.

    Files of --held-out are held out; without it those named dev, val or test, or else all but the
    first. They must not share documents with the training files.

    docs/training.md lists the faults.
    """
    options = read_options(from_format, columns, OverlapChoice.error, True, names, annotator)
    root, mapping = corpora_root(), parse_mapping(map_ or ())
    paths, roles = _roles(files, held_out or [], root)
    parts = [_part(*pair, mapping, options) for pair in zip(paths, roles, strict=True)]
    findings = []
    for finding in lint.check(parts):
        findings.append(finding)
        _print(finding, as_json)
    for line in describe_unused(mapping, [part.reading for part in parts]):
        echo(f"note: {line}", err=True)
    summary = Summary.of([part.checked for part in parts], findings)
    _print(summary, as_json)
    if summary.errors:
        raise typer.Exit(1)


def _print(shown: Finding | Summary, as_json: bool) -> None:
    if as_json:
        print_json(shown.as_json())
    else:
        echo(shown)


def _part(path: Path, held_out: bool, labels: Mapping[str, str], options: ReadOptions) -> lint.Part:
    """Return a corpus to check, with all that its reader will have to remark."""
    reading = ReadReport(samples=sys.maxsize)
    documents = corpora.read(path, labels, options, reading, raw=True)
    return lint.Part(
        str(path), count_documents(documents, str(path), stays=False), held_out, reading
    )


def _locate(name: str, root: Path | None) -> Path | None:
    try:
        return corpora.locate(name, root)
    except CorpusError:
        return None


def _names_in(root: Path | None) -> list[str]:
    """Return the names of the annotated corpora in a folder."""
    paths = sorted((root / "gold").glob("*.jsonl.gz")) if root else []
    return [path.name.removesuffix(".jsonl.gz") for path in paths]
