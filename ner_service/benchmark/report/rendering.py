"""Results are rendered by templates: the report, the docs' tables, the service page's figures."""

import json
from functools import cache
from pathlib import Path
from typing import Any

from jinja2 import Environment, FileSystemLoader, StrictUndefined, Template, TemplateNotFound

from ner_service.benchmark.comparison import Results
from ner_service.benchmark.parts import load_parts, read_results
from ner_service.benchmark.provenance import Provenance
from ner_service.benchmark.report.languages import say
from ner_service.benchmark.results import Spread, Store
from ner_service.errors import ConfigError
from ner_service.files import atomic_file, read_text

FOLDERS = (Path(__file__).parent, Path(__file__).parents[1] / "parts")  # of the templates


def write_report(store: Store, path: Path) -> None:
    """Writes one self-contained HTML page of everything in a folder of results."""
    results = read_results(store)
    measured = [part for part in load_parts() if results.records(part.result)]
    pictures = {part.name: results.view(part.view).pictures() for part in measured}
    template = _template("report.html.j2")
    page = template.render(**_context(results), parts=load_parts(), pictures=pictures)
    with atomic_file(path) as file:
        file.write(page.encode())


def render_table(store: Store, name: str) -> str:
    """Returns a Markdown table; raises `ConfigError` for an unknown one, and without results."""
    try:
        template = _template(f"{name}.md.j2")
    except TemplateNotFound:
        raise ConfigError(f"no table is called {name!r}: name a template NAME.md.j2") from None
    if table := template.render(_context(read_results(store))).strip():
        return table
    raise ConfigError(f"{store.folder}: no results for the table {name!r}: measure first")


def update_figures(store: Store, path: Path, check: bool) -> None:
    """Writes the figures that docs/page.md describes, or raises `ConfigError` for old ones."""
    template = _template("measured.json.j2")
    figures = json.loads(template.render(_context(read_results(store))))
    text = json.dumps(figures, ensure_ascii=False, indent=2) + "\n"
    if not check:
        with atomic_file(path) as file:
            file.write(text.encode())
    elif read_text(path) != text:
        raise ConfigError(f"{path}: is not of these results: run `python -m benchmarks page`")


def _template(name: str) -> Template:
    return _environment(tuple(FOLDERS)).get_template(name)


@cache  # an environment keeps the templates that it has compiled
def _environment(folders: tuple[Path, ...]) -> Environment:
    environment = Environment(
        loader=FileSystemLoader(folders),
        autoescape=lambda name: (name or "").endswith(".html.j2"),
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    environment.globals["say"] = say
    environment.filters |= {"share": share, "number": number, "spread": spread}
    return environment


def _context(results: Results) -> dict[str, Any]:
    """Returns what templates read: each part's view by the part's name, and all records."""
    views = {part.name: results.view(part.view) for part in load_parts()}
    return {**views, "results": results, "provenance": Provenance(results.with_machine)}


def share(value: float | None) -> str:
    """Returns a share of one with three digits and no leading zero: .885."""
    if value is None:
        return "–"
    return f"{value:.3f}".removeprefix("0") if value < 1 else "1.000"


def number(value: float | None, digits: int = 0) -> str:
    """Returns a number with commas between thousands."""
    return "–" if value is None else f"{value:,.{digits}f}"


def spread(value: Spread, digits: int = 2) -> str:
    """Returns a median with the least and the greatest value."""
    median, low, high = (number(v, digits) for v in (value.median, value.low, value.high))
    return f"{median} ({low}–{high})"
