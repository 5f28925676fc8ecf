"""The command line."""

import logging
import os
import sys
from collections.abc import Callable, Iterable, Iterator
from dataclasses import asdict
from enum import StrEnum
from pathlib import Path
from typing import Annotated, Any

import orjson
import typer
from rich.console import Console
from rich.table import Table
from tqdm import tqdm

from ner_service import __version__, corpora
from ner_service.corpora import jsonl
from ner_service.corpora.checks import checked_text
from ner_service.corpora.files import lines, read_text, replacing
from ner_service.labels import parse_mapping
from ner_service.output import FORMATS
from ner_service.taggers import DEFAULT_SOURCES, LOADERS, load_tagger, shipped_models
from ner_service.types import (
    ConfigError,
    CorpusError,
    Document,
    MissingExtra,
    NerError,
    Tagger,
)

SLICE_TEXTS, SLICE_CHARS = 64, 200_000  # what is tagged between two steps of the progress bar
STDIN = Path("-")
BROKEN_PIPE, INTERRUPTED = 141, 130  # exit codes, as a shell reports the signals

app = typer.Typer(
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
    context_settings={"help_option_names": ["-h", "--help"]},
)


class OutputFormat(StrEnum):
    """The formats of `tag`."""

    jsonl = "jsonl"
    table = "table"
    html = "html"
    conll = "conll"


class InputFormat(StrEnum):
    """How `tag` reads its files."""

    auto = "auto"
    text = "text"
    lines = "lines"
    jsonl = "jsonl"


TaggerOption = Annotated[
    str,
    typer.Option(
        "--tagger", "-t", help="natasha, spacy[:PACKAGE or FOLDER], or bilstm[:MODEL or FOLDER]."
    ),
]
MapOption = Annotated[
    list[str] | None,
    typer.Option(
        "--map", help="FROM=TO renames a label of the corpus, FROM= drops it; repeatable."
    ),
]


def _version(wanted: bool) -> None:
    if wanted:
        typer.echo(__version__)
        raise typer.Exit


@app.callback()
def common(
    version: Annotated[
        bool, typer.Option("--version", callback=_version, is_eager=True, help="Show the version.")
    ] = False,
) -> None:
    """Named-entity recognition for Russian: serve it, run it, train it, measure it.

    Corpora are named by path, or by name under the folder in NER_CORPORA.
    """


@app.command()
def serve(
    host: Annotated[str | None, typer.Option(help="Address to listen on.")] = None,
    port: Annotated[int | None, typer.Option(help="Port to listen on.")] = None,
    taggers: Annotated[
        str | None, typer.Option(help="NAME or NAME=SPEC by commas: natasha,own=bilstm:models/own.")
    ] = None,
) -> None:
    """Start the HTTP service; all other settings come from NER_ variables (docs/settings.md)."""
    from ner_service.service.server import run
    from ner_service.service.settings import read_settings, unknown_variables

    logging.basicConfig(level=logging.INFO, format="%(levelname)s: %(message)s")
    for name in unknown_variables(os.environ):
        logging.warning("%s: not a setting of this service", name)
    run(read_settings(host=host, port=port, taggers=taggers))


