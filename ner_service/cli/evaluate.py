"""`evaluate`: scores of taggers on annotated corpora."""

import re
from collections.abc import Iterator, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Annotated

import typer
from rich.console import Console
from rich.markup import escape
from rich.table import Table

from ner_service import corpora
from ner_service.cli.app import app
from ner_service.cli.options import MapOption, corpora_root, print_json
from ner_service.cli.tag import tagged
from ner_service.digest import digest
from ner_service.errors import ConfigError, CorpusError
from ner_service.files import replacing
from ner_service.labels import map_labels, parse_mapping
from ner_service.nets.artefact import load
from ner_service.scoring import assess
from ner_service.scoring.f1 import Report, Score, strict, token_io
from ner_service.taggers.models import model_and_convention
from ner_service.taggers.registry import check_spec, load_tagger
from ner_service.types import Document, Entity, TaggerInfo


@dataclass(frozen=True)
class Result:
    """What a tagger found in a corpus."""

    corpus: str
    path: Path
    spec: str
    info: TaggerInfo
    documents: Sequence[Document]
    predicted: Sequence[Sequence[Entity]]


@app.command()
def evaluate(
    corpus: Annotated[list[str], typer.Argument(help="Annotated corpora, by path or name.")],
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
        _tell(result, as_json)
        if report:
            _report(result, report, _page_title(result, corpus))
        if card:
            from ner_service.training.model.card import add_scores, corpus_name, score_record

            folder, convention = folders[result.spec]
            name, sha256 = (
                corpus_name(result.corpus, convention or "", load(folder).net),
                digest(result.path),
            )
            assessment = assess(result.documents, result.predicted)
            record = score_record(name, sha256, assessment)
            add_scores(folder, [record])


def _results(
    names: Sequence[str], specs: Sequence[str], mapping: dict[str, str]
) -> Iterator[Result]:
    paths = [corpora.locate(name, corpora_root()) for name in names]
    for name, path in zip(names, paths, strict=True):
        documents = list(corpora.read(path, mapping))
        if not documents:
            raise CorpusError(f"{path}: holds no documents")
        gold = {e.label for document in documents for e in document.entities}
        for spec in specs:
            loaded = load_tagger(spec)
            known = {mapping.get(label, label) for label in loaded.info.labels}
            if strange := sorted(gold - known):
                typer.echo(
                    f"note: {spec} does not know {', '.join(strange)}, so these count as missed; "
                    f"--map {strange[0]}= drops one",
                    err=True,
                )
            predicted = [map_labels(d.entities, mapping) for d in tagged(loaded, documents)]
            yield Result(name, path, spec, loaded.info, documents, predicted)


def _tell(result: Result, as_json: bool) -> None:
    report = strict(result.documents, result.predicted)
    tokens = token_io(result.documents, result.predicted)
    count = len(result.documents)
    if not as_json:
        _print_report(f"{result.spec} on {result.corpus}, {count} documents", report, tokens)
        return
    print_json(
        {
            "corpus": result.corpus,
            "tagger": result.spec,
            "hash": result.info.hash,
            "documents": count,
            "strict": asdict(report),
            "token_io_f1": {label: score.f1 for label, score in tokens.items()},
        }
    )


def _print_report(title: str, report: Report, tokens: dict[str, Score]) -> None:
    table = Table(title=escape(title), title_justify="left")
    for heading in ("label", "precision", "recall", "F1 (strict)", "gold", "token F1"):
        table.add_column(heading, justify="left" if heading == "label" else "right")
    for label, rates in [*report.labels.items(), ("micro", report.micro)]:
        shares = (f"{share:.4f}" for share in (rates.precision, rates.recall, rates.f1))
        token = f"{tokens[label].f1:.4f}" if label in tokens else ""
        table.add_row(escape(label), *shares, str(rates.gold), token)
    Console().print(table)


def _page_title(result: Result, names: Sequence[str]) -> str:
    """A corpus by its file's name, or by its whole path where two files have one name."""
    short = Path(result.corpus).name
    return result.corpus if sum(Path(n).name == short for n in names) > 1 else short


def _report(result: Result, folder: Path, title: str) -> None:
    from ner_service.output.error_report import page

    name = re.sub(r"[^\w.-]+", "-", f"{title}-{result.spec}").strip("-")
    with replacing(folder / f"{name}.html") as file:
        title = f"{result.spec} on {title}"
        file.write(page(title, result.documents, result.predicted).encode())
    typer.echo(str(folder / f"{name}.html"), err=True)


def _check_names(names: Sequence[str]) -> None:
    """Raises where scores on one corpus would stand in the card in place of another's."""
    short = [Path(name).name for name in names]
    if twice := next((name for name in short if short.count(name) > 1), None):
        raise ConfigError(f"--card: two corpora are called {twice}; a card tells them by name")


def _model_of(spec: str) -> tuple[Path, str | None]:
    name, source = check_spec(spec)
    if name != "bilstm":
        raise ConfigError(f"--card: {spec} has no model card of ours")
    return model_and_convention(source)
