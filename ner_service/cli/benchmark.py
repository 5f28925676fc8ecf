"""`benchmark`: quality, robustness, speed and HTTP of taggers, on one's own corpus too."""

from collections.abc import Sequence
from enum import StrEnum
from importlib import import_module
from pathlib import Path
from typing import Annotated, Any

import typer

from ner_service.benchmark.report import page_figures, tables
from ner_service.benchmark.results import Store
from ner_service.benchmark.texts import default_corpora
from ner_service.cli.app import app
from ner_service.cli.options import MapOption, corpora_root
from ner_service.corpora.formats.format import endings
from ner_service.errors import ConfigError, MissingExtra
from ner_service.labels import parse_mapping
from ner_service.taggers.registry import shipped_specs

PACKAGE = Path(__file__).parents[1]
CHECKOUT = PACKAGE.parent
COMMITTED = CHECKOUT / "benchmarks" / "results"
RESULTS = COMMITTED if COMMITTED.is_dir() else Path("ner-benchmark")
README = CHECKOUT / "README.md"
PAGE = PACKAGE / "service" / "web" / "static" / "measured.json"
SEED = 20160229
MEASURED = ("quality", "robustness", "speed", "http")


class Part(StrEnum):
    """What can be asked for; nothing is all of it but the readme and the page."""

    quality = "quality"
    robustness = "robustness"
    speed = "speed"
    http = "http"
    report = "report"
    readme = "readme"
    page = "page"


@app.command()
def benchmark(
    parts: Annotated[
        list[Part] | None, typer.Argument(help="All of it, then the report, if none is named.")
    ] = None,
    taggers: Annotated[
        str | None, typer.Option(help="Specs by commas; else every tagger that ships.")
    ] = None,
    corpora: Annotated[
        str | None,
        typer.Option(help="Names by commas; else our own, and the test sets here."),
    ] = None,
    corpus: Annotated[
        list[str] | None,
        typer.Option(help=f"Your own: {endings()}; repeatable."),
    ] = None,
    map_: MapOption = None,
    quick: Annotated[bool, typer.Option("--quick", help="Fewer rounds and loads.")] = False,
    fresh: Annotated[bool, typer.Option("--fresh", help="Measure again what is there.")] = False,
    results: Annotated[Path, typer.Option(help="Where results are kept.")] = RESULTS,
    output: Annotated[
        Path | None, typer.Option("--output", "-o", help="The report; else report.html in results.")
    ] = None,
    readme: Annotated[Path, typer.Option(help="The file whose tables `readme` makes.")] = README,
    check: Annotated[
        bool, typer.Option("--check", help="readme, page: fail where figures are not the results'.")
    ] = False,
    seed: Annotated[int, typer.Option(help="Of what is drawn: samples, typos, order.")] = SEED,
) -> None:
    """Measure taggers: quality, robustness, speed, HTTP; then make the report.

    What is measured is kept, so a run that was stopped goes on. A corpus of your own takes the
    place of those that come by default, and its labels can be mapped to those of the taggers.
    """
    store = Store(results, seed, fresh)
    measured = [*map(Part, MEASURED)]
    wanted = parts or [*measured, Part.report]
    if set(wanted) & set(measured):
        named = [*_split(corpora), *(corpus or ())]
        _measure([p for p in wanted if p in measured], store, _split(taggers), named, map_, quick)
    if not any(results.glob("*--*.json")):
        raise ConfigError(f"{results}: holds no results: measure first")
    if Part.report in wanted:
        path = output or results / "report.html"
        _needing_extra("report.html").write(store, path)
        typer.echo(path)
    if Part.readme in wanted:
        tables.update(store, readme, check)
    if Part.page in wanted:
        page_figures.update(store, PAGE, check)


def _measure(
    parts: Sequence[Part],
    store: Store,
    taggers: Sequence[str],
    corpora: Sequence[str],
    mapping: Sequence[str] | None,
    quick: bool,
) -> None:
    plans = _needing_extra("run")
    root = corpora_root()
    plan = plans.Plan(
        taggers=taggers or shipped_specs(),
        corpora=corpora or default_corpora(root),
        mapping=parse_mapping(mapping or ()),
        root=root,
        store=store,
        quick=quick,
    )
    for part in parts:
        plans.PARTS[part](plan)


def _needing_extra(module: str) -> Any:
    """A module of this package whose libraries come with the extra."""
    try:
        return import_module(f"ner_service.benchmark.{module}")
    except ModuleNotFoundError as error:
        raise MissingExtra(f"the benchmark ({error})", "bench") from error


def _split(names: str | None) -> list[str]:
    found = [name.strip() for name in (names or "").split(",") if name.strip()]
    if len(found) != len(set(found)):
        raise ConfigError(f"{names}: names one twice")
    return found
