"""One self-contained page of everything in a folder of results."""

from pathlib import Path
from typing import Any

from jinja2 import Environment, FileSystemLoader, StrictUndefined

from ner_service.benchmark.comparison import CHARS, Findings, advice, f1, named
from ner_service.benchmark.report import plots
from ner_service.benchmark.results import Store
from ner_service.benchmark.texts import NOTES
from ner_service.files import atomic_file


def write(store: Store, path: Path) -> None:
    """Writes the page; raises `ConfigError` where nothing was measured."""
    templates = Environment(
        loader=FileSystemLoader(Path(__file__).parent),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    templates.filters.update(f1=f1, spread=spread)
    findings = Findings(store)
    page = templates.get_template("report.html.j2").render(
        findings=findings,
        advice=advice(findings),
        named=named,
        notes=NOTES,
        pictures=pictures(findings),
        chars=CHARS,
    )
    with atomic_file(path) as file:
        file.write(page.encode())


def spread(value: Any, digits: int = 2) -> str:
    """A median with its ends, rounded."""
    return f"{value.median:,.{digits}f} ({value.low:,.{digits}f}–{value.high:,.{digits}f})"


def pictures(findings: Findings) -> dict[str, Any]:
    """The drawings that the results suffice for."""
    names = ("accuracy", "quality_speed", "reliability", "latency", "growth")
    drawn: dict[str, Any] = {**dict.fromkeys(names), "heat": {}}
    if findings.corpora:
        first = findings.corpora[0]
        drawn["accuracy"] = plots.accuracy(findings)
        if findings.costs():
            drawn["quality_speed"] = plots.quality_speed(findings, first)
        if any(a.quality.reliability for a in findings.on(first)):
            drawn["reliability"] = plots.reliability(findings, first)
    if findings.http:
        drawn["latency"] = plots.latency(findings, CHARS)
    if findings.growth:
        drawn["growth"] = plots.growth(findings)
    for corpus in sorted({r.corpus for r in findings.robustness}):
        drawn["heat"][corpus] = plots.heat(findings.disturbed(corpus))
    return drawn
