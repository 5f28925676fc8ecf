"""The command `compare`: several systems on one corpus, in one table and on one page."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer
from rich.table import Table

from ner_service import corpora
from ner_service.cli.answers import AnswerFile
from ner_service.cli.app import INTERRUPTED, Panel, app, example
from ner_service.cli.options import MapOption, corpora_root, print_json
from ner_service.cli.printing import cell, echo, print_table
from ner_service.corpora.check import find_repeated, require_documents
from ner_service.errors import ConfigError, CorpusError, MissingExtra
from ner_service.files import check_folder, write_text
from ner_service.labels import map_labels, parse_mapping
from ner_service.output.numbers import numbered
from ner_service.output.plots import check_plots
from ner_service.taggers.models import model_and_convention
from ner_service.taggers.registry import check_spec, load_tagger
from ner_service.types import Document, Entity, Tagger, TaggerInfo

if TYPE_CHECKING:
    from ner_service.explore.comparison.system import System
    from ner_service.explore.learning_curve import Point


@dataclass(frozen=True)
class RenamingTagger:
    """A renaming tagger maps the labels of another one, as those of the corpus are mapped."""

    tagger: Tagger
    mapping: Mapping[str, str]

    @property
    def info(self) -> TaggerInfo:
        """Return the facts about the tagger whose labels are mapped."""
        return self.tagger.info

    def tag(self, texts: Sequence[str]) -> list[list[Entity]]:
        """Find the entities of each text."""
        return [map_labels(entities, self.mapping) for entities in self.tagger.tag(texts)]


@dataclass(frozen=True)
class Data:
    """The data of a comparison are the documents it is made on, and those that teach."""

    title: str
    documents: list[Document]
    training: list[Document]
    origin: str  # of the training documents, as the page says it


@app.command(
    rich_help_panel=Panel.MEASURE,
    epilog=example("compare models/mine natasha --config mine.toml --baselines --encoders all"),
)
def compare(
    runs: Annotated[
        list[str] | None, typer.Argument(help="Model folders of `train`, and taggers as for tag.")
    ] = None,
    on: Annotated[
        str | None,
        typer.Option(help="The annotated corpus to compare on; else dev of the configuration."),
    ] = None,
    predictions: Annotated[
        list[str] | None,
        typer.Option(help="FILE or NAME=FILE: recorded answers, as for evaluate; repeatable."),
    ] = None,
    config: Annotated[
        Path | None, typer.Option(help="A training file, for its data and for --encoders.")
    ] = None,
    train: Annotated[
        list[str] | None,
        typer.Option(
            help="Training data, for --baselines and seen names; else of the configuration."
        ),
    ] = None,
    encoders: Annotated[
        str,
        typer.Option(
            help="Train these by the configuration: all, or some of lstm, gru, rnn, cnn and the "
            "presets genthial, lample, ma-hovy, neuroner, with commas."
        ),
    ] = "",
    set_: Annotated[
        list[str] | None,
        typer.Option("--set", help="section.key=value overrides the configuration; repeatable."),
    ] = None,
    baselines: Annotated[
        bool,
        typer.Option(
            "--baselines", help="Train a dictionary and a CRF over features on the training data."
        ),
    ] = False,
    map_: MapOption = None,
    output: Annotated[
        Path | None, typer.Option("--output", "-o", help="The folder of the page; else comparison.")
    ] = None,
    as_json: Annotated[bool, typer.Option("--json", help="Write JSON lines to stdout.")] = False,
) -> None:
    """Compare runs, taggers, baselines and recorded answers on one corpus.

    The page has F1 with intervals and paired tests, by label, on seen and unseen names, by length,
    and speed, size and time of training. What --encoders has trained stays in the folder of the
    page, and is not trained again.
    """
    names, overrides = list(dict.fromkeys(runs or ())), set_ or []
    folder = output or Path("comparison")
    specs = {name: _spec(name) for name in names}
    check_folder(folder)
    if (encoders or overrides) and config is None:
        raise ConfigError("--encoders and --set: name a training file by --config")
    if on is None and config is None:
        raise ConfigError("name the corpus to compare on by --on, or a training file by --config")
    if not (names or predictions or encoders or baselines):
        raise ConfigError("nothing to compare: name runs, --predictions, --encoders or --baselines")
    if baselines and not (config or train):
        raise ConfigError("--baselines: name what to learn from by --train, or by --config")
    mapping, root = parse_mapping(map_ or ()), corpora_root()
    check_plots()
    chosen = _choose_encoders(encoders) if encoders else []
    try:
        data = _data(on, config, train, overrides, mapping, root, baselines)
        documents, training = data.documents, data.training
        systems = _recorded(predictions or (), documents, names, mapping, root)
        if baselines:
            from ner_service.explore.comparison import system

            echo(f"training the baselines on {numbered(len(training), 'document')}", err=True)
            systems += system.baselines(training, documents)
        if chosen and config:
            systems += _encoders(chosen, config, overrides, documents, folder, root)
        systems += [_ask(name, spec, documents, mapping) for name, spec in specs.items()]
    except KeyboardInterrupt:
        echo("stopped; what --encoders has trained is kept", err=True)
        raise typer.Exit(INTERRUPTED) from None
    _show(data, systems, config, overrides, folder, as_json, bool(output))


def _spec(name: str) -> str:
    """Return the tagger's spec of a run: a model folder is a bilstm; raise for what is none."""
    if Path(name).is_dir() and ":" not in name:
        model_and_convention(name)
        return f"bilstm:{name}"
    if "/" in name and ":" not in name:
        raise ConfigError(f"{name}: no such folder: name the output of `train`, or a tagger")
    check_spec(name)
    return name


