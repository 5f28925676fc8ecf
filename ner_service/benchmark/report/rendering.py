"""Results are rendered by templates as one HTML page, and as Markdown tables of the docs."""

from pathlib import Path
from typing import Any

from jinja2 import Environment, FileSystemLoader, StrictUndefined, TemplateNotFound

from ner_service.benchmark import formatting
from ner_service.benchmark.comparison import Results
from ner_service.benchmark.parts import load_parts, read_results
from ner_service.benchmark.provenance import Provenance
from ner_service.benchmark.results import Store
from ner_service.errors import ConfigError
from ner_service.files import replacing

FOLDERS = (Path(__file__).parent, Path(__file__).parents[1] / "parts")  # of the templates


def write_report(store: Store, path: Path) -> None:
    """Writes one self-contained HTML page of everything in a folder of results."""
    results = read_results(store)
    measured = [part for part in load_parts() if results.records(part.result)]
    pictures = {part.name: results.view(part.view).pictures() for part in measured}
    template = _environment().get_template("report.html.j2")
    page = template.render(**_context(results), parts=load_parts(), pictures=pictures)
    with replacing(path) as file:
        file.write(page.encode())


def render_table(store: Store, name: str) -> str:
    """Returns a Markdown table; raises `ConfigError` for an unknown one, and without results."""
    try:
        template = _environment().get_template(f"{name}.md.j2")
    except TemplateNotFound:
        raise ConfigError(f"no table is called {name!r}: name a template NAME.md.j2") from None
    if table := template.render(_context(read_results(store))).strip():
        return table
    raise ConfigError(f"{store.folder}: no results for the table {name!r}: measure first")


def _environment() -> Environment:
    environment = Environment(
        loader=FileSystemLoader(FOLDERS),
        autoescape=lambda name: (name or "").endswith(".html.j2"),
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    for filter in (formatting.share, formatting.number, formatting.spread):
        environment.filters[filter.__name__] = filter
    return environment


def _context(results: Results) -> dict[str, Any]:
    """Returns what templates read: each part's view by the part's name, and all records."""
    views = {part.name: results.view(part.view) for part in load_parts()}
    return {**views, "results": results, "provenance": Provenance(results.with_machine)}
