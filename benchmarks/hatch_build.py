"""The wheel's build makes the benchmark's report, which the service shows at `/benchmark`."""

import sys
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

from hatchling.builders.hooks.plugin.interface import BuildHookInterface

PLACE = "ner_service/service/web/report.html"
REQUIREMENTS = ["jinja2", "matplotlib", "numpy", "orjson", "pydantic", "razdel", "tqdm"]


class ReportHook(BuildHookInterface):  # type: ignore[misc]  # hatchling is there in builds only
    """The hook adds the report of the committed results to the package."""

    def dependencies(self) -> list[str]:
        """Returns what the report needs; an editable install makes none."""
        is_editable = any("editable" in argument for argument in sys.argv)  # as pip calls hooks
        return [] if is_editable else REQUIREMENTS

    def initialize(self, version: str, build_data: dict[str, Any]) -> None:
        """Makes the report before files are collected."""
        if version == "editable":
            return
        sys.path.insert(0, self.root)
        from ner_service.benchmark.report.rendering import write_report
        from ner_service.benchmark.results import SEED, Store

        self.folder = TemporaryDirectory()  # until the hook is gone
        report = Path(self.folder.name) / "report.html"
        write_report(Store(Path(self.root) / "benchmarks" / "results", SEED), report)
        build_data["force_include"][str(report)] = PLACE