def _data(
    on: str | None,
    config: Path | None,
    train: Sequence[str] | None,
    overrides: Sequence[str],
    mapping: Mapping[str, str],
    root: Path | None,
    baselines: bool,
) -> Data:
    """Read the documents to compare on and those to learn from, by name or by a configuration."""
    documents = _read(on, mapping, root) if on else []
    training = [document for name in train or () for document in _read(name, mapping, root)]
    places, taught = [on or ""], list(train or ())
    title, origin = Path(on).name if on else "", _join(train or ())
    if config and not (documents and training):
        try:
            from ner_service.training.config import read_config
            from ner_service.training.data.corpus import draw, read_source
        except ModuleNotFoundError as error:
            raise MissingExtra(f"a training file ({error})", "train") from error
        settings = read_config(config, overrides)
        if not documents:
            dev = settings.data.dev
            documents = [d for source in dev for d in read_source(source, root).documents]
            places = [source.path for source in dev]
            title = _join(source.path for source in dev)
        if not training:
            read = (read_source(source, root) for source in settings.data.train)
            training = [d for corpus in read for d in draw(corpus, settings).documents]
            taught = [source.path for source in settings.data.train]
            share = settings.train.share
            part = "" if share == 1 else f"{share:.0%} of "
            origin = part + _join(source.path for source in settings.data.train)
    if not any(document.entities for document in documents):
        raise CorpusError(
            f"{', '.join(places)}: holds no entities, so nothing can be compared on it"
        )
    if baselines and not any(document.entities for document in training):
        raise CorpusError(f"{', '.join(taught)}: holds no entities, so --baselines learn nothing")
    return Data(title, documents, training, origin)


def _join(paths: Iterable[str]) -> str:
    """Return the names of corpora as a title has them."""
    return ", ".join(Path(path).name for path in paths)


def _read(name: str, mapping: Mapping[str, str], root: Path | None) -> list[Document]:
    path = corpora.locate(name, root)
    return list(require_documents(corpora.read(path, mapping), path))


def _recorded(
    values: Sequence[str],
    documents: Sequence[Document],
    names: Sequence[str],
    mapping: Mapping[str, str],
    root: Path | None,
) -> "list[System]":
    from ner_service.explore.comparison.system import System

    files = [AnswerFile.parse(value, root) for value in values]
    answers = [a.beside(names) for file in files for a in file.read(documents, mapping)]
    named = [a.name for a in answers]
    if twice := find_repeated(named):
        raise ConfigError(f"two systems are called {twice}: name one by --predictions NAME=FILE")
    return [System(a.name, a.entities, cost=a.cost) for a in answers]


def _choose_encoders(names: str) -> list[str]:
    """Return the encoders and presets that are named, before anything is read or trained."""
    try:
        from ner_service.explore.comparison.encoders import choose_variants
    except ModuleNotFoundError as error:
        raise MissingExtra(f"training ({error})", "train") from error
    return choose_variants(names)


