"""The part `phrases` measures how fast rules, spaCy and Presidio find many phrases."""

import json
import re
import subprocess
from collections.abc import Mapping, Sequence
from importlib.util import find_spec
from signal import SIGXCPU
from typing import Any

from pydantic import BaseModel

from ner_service.benchmark.part import Part, View
from ner_service.benchmark.plan import Plan, Step, progress
from ner_service.benchmark.processes import phrase_matchers
from ner_service.benchmark.processes.timed_tagger import spawn
from ner_service.benchmark.results import Result, Spread
from ner_service.benchmark.texts import Prose
from ner_service.errors import ConfigError

SIZES = (1_000, 10_000, 100_000, 1_000_000)  # phrases
QUICK_SIZES = SIZES[:2]
ROUNDS = 3
ROUND_CHARS, QUICK_CHARS = 200_000, 20_000
LONGEST_S = 90  # CPU seconds of loading or of a round; then the matcher is left out
TICK_S = (
    1e-3  # a clock of CPU time may stand still for a tick, and say that a short round took none
)
PACKAGES = {"spaCy PhraseMatcher": "spacy", "Presidio deny list": "presidio_analyzer"}
Figures = dict[str, Any]  # as the process prints them
TOKEN = re.compile(r"\w+|[^\w\s]")


class ListTiming(BaseModel):
    """A row is one matcher with a list of one size: seconds to load it, tokens a second."""

    matcher: str
    size: int
    load_s: float
    rate: Spread
    matches: int


class TooLong(BaseModel):
    """A matcher took longer than `LONGEST_S` with a list of a size, to load it or for a round."""

    matcher: str
    size: int
    loading: bool


class Phrases(Result):
    """A result is every matcher with lists of each size, all in one process and by turns."""

    kind = "phrases"
    texts: str
    ours: bool
    rounds: int
    tokens: int  # of a round, in the mean
    rows: list[ListTiming]
    too_long: list[TooLong]


def run(plan: Plan) -> None:
    """Measures every matcher whose library is installed."""
    sizes = QUICK_SIZES if plan.quick else SIZES
    chars = QUICK_CHARS if plan.quick or plan.prose.ours else ROUND_CHARS
    with progress("phrases", len(sizes) * len(phrase_matchers.MATCHERS)) as step:
        arguments = plan.prose, sizes, chars, step
        plan.store.measure(Phrases, "all", plan.timing_key(), measure, *arguments)


def measure(
    prose: Prose, sizes: Sequence[int], chars: int, step: Step, longest_s: int = LONGEST_S
) -> Phrases:
    """Times all matchers on unseen texts, with lists of each size."""
    rounds = [[text] for text in prose.pieces(chars, ROUNDS)[0]]
    tokens = [sum(len(TOKEN.findall(text)) for text in texts) for texts in rounds]
    rows: list[ListTiming] = []
    too_long: list[TooLong] = []
    names = [n for n in phrase_matchers.MATCHERS if n not in PACKAGES or find_spec(PACKAGES[n])]
    for size in sizes:
        figures = _run_process(names, size, rounds, longest_s)
        while isinstance(figures, TooLong):
            too_long.append(figures)
            names.remove(figures.matcher)
            figures = _run_process(names, size, rounds, longest_s)
        for name in names:
            step(f"{name}, {size} phrases")
            rows.append(_row_of(name, size, tokens, [f for f in figures if f["matcher"] == name]))
    return Phrases(
        texts=prose.name,
        ours=prose.ours,
        rounds=ROUNDS,
        tokens=sum(tokens) // ROUNDS,
        rows=rows,
        too_long=too_long,
    )


def _row_of(name: str, size: int, tokens: Sequence[int], figures: Sequence[Figures]) -> ListTiming:
    load, *found = figures
    return ListTiming(
        matcher=name,
        size=size,
        load_s=load["load_s"],
        rate=Spread.of(
            [n / max(each["round_s"], TICK_S) for n, each in zip(tokens, found, strict=True)]
        ),
        matches=sum(each["matches"] for each in found),
    )


def _run_process(
    names: Sequence[str], size: int, rounds: Sequence[Sequence[str]], longest_s: int
) -> list[Figures] | TooLong:
    """Returns the figures of one process that has all matchers, or the one that took too long.

    Raises `ConfigError` where the process fails.
    """
    steps = [*names, *(name for _ in rounds for name in names)]
    figures: list[Figures] = []
    with spawn(0, phrase_matchers.__name__, stdin=subprocess.PIPE, stdout=subprocess.PIPE) as child:
        assert child.stdin
        assert child.stdout
        asked = {"matchers": names, "size": size, "rounds": rounds, "longest_s": longest_s}
        child.stdin.write(json.dumps(asked).encode() + b"\n")
        child.stdin.close()
        for name in steps:
            line = child.stdout.readline()
            if not line and child.wait() == -SIGXCPU:
                return TooLong(matcher=name, size=size, loading=len(figures) < len(names))
            if not line:
                raise ConfigError(
                    f"{name} with {size} phrases: the process ended with code {child.returncode}; "
                    "its error is above: mend it, and measure again"
                )
            figures.append(json.loads(line))
    return figures


class Lists(View):
    """Lists are a row for each matcher and size."""

    longest_s = LONGEST_S

    @property
    def latest(self) -> Phrases | None:
        """Returns the result, if there is one."""
        return next((record.result for record in self.results.records(Phrases)), None)

    @property
    def cells(self) -> Mapping[str, Mapping[int, ListTiming]]:
        """Returns the rows by matcher and size."""
        cells: dict[str, dict[int, ListTiming]] = {}
        for row in self.latest.rows if self.latest else ():
            cells.setdefault(row.matcher, {})[row.size] = row
        return cells

    @property
    def too_long(self) -> Mapping[str, TooLong]:
        """Returns for each matcher the list that it did not hold, if there is one."""
        return {each.matcher: each for each in self.latest.too_long} if self.latest else {}

    @property
    def sizes(self) -> Sequence[int]:
        """Returns the sizes of lists, the least first."""
        return sorted({row.size for row in self.latest.rows}) if self.latest else ()


PART = Part(Phrases, "Long lists of phrases", run, Lists)
