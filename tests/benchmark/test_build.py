"""The wheel's build makes the report, with no library but those that the hook requires."""

import re
import subprocess
import sys
from functools import cache
from importlib.metadata import packages_distributions, requires
from pathlib import Path

import pytest

pytest.importorskip("jinja2")
pytest.importorskip("matplotlib")

ROOT = Path(__file__).parents[2]
BUILD = """
import sys
from pathlib import Path
from ner_service.benchmark.report.rendering import write_report
from ner_service.benchmark.results import SEED, Store
write_report(Store(Path(sys.argv[1]), SEED), Path(sys.argv[2]))
print(*{module.partition(".")[0] for module in sys.modules})
"""


def with_dependencies(names: set[str]) -> set[str]:
    """Distributions and all that they depend on, by names in lower case with hyphens."""
    lines = [line for name in names for line in requires(name) or () if "extra ==" not in line]
    needed = {re.split(r"[^\w.-]", line)[0] for line in lines}
    more = {re.sub(r"[-_.]+", "-", name).lower() for name in needed} - names
    installed = more & list_installed()
    return names if not installed else with_dependencies(names | installed)


@cache
def list_installed() -> set[str]:
    """Return the names of all distributions that are installed."""
    owners = packages_distributions().values()
    return {re.sub(r"[-_.]+", "-", name).lower() for names in owners for name in names}


@pytest.mark.slow
def test_the_report_imports_only_what_the_build_requires(tmp_path: Path) -> None:
    results, report = ROOT / "benchmarks" / "results", tmp_path / "report.html"
    command = [sys.executable, "-c", BUILD, str(results), str(report)]
    imported = subprocess.run(command, capture_output=True, text=True, check=True).stdout.split()
    hook = (ROOT / "benchmarks" / "hatch_build.py").read_text()
    required = set(re.findall(r'"([\w-]+)"', re.findall(r"REQUIREMENTS = \[(.*)\]", hook)[0]))
    owners = packages_distributions()
    allowed = with_dependencies(required) | {"ner-service", "setuptools"}
    for module in imported:
        for owner in owners.get(module, ()):
            assert re.sub(r"[-_.]+", "-", owner).lower() in allowed, module
    assert "<h2" in report.read_text()
