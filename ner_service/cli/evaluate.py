"""`evaluate`: scores of taggers on annotated corpora."""

from dataclasses import asdict
from typing import Annotated, Any

import typer
from rich.console import Console
from rich.table import Table

from ner_service import corpora
from ner_service.cli.app import app
from ner_service.cli.options import MapOption, corpora_root, print_json
from ner_service.cli.tag import tagged
from ner_service.labels import parse_mapping
from ner_service.taggers import load_tagger
from ner_service.types import CorpusError


@app.command()
def evaluate(
    corpus: Annotated[list[str], typer.Argument(help="Annotated corpora, by path or name.")],
    tagger: Annotated[
        list[str] | None, typer.Option("--tagger", "-t", help="Repeatable; as for tag.")
    ] = None,
    map_: MapOption = None,
    as_json: Annotated[bool, typer.Option("--json", help="Write JSON lines.")] = False,
) -> None:
    """Score taggers on annotated corpora: strict entity F1 by seqeval, and token F1."""
    from ner_service import scoring

    mapping = parse_mapping(map_ or ())
    for name in corpus:
        path = corpora.locate(name, corpora_root())
        documents = list(corpora.read(path, mapping))
        if not documents:
            raise CorpusError(f"{path}: holds no documents")
        gold = {e.label for document in documents for e in document.entities}
        for spec in tagger or ["bilstm"]:
            loaded = load_tagger(spec)
            if strange := sorted(gold - set(loaded.info.labels)):
                typer.echo(
                    f"note: {spec} does not know {', '.join(strange)}, so these count as missed; "
                    f"--map {strange[0]}= drops one",
                    err=True,
                )
            predicted = [d.entities for d in tagged(loaded, documents)]
            report = scoring.strict(documents, predicted)
            tokens = scoring.token_io(documents, predicted)
            if as_json:
                print_json(
                    {
                        "corpus": name,
                        "tagger": spec,
                        "hash": loaded.info.hash,
                        "documents": len(documents),
                        "strict": asdict(report),
                        "token_io_f1": {label: score.f1 for label, score in tokens.items()},
                    }
                )
            else:
                _print_report(f"{spec} on {name}, {len(documents)} documents", report, tokens)


def _print_report(title: str, report: Any, tokens: Any) -> None:
    table = Table(title=title, title_justify="left")
    for heading in ("label", "precision", "recall", "F1 (strict)", "gold", "token F1"):
        table.add_column(heading, justify="left" if heading == "label" else "right")
    for label, rates in [*report.labels.items(), ("micro", report.micro)]:
        shares = (f"{share:.4f}" for share in (rates.precision, rates.recall, rates.f1))
        token = f"{tokens[label].f1:.4f}" if label in tokens else ""
        table.add_row(label, *shares, str(rates.gold), token)
    Console().print(table)
