"""A new part is one module with its templates, and its name in `PARTS`."""

from pathlib import Path

import pytest

pytest.importorskip("jinja2")
pytest.importorskip("matplotlib")
pytest.importorskip("psutil")

from ner_service import cli
from ner_service.benchmark import parts
from ner_service.benchmark.report import rendering
from ner_service.benchmark.results import Store
from ner_service.cli import benchmark as command

PART = """
from ner_service.benchmark.part import Part, View
from ner_service.benchmark.plan import Plan
from ner_service.benchmark.results import TaggerResult


class Length(TaggerResult):
    kind = "length"
    chars: int


def run(plan: Plan) -> None:
    for spec in plan.taggers:
        plan.store.measure(Length, spec, {}, measure, spec)


def measure(spec: str) -> Length:
    return Length(tagger=spec, chars=len(spec))


class Lengths(View):
    @property
    def rows(self) -> list[Length]:
        return self.results.in_order(Length)


PART = Part(Length, "How long is its name?", run, Lengths)
"""
SECTION = "{% for row in length.rows %}<p>{{ row.tagger }}: {{ row.chars }}</p>{% endfor %}"
TABLE = "{% for row in length.rows %}| {{ row.tagger }} | {{ row.chars | number(1) }} |{% endfor %}"


def test_a_part_is_a_module_its_templates_and_its_name(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "length.py").write_text(PART)
    (tmp_path / "length.html.j2").write_text(SECTION)
    (tmp_path / "length.md.j2").write_text(TABLE)
    monkeypatch.setattr(parts, "__path__", [*parts.__path__, str(tmp_path)])
    monkeypatch.setattr(rendering, "FOLDERS", [*rendering.FOLDERS, tmp_path])
    names = (*parts.PARTS, "length")
    for module in (parts, command):
        monkeypatch.setattr(module, "PARTS", names)
    results = tmp_path / "results"
    with pytest.raises(SystemExit, match=r"^0$"):
        cli.main(
            ["benchmark", "length", "report", "--taggers", "natasha", "--results", str(results)]
        )
    assert "<p>natasha: 7</p>" in (results / "report.html").read_text()
    assert rendering.render_table(Store(results, 0), "length") == "| natasha | 7.0 |"
