"""The command `evaluate`: scores of taggers on annotated corpora."""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Annotated

import typer
from rich.table import Table

from ner_service import corpora
from ner_service.cli.app import app
from ner_service.cli.options import MapOption, corpora_root, print_json
from ner_service.cli.printing import cell, echo, print_table
from ner_service.cli.tagging import tag_documents
from ner_service.corpora import lint
from ner_service.corpora.formats.format import endings
from ner_service.corpora.report import ReadReport
from ner_service.digest import digest
from ner_service.errors import ConfigError, CorpusError
from ner_service.files import write_text
from ner_service.labels import map_labels, parse_mapping
from ner_service.nets.artefact import load
from ner_service.output.error_report import page
from ner_service.output.figures import as_json, score_rows
from ner_service.scoring import Assessment, assess
from ner_service.taggers.models import model_and_convention
from ner_service.taggers.registry import check_spec, load_tagger
from ner_service.types import Document, Entity, TaggerInfo


@dataclass(frozen=True)
class Result:
    """A tagger's answers to a corpus, and how good they are."""

    corpus: str
    path: Path
    spec: str
    info: TaggerInfo
    documents: Sequence[Document]
    predicted: Sequence[Sequence[Entity]]
    assessment: Assessment


@app.command()
def evaluate(
    corpus: Annotated[
        list[str], typer.Argument(help=f"Annotated corpora, by name or path: {endings()}.")
    ],
    tagger: Annotated[
        list[str] | None, typer.Option("--tagger", "-t", help="Repeatable; as for tag.")
    ] = None,
    map_: MapOption = None,
    as_json: Annotated[bool, typer.Option("--json", help="Write JSON lines.")] = False,
    report: Annotated[
        Path | None, typer.Option(help="A folder for a page about each tagger's errors.")
    ] = None,
    card: Annotated[
        bool, typer.Option("--card", help="Add the scores to the model's card; bilstm only.")
    ] = False,
) -> None:
    """Score taggers on annotated corpora: strict entity F1 by seqeval, and token F1."""
    specs = tagger or ["bilstm"]
    for spec in specs:
        check_spec(spec)
    if card:
        _check_names(corpus)
    folders = {spec: _model_of(spec) for spec in specs} if card else {}
    for result in _results(corpus, specs, parse_mapping(map_ or ())):
        (_print_json if as_json else _print_table)(result)
        if report:
            _write_report(result, report, _page_title(result, corpus))
        if card:
            _add_to_card(result, *folders[result.spec])


def _results(
    names: Sequence[str], specs: Sequence[str], mapping: dict[str, str]
) -> Iterator[Result]:
    paths = [corpora.locate(name, corpora_root()) for name in names]
    for name, path in zip(names, paths, strict=True):
        reading = ReadReport()
        documents = list(corpora.read(path, mapping, report=reading))
        if not documents:
            raise CorpusError(f"{path}: holds no documents")
        checked = lint.summarise([lint.Part(str(path), documents, held_out=True)])
        for line in (*reading.notes(), *checked):
            echo(f"note: {path}: {line}", err=True)
        gold = {e.label for document in documents for e in document.entities}
        for spec in specs:
            loaded = load_tagger(spec)
            predictable = {mapping.get(label, label) for label in loaded.info.labels}
            if unknown := sorted(gold - predictable):
                echo(
                    f"note: {spec} does not know {', '.join(unknown)}, so these count as missed; "
                    f"--map {unknown[0]}= drops one",
                    err=True,
                )
            predicted = [map_labels(d.entities, mapping) for d in tag_documents(loaded, documents)]
            assessment = assess(documents, predicted)
            yield Result(name, path, spec, loaded.info, documents, predicted, assessment)


def _print_json(result: Result) -> None:
    of_what = {"corpus": result.corpus, "tagger": result.spec, "hash": result.info.hash}
    print_json(of_what | as_json(result.assessment))


def _print_table(result: Result) -> None:
    title = f"{result.spec} on {result.corpus}, {len(result.documents)} documents"
    table = Table(title=cell(title), title_justify="left")
    rows = list(score_rows(result.assessment))
    for heading in rows[0]:
        table.add_column(heading, justify="left" if heading == "label" else "right")
    for row in rows:
        table.add_row(*map(cell, row.values()))
    print_table(table)


def _page_title(result: Result, names: Sequence[str]) -> str:
    """Returns the file's name of a corpus, or its whole path where two files have one name."""
    short = Path(result.corpus).name
    return result.corpus if sum(Path(n).name == short for n in names) > 1 else short


def _write_report(result: Result, folder: Path, title: str) -> None:
    name = re.sub(r"[^\w.-]+", "-", f"{title}-{result.spec}").strip("-")
    path = folder / f"{name}.html"
    title = f"{result.spec} on {title}"
    write_text(path, [page(title, result.documents, result.predicted, result.assessment)])
    echo(str(path), err=True)


def _add_to_card(result: Result, folder: Path, convention: str | None) -> None:
    from ner_service.training.model.card import add_scores, corpus_name, score_record

    name = corpus_name(result.corpus, convention or "", load(folder).net)
    add_scores(folder, [score_record(name, digest(result.path), result.assessment)])


def _check_names(names: Sequence[str]) -> None:
    """Raises `ConfigError` where a card would have two corpora under one name."""
    short = [Path(name).name for name in names]
    if twice := next((name for name in short if short.count(name) > 1), None):
        raise ConfigError(f"--card: two corpora are called {twice}; rename one of them")


def _model_of(spec: str) -> tuple[Path, str | None]:
    name, source = check_spec(spec)
    if name != "bilstm":
        raise ConfigError(f"--card: {spec} has no model card; name a bilstm model")
    return model_and_convention(source)