def _encoders(
    chosen: Sequence[str],
    config: Path,
    overrides: Sequence[str],
    documents: Sequence[Document],
    folder: Path,
    root: Path | None,
) -> "list[System]":
    """Train encoders and presets by the configuration, and return their answers."""
    from ner_service.explore.comparison.encoders import train_variants
    from ner_service.explore.comparison.system import ask, folder_size

    def say(line: str) -> None:
        echo(line, err=True)

    runs = train_variants(config, overrides, chosen, folder / "encoders", root, say)
    taggers = {name: load_tagger(f"bilstm:{run.folder}") for name, run in runs.items()}
    return [
        ask(name, taggers[name], documents, folder_size(run.folder), run.seconds)
        for name, run in runs.items()
    ]


def _ask(
    name: str, spec: str, documents: Sequence[Document], mapping: Mapping[str, str]
) -> "System":
    """Return the answers of a tagger, or of a run with its size and time of training."""
    from ner_service.explore.comparison.system import ask, folder_size, training_seconds

    tagger: Tagger = load_tagger(spec)
    echo(f"{name} answers {numbered(len(documents), 'document')}", err=True)
    backend, source = check_spec(spec)
    is_folder = backend == "bilstm" and Path(source).is_dir()
    size = folder_size(Path(source)) if is_folder else None
    seconds = training_seconds(Path(source)) if is_folder else None
    return ask(name, RenamingTagger(tagger, mapping), documents, size, seconds)


def _show(
    data: Data,
    systems: "Sequence[System]",
    config: Path | None,
    overrides: Sequence[str],
    folder: Path,
    as_json: bool,
    is_named: bool,
) -> None:
    """Print the table or JSON lines, and write the page."""
    from ner_service.explore.comparison.page import cost_rows, page, slice_rows, total_rows
    from ner_service.explore.comparison.table import compare as make_figures

    figures = make_figures(data.documents, systems, data.training)
    for each in figures if as_json else ():
        print_json({"corpus": data.title} | each.as_json())
    if not as_json:
        pairs = zip(total_rows(figures), slice_rows(figures), strict=True)
        _print_rows(f"on {data.title}, the best first", [total | some for total, some in pairs])
        _print_rows("what they cost", list(cost_rows(figures)))
    if is_named or not as_json:
        path = folder / "index.html"
        learned = _learned(data, config, overrides)
        curve = _curve(config, overrides)
        html = page(f"Comparison on {data.title}", len(data.documents), learned, figures, curve)
        write_text(path, [html])
        echo(str(path), err=as_json)


def _learned(data: Data, config: Path | None, overrides: Sequence[str]) -> str:
    """Return from what, and by which settings, the systems that are trained here have learned."""
    if not data.training:
        return ""
    changes = f", with {', '.join(overrides)}" if overrides else ""
    file = f"; the settings of nets are those of {config.name}{changes}" if config else ""
    return f"{numbered(len(data.training), 'document')} ({data.origin}){file}"


HEADINGS = {  # in the terminal, of the columns that are shown there
    "system": "system", "F1 (strict)": "F1", "95% interval": "95% interval",
    "p against the best": "p", "seen names": "seen", "unseen names": "unseen",
    "tokens/s": "tokens/s", "MB": "MB", "training": "training",
    "US$ for 1,000 texts": "US$ for 1,000 texts",
}  # fmt: skip


def _print_rows(title: str, rows: Sequence[Mapping[str, str]]) -> None:
    """Print a table of the columns that have a heading; it fits into 80 columns."""
    table = Table(title=cell(title), title_justify="left")
    columns = [name for name in HEADINGS if name in rows[0]]
    for name in columns:
        table.add_column(HEADINGS[name], justify="left" if name == "system" else "right")
    for row in rows:
        table.add_row(*(cell(row[name]) for name in columns))
    print_table(table)


def _curve(config: Path | None, overrides: Sequence[str]) -> "list[Point]":
    if config is None:
        return []
    from ner_service.explore.learning_curve import read_curve
    from ner_service.training.config import read_config

    return read_curve(read_config(config, overrides).output)
