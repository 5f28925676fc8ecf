"""`benchmark` measures taggers, and shows the results as a report and on the service's page."""

from collections.abc import Sequence
from importlib.util import find_spec
from pathlib import Path
from typing import Annotated

import typer

from ner_service.benchmark.parts import PARTS, load_part
from ner_service.benchmark.results import SEED, Store
from ner_service.cli.app import Panel, app, example
from ner_service.cli.options import MapOption, corpora_root
from ner_service.cli.printing import echo
from ner_service.corpora.formats.format import endings
from ner_service.errors import ConfigError, MissingExtra, join_missing
from ner_service.labels import parse_mapping
from ner_service.taggers.registry import missing, shipped_specs

PACKAGE = Path(__file__).parents[1]
COMMITTED = PACKAGE.parent / "benchmarks" / "results"  # where this is a checkout
FIGURES = PACKAGE / "output" / "measured.json"
SHOWN_REPORT = PACKAGE / "service" / "web" / "report.html"  # which the service shows
OUTPUTS = ("report", "page")
MEASURE = "measure"  # any part
PACKAGES = {
    MEASURE: ("psutil", "seqeval"),
    "http": ("locust",),
    "batching": ("locust",),
    "report": ("matplotlib",),
}  # that a word needs of the extra bench
WORDS = ", ".join([*PARTS, *OUTPUTS])


def _check_words(words: list[str] | None) -> list[str]:
    for word in words or ():
        if word not in (*PARTS, *OUTPUTS):
            raise typer.BadParameter(f"{word!r} is no part: choose from {WORDS}")
    return words or []


@app.command(
    rich_help_panel=Panel.MEASURE,
    epilog=example("benchmark quality report --corpus my.jsonl --map GPE=LOC"),
)
def benchmark(
    parts: Annotated[
        list[str] | None,
        typer.Argument(
            metavar="PART", help=f"Of {WORDS}. Without any: all but page.", callback=_check_words
        ),
    ] = None,
    taggers: Annotated[
        str | None,
        typer.Option(help="The taggers' specs, separated by commas. Default: all that ship."),
    ] = None,
    corpora: Annotated[
        str | None,
        typer.Option(
            help="Corpora by name, separated by commas. Default: our own, and the test sets that "
            "are present."
        ),
    ] = None,
    corpus: Annotated[
        list[str] | None, typer.Option(help=f"Your own: {endings()}; repeatable.")
    ] = None,
    map_: MapOption = None,
    quick: Annotated[
        bool, typer.Option("--quick", help="Take fewer rounds and loads; figures are rougher.")
    ] = False,
    fresh: Annotated[
        bool, typer.Option("--fresh", help="Measure again what was already measured.")
    ] = False,
    results: Annotated[Path, typer.Option(help="The folder of results.")] = Path("ner-benchmark"),
    output: Annotated[
        Path | None,
        typer.Option("--output", "-o", help="The report. Default: report.html among the results."),
    ] = None,
    check: Annotated[
        bool,
        typer.Option("--check", help="With page: fail where the page's figures are out of date."),
    ] = False,
    seed: Annotated[
        int, typer.Option(help="The seed of samples, typos and the order of texts.")
    ] = SEED,
) -> None:
    """Measure the quality, robustness, speed and HTTP service of taggers, then write the report.

    Results are kept, so a run that was stopped goes on. `--corpora` and `--corpus` replace the
    default corpora, and `--map` maps their labels to those of the taggers. `page` writes the
    figures that the service's page shows.
    """
    store, words = Store(results, seed, fresh), parts or [*PARTS, "report"]
    if measured := [name for name in PARTS if name in words]:
        from ner_service.benchmark.plan import Plan
        from ner_service.benchmark.texts import default_corpora

        specs = _split(taggers) or shipped_specs()
        _check_installed(specs, words)
        root = corpora_root()
        plan = Plan(
            taggers=specs,
            corpora=[*_split(corpora), *(corpus or ())] or default_corpora(root),
            mapping=parse_mapping(map_ or ()),
            root=root,
            store=store,
            quick=quick,
        )
        named = [load_part(name) for name in measured]
        required = [load_part(n) for part in named for n in part.requires if n not in measured]
        for part in [*required, *named]:
            part.run(plan)
        if "report" not in words:
            echo(f"{results}: measured; `benchmark report` makes the report", err=True)
    if not any((results / f"{name}.json").exists() for name in PARTS):
        raise ConfigError(f"{results}: holds no results: measure first")
    try:
        from ner_service.benchmark.report import rendering

        if "report" in words:
            path = output or results / "report.html"
            rendering.write_report(store, path)
            echo(path)
            if results.resolve() == COMMITTED.resolve():
                rendering.write_report(store, SHOWN_REPORT)
        if "page" in words:
            rendering.update_figures(store, FIGURES, check)
    except ModuleNotFoundError as error:
        raise MissingExtra(f"the report ({error})", "bench") from error


def _check_installed(specs: Sequence[str], words: Sequence[str]) -> None:
    """Raise `MissingExtra` with all that the run lacks, before it measures anything."""
    wanted = [package for word in (MEASURE, *words) for package in PACKAGES.get(word, ())]
    absent = [package for package in dict.fromkeys(wanted) if find_spec(package) is None]
    ours = MissingExtra(f"the benchmark (no {', '.join(absent)})", "bench") if absent else None
    if error := join_missing([ours, *map(missing, specs)]):
        raise error


def _split(names: str | None) -> list[str]:
    parts = [name.strip() for name in (names or "").split(",") if name.strip()]
    if len(parts) != len(set(parts)):
        raise ConfigError(f"{names}: names one twice: name each once")
    return parts
