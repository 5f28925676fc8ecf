"""Command `corpora`: lists, describes and downloads annotated corpora."""

from collections import Counter
from pathlib import Path
from typing import Annotated

import typer
from rich.console import Console
from rich.markup import escape
from rich.table import Table

from ner_service import corpora
from ner_service.cli.app import app
from ner_service.cli.options import corpora_home, corpora_root, print_json
from ner_service.corpora.public import catalogue
from ner_service.corpora.public.download import download as download_source
from ner_service.errors import CorpusError

group = typer.Typer(no_args_is_help=True)
app.add_typer(group, name="corpora", help="List, describe and download annotated corpora.")


@group.command("list")
def list_(
    as_json: Annotated[bool, typer.Option("--json", help="Write a JSON line for each.")] = False,
) -> None:
    """List the corpora that are here, and those of the catalogue that can be downloaded."""
    root = corpora_root()
    groups = [(catalogue.OWN.name, catalogue.OWN), *catalogue.SOURCES.items()]
    known = {name for _, source in groups for name in source.corpora}
    table = Table("source", "corpora (* is here)", "what", "licence")
    for name, source in groups:
        if as_json:
            for corpus in source.corpora:
                _print_line(corpus, root, source.about, source.licence)
        marked = (f"{n}*" if _here(n, root) else n for n in source.corpora)
        table.add_row(name, "\n".join(marked), source.about, source.licence)
    others = [n for n in _present(root) if n not in known]
    if as_json:
        for corpus in others:
            _print_line(corpus, root, "", "")
        return
    if others:
        table.add_row("", escape("\n".join(f"{n}*" for n in others)), escape(f"in {root}"), "")
    Console().print(table)


def _print_line(corpus: str, root: Path | None, about: str, licence: str) -> None:
    path = _here(corpus, root)
    print_json({"corpus": corpus, "path": path and str(path), "about": about, "licence": licence})


@group.command()
def info(
    name: Annotated[str, typer.Argument(help="A corpus, or a source of the catalogue.")],
) -> None:
    """Say where a corpus comes from, and count its labels if it is here."""
    here = _here(name, corpora_root())
    try:
        source = catalogue.source_of(name)
    except CorpusError:
        if not here:
            raise
    else:
        typer.echo(f"{source.name}: {source.about}\nhome: {source.home}\nlicence: {source.licence}")
        for file in source.files.values():
            of = f" of the contents of {', '.join(file.folders)}" if file.folders else ""
            sha256 = file.sha256 or "not published; the first one seen is held to"
            typer.echo(f"address: {file.url}\nsha256{of}: {sha256}")
        typer.echo(f"corpora: {', '.join(source.corpora)}")
        if source.files:
            typer.echo(
                f"conversion: {(catalogue.CONVERTERS[source.converter].__doc__ or '').strip()}"
            )
    if here:
        documents = list(corpora.read(here))
        labels = Counter(e.label for d in documents for e in d.entities)
        counted = ", ".join(f"{label} {n}" for label, n in labels.most_common())
        typer.echo(f"here: {here}\n{len(documents)} documents: {counted or 'no entities'}")


@group.command()
def download(
    name: Annotated[str, typer.Argument(help="A source of the catalogue, or a corpus of one.")],
    to: Annotated[
        Path | None, typer.Option(help="Folder; else NER_CORPORA, else a cache that is found too.")
    ] = None,
) -> None:
    """Download a corpus and convert it; files that are here and right are kept."""
    source = catalogue.source_of(name)
    typer.echo(f"{source.name}: licence: {source.licence}; {source.home}", err=True)
    for path, sha256 in download_source(source, to or corpora_home()):
        typer.echo(f"{path}  sha256 {sha256}" if sha256 else path)


def _here(name: str, root: Path | None) -> Path | None:
    try:
        return corpora.locate(name, root)
    except CorpusError:
        return None


def _present(root: Path | None) -> list[str]:
    """Return the names of the annotated corpora in a folder."""
    paths = sorted((root / "gold").glob("*.jsonl.gz")) if root else []
    return [path.name.removesuffix(".jsonl.gz") for path in paths]