@app.command()
def tag(
    files: Annotated[list[Path] | None, typer.Argument(help="Files; - or none is stdin.")] = None,
    tagger: TaggerOption = "bilstm",
    input: Annotated[
        InputFormat,
        typer.Option("--input", "-i", help="auto: .jsonl(.gz) as JSONL, else a file is one text."),
    ] = InputFormat.auto,
    format: Annotated[OutputFormat, typer.Option("--format", "-f")] = OutputFormat.jsonl,
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
    loaded = load_tagger(tagger)
    if strange := set(label or ()) - set(loaded.info.labels):
        known = ", ".join(loaded.info.labels)
        raise ConfigError(f"--label {', '.join(sorted(strange))}: {tagger} knows {known}")
    documents = (document for file in files or [STDIN] for document in _texts(file, input))
    tagged = (
        Document(d.id, d.text, tuple(e for e in d.entities if not label or e.label in label))
        for d in _tag(loaded, documents)
    )
    parts = FORMATS[format](tagged)
    if output is None:
        for part in parts:
            sys.stdout.write(part)
        sys.stdout.flush()
        return
    with replacing(output) as file:
        for part in parts:
            file.write(part.encode())


def _texts(file: Path, input: InputFormat) -> Iterator[Document]:
    path = Path("/dev/stdin") if file == STDIN else file
    name = "stdin" if file == STDIN else str(file)
    if path.is_dir():
        raise CorpusError(f"{path}: is a folder: name its files")
    suffixes = file.suffixes[-2:]
    if input is InputFormat.jsonl or (input is InputFormat.auto and ".jsonl" in suffixes):
        for number, line in lines(path):
            if line.strip():
                yield jsonl.document(line, {}, f"{name}:{number}", f"{name}:{number}")
    elif input is InputFormat.lines:
        for number, line in lines(path):
            yield Document(f"{name}:{number}", checked_text(line.removesuffix("\r"), name))
    else:
        yield Document(name, read_text(path))


def _tag(tagger: Tagger, documents: Iterable[Document]) -> Iterator[Document]:
    with tqdm(unit="char", unit_scale=True, disable=not sys.stderr.isatty()) as bar:
        for some in _slices(documents):
            found = tagger.tag([document.text for document in some])
            for document, entities in zip(some, found, strict=True):
                yield Document(document.id, document.text, tuple(entities))
                bar.update(len(document.text))


def _slices(documents: Iterable[Document]) -> Iterator[list[Document]]:
    some: list[Document] = []
    for document in documents:
        some.append(document)
        if len(some) == SLICE_TEXTS or sum(len(d.text) for d in some) > SLICE_CHARS:
            yield some
            some = []
    if some:
        yield some


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
            predicted = [d.entities for d in _tag(loaded, documents)]
            report = scoring.strict(documents, predicted)
            tokens = scoring.token_io(documents, predicted)
            if as_json:
                _print_json(
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


@app.command()
def taggers(
    as_json: Annotated[bool, typer.Option("--json", help="Write a JSON line for each.")] = False,
) -> None:
    """List the taggers that load here: backends, and every shipped model."""
    table = Table("tagger", "version", "languages", "labels", "scores", "hash")
    for spec in _specs():
        try:
            info = load_tagger(spec).info
        except NerError as error:
            if as_json:
                _print_json({"tagger": spec, "error": str(error)})
            table.add_row(spec, f"[red]{error}[/red]")
            continue
        if as_json:
            _print_json({"tagger": spec, **asdict(info)})
        labels, languages = ", ".join(info.labels), ", ".join(info.languages)
        hash = (info.hash or "")[:12]
        table.add_row(spec, info.version, languages, labels, info.score_kind, hash)
    if not as_json:
        Console().print(table)


def _specs() -> list[str]:
    folders = sorted(folder.name for folder in shipped_models().glob("*/"))
    prefixes = {f"{name}:{source}" for name, source in DEFAULT_SOURCES.items()}
    others = [f"{'spacy' if n.startswith('spacy') else 'bilstm'}:{n}" for n in folders]
    return [*LOADERS, *(spec for spec in others if spec not in prefixes)]


@app.command()
def convert(
    source: Annotated[str, typer.Argument(help="A corpus, by path or name.")],
    target: Annotated[
        Path,
        typer.Argument(
            help="To write: .jsonl(.gz), .conll, .spacy, .json (Label Studio), or a folder (brat)."
        ),
    ],
    map_: MapOption = None,
) -> None:
    """Convert an annotated corpus from one format to another."""
    path = corpora.locate(source, corpora_root())
    documents = corpora.read(path, parse_mapping(map_ or ()))
    bar = tqdm(documents, desc=str(target), unit="doc", disable=not sys.stderr.isatty())
    corpora.write(target, bar)


@app.command()
def train(
    config: Annotated[Path, typer.Argument(help="A TOML file; see docs/training.md.")],
    set_: Annotated[
        list[str] | None,
        typer.Option("--set", help="table.key=value overrides the file; repeatable."),
    ] = None,
    resume: Annotated[bool, typer.Option(help="Go on from the last checkpoint.")] = False,
    from_: Annotated[
        str | None, typer.Option("--from", help="A model to go on from, with other labels too.")
    ] = None,
) -> None:
    """Train a BiLSTM-CRF on your own labels.

    Ctrl-C leaves the best model so far; --resume goes on as if never stopped.
    """
    try:
        from ner_service.training.run import train_command
    except ModuleNotFoundError as error:
        raise MissingExtra(f"training ({error})", "train") from error
    try:
        train_command(config, set_ or [], resume, from_, corpora_root())
    except KeyboardInterrupt:
        typer.echo("stopped; --resume goes on after the last whole epoch", err=True)
        raise typer.Exit(INTERRUPTED) from None


def corpora_root() -> Path | None:
    """The folder that NER_CORPORA names; the one place that reads it."""
    value = os.environ.get("NER_CORPORA")
    if value and not Path(value).is_dir():
        raise ConfigError(f"NER_CORPORA: {value}: no such folder")
    return Path(value) if value else None


def _print_json(value: Any) -> None:
    sys.stdout.write(orjson.dumps(value).decode() + "\n")


def main() -> None:
    """Runs the command line; an error that a user can mend is one line and exit code 2."""
    sys.exit(guarded(app))


def guarded(command: Callable[[], Any]) -> int:
    """Runs a command and turns what a user can mend into one line; returns the exit code."""
    try:
        command()
    except NerError as error:
        print(f"ner-service: error: {error}", file=sys.stderr)
        return 2
    except BrokenPipeError:
        # whoever read our output has had enough; Python must not try to flush the rest
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return BROKEN_PIPE
    except SystemExit as done:
        return done.code if isinstance(done.code, int) else int(done.code is not None)
    return 0
