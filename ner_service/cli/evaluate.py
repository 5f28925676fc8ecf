"""The command `evaluate`: scores of taggers on annotated corpora."""

import re
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import chain
from pathlib import Path
from typing import Annotated

import typer
from rich.table import Table

from ner_service import corpora
from ner_service.cli.answers import AnswerFile, Answers, ask_tagger
from ner_service.cli.app import Panel, app, example
from ner_service.cli.options import MapOption, corpora_root, print_json
from ner_service.cli.printing import cell, echo, print_table
from ner_service.corpora import lint
from ner_service.corpora.check import NO_DOCUMENTS, find_repeated
from ner_service.corpora.formats.format import endings
from ner_service.corpora.report import ReadReport
from ner_service.digest import digest
from ner_service.errors import ConfigError, CorpusError
from ner_service.files import check_folder, write_text
from ner_service.labels import parse_mapping
from ner_service.nets.artefact import load
from ner_service.output.error_report import page
from ner_service.output.figures import Row, as_json, kind_rows, score_rows, system_rows
from ner_service.output.numbers import numbered
from ner_service.scoring import Assessment, assess
from ner_service.scoring.f1 import check_seqeval
from ner_service.taggers.models import model_and_convention
from ner_service.taggers.registry import check_spec
from ner_service.types import Document


@dataclass(frozen=True)
class Result:
    """A system's answers to a corpus, and how good they are."""

    corpus: str
    path: Path
    documents: Sequence[Document]
    answers: Answers
    assessment: Assessment


