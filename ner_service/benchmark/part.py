"""A part of the benchmark says what it measures, how, and how its results are shown."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass

from ner_service.benchmark.comparison import Results
from ner_service.benchmark.plan import Plan
from ner_service.benchmark.results import Result


class View:
    """A view is what one part makes of the results; the part's templates read its attributes."""

    def __init__(self, results: Results) -> None:
        self.results = results

    def pictures(self) -> Mapping[str, str]:
        """Returns the SVG pictures that the results suffice for, by name."""
        return {}


@dataclass(frozen=True)
class Part:
    """A part is one kind of measurement, from the measuring to its section of the report.

    The module of a part holds it as `PART`. Beside the module, `NAME.html.j2` is its section of
    the report, and `*.md.j2` are its Markdown tables. `requires` names the parts that are measured
    before this one whenever it is.
    """

    result: type[Result]
    title: str
    run: Callable[[Plan], None]
    view: type[View]
    requires: tuple[str, ...] = ()

    @property
    def name(self) -> str:
        """Returns the name on the command line, of the file of results and of the template."""
        return self.result.kind