@app.command(
    rich_help_panel=Panel.MEASURE,
    epilog=example("evaluate test.jsonl --tagger bilstm --tagger natasha"),
)
def evaluate(
    corpus: Annotated[
        list[str], typer.Argument(help=f"Annotated corpora, by name or path: {endings()}.")
    ],
    tagger: Annotated[
        list[str] | None, typer.Option("--tagger", "-t", help="Repeatable; as for tag.")
    ] = None,
    predictions: Annotated[
        list[str] | None,
        typer.Option(
            help="FILE or NAME=FILE: another system's answers to the corpus's texts, or those of "
            "several in a field `recorded`; repeatable."
        ),
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
    """Score taggers on annotated corpora: strict entity F1 by seqeval, and token F1.

    Labels that a corpus does not have do not count. Recorded answers are scored as taggers are, and
    alone if no tagger is named.
    """
    check_seqeval()
    specs = tagger or ([] if predictions else ["bilstm"])
    for spec in specs:
        check_spec(spec)
    if report:
        check_folder(report)
    if card:
        _check_names(corpus)
        if not specs:
            raise ConfigError("--card: recorded answers have no card; name a --tagger")
    folders = {spec: _model_of(spec) for spec in specs} if card else {}
    mapping, root = parse_mapping(map_ or ()), corpora_root()
    paths = [corpora.locate(name, root) for name in corpus]
    files = [AnswerFile.parse(value, root) for value in predictions or ()]
    if files and len(paths) > 1:
        raise ConfigError("--predictions: name one corpus, the one whose texts they answer")
    for name, path in zip(corpus, paths, strict=True):
        results = []
        for result in _results(name, path, specs, files, mapping):
            (_print_json if as_json else _print_table)(result)
            if report:
                _write_report(result, report, _page_title(result, corpus))
            if folder := folders.get(result.answers.name):
                _add_to_card(result, *folder)
            results.append(result)
        if len(results) > 1 and not as_json:
            _print_comparison(name, results)


def _results(
    name: str,
    path: Path,
    specs: Sequence[str],
    files: Sequence[AnswerFile],
    mapping: Mapping[str, str],
) -> Iterator[Result]:
    """Yield the scores of each tagger on a corpus, and then those of recorded answers."""
    documents = _read_gold(path, mapping)
    gold = {e.label for document in documents for e in document.entities}
    recorded = [a.beside(specs) for file in files for a in file.read(documents, mapping)]
    names = [answers.name for answers in recorded]
    if twice := find_repeated(names):
        raise ConfigError(f"two systems are called {twice}: name one by --predictions NAME=FILE")
    for answers in chain((ask_tagger(spec, documents, mapping) for spec in specs), recorded):
        _note_labels(name, answers, gold)
        assessment = assess(documents, answers.entities, gold or None)
        yield Result(name, path, documents, answers, assessment)


def _read_gold(path: Path, mapping: Mapping[str, str]) -> list[Document]:
    """Read a corpus, and say on stderr what was mended in it and what looks wrong."""
    reading = ReadReport()
    documents = list(corpora.read(path, mapping, report=reading))
    if not documents:
        raise CorpusError(f"{path}: {NO_DOCUMENTS}")
    checked = lint.summarise([lint.Part(str(path), documents, held_out=True)])
    for line in (*reading.notes(), *checked):
        echo(f"note: {path}: {line}", err=True)
    return documents


def _note_labels(corpus: str, answers: Answers, gold: set[str]) -> None:
    """Say on stderr which labels only the corpus or only the answers have."""
    if answers.labels and (unknown := sorted(gold - set(answers.labels))):
        echo(
            f"note: {answers.name} does not know {', '.join(unknown)}, so these count as missed; "
            f"--map {unknown[0]}= drops one",
            err=True,
        )
    foreign = Counter(e.label for found in answers.entities for e in found if e.label not in gold)
    if gold and foreign:
        counted = ", ".join(f"{label} ({n})" for label, n in sorted(foreign.items()))
        echo(
            f"note: {corpus} has no {counted} of {answers.name}, so these do not count; "
            "--map FROM=TO renames labels",
            err=True,
        )


def _print_json(result: Result) -> None:
    answers = result.answers
    of_what = {"corpus": result.corpus, "tagger": answers.name, "hash": answers.hash}
    cost = {} if answers.cost is None else {"cost_usd": answers.cost}
    print_json(of_what | cost | as_json(result.assessment))


def _print_table(result: Result) -> None:
    title = f"{result.answers.name} on {result.corpus}"
    count = numbered(len(result.documents), "document")
    _print_rows(f"{title}, {count}", list(score_rows(result.assessment)))
    if rows := list(kind_rows(result.assessment)):
        _print_rows(f"{title} by kind of text, the worst first", rows)


def _print_comparison(corpus: str, results: Sequence[Result]) -> None:
    """Print a row for each system, the best first."""
    systems = [(r.answers.name, r.assessment, r.answers.cost) for r in results]
    _print_rows(f"all on {corpus}, the best first", list(system_rows(systems)))


def _print_rows(title: str, rows: Sequence[Row]) -> None:
    """Print a table, its first column to the left and the figures to the right."""
    table = Table(title=cell(title), title_justify="left")
    for column, heading in enumerate(rows[0]):
        table.add_column(heading, justify="right" if column else "left")
    for row in rows:
        table.add_row(*map(cell, row.values()))
    print_table(table)


def _page_title(result: Result, names: Sequence[str]) -> str:
    """Returns the file's name of a corpus, or its whole path where two files have one name."""
    short = Path(result.corpus).name
    return result.corpus if sum(Path(n).name == short for n in names) > 1 else short


def _write_report(result: Result, folder: Path, title: str) -> None:
    name = re.sub(r"[^\w.-]+", "-", f"{title}-{result.answers.name}").strip("-")
    path = folder / f"{name}.html"
    title = f"{result.answers.name} on {title}"
    write_text(path, [page(title, result.documents, result.answers.entities, result.assessment)])
    echo(str(path), err=True)


def _add_to_card(result: Result, folder: Path, convention: str | None) -> None:
    from ner_service.training.model.card import add_scores, corpus_name, score_record

    name = corpus_name(result.corpus, convention or "", load(folder).net)
    add_scores(folder, [score_record(name, digest(result.path), result.assessment)])


def _check_names(names: Sequence[str]) -> None:
    """Raises `ConfigError` where a card would have two corpora under one name."""
    short = [Path(name).name for name in names]
    if twice := find_repeated(short):
        raise ConfigError(f"--card: two corpora are called {twice}; rename one of them")


def _model_of(spec: str) -> tuple[Path, str | None]:
    name, source = check_spec(spec)
    if name != "bilstm":
        raise ConfigError(f"--card: {spec} has no model card; name a bilstm model")
    return model_and_convention(source)
