"""The part `scale` measures the time that whole files take, by documents and by processes."""

import json
import math
import subprocess
import sys
import tempfile
import time
from collections.abc import Mapping, Sequence
from itertools import product
from pathlib import Path

from ner_service.benchmark.part import Part, View
from ner_service.benchmark.plan import Plan, Step, progress
from ner_service.benchmark.results import TaggerResult
from ner_service.benchmark.texts import Prose
from ner_service.errors import ConfigError
from ner_service.output.plots import color_of, new_axes, svg

SHARES = (8, 4, 2, 1)  # of all texts, as divisors: each measurement doubles the one before
WORKERS = (1, 2)
ROUNDS, QUICK_ROUNDS = 2, 1
COMMAND = (sys.executable, "-m", "ner_service", "tag")
HOUR_S = 3600
CORPORA = (10_000_000, 1_000_000_000)  # documents
CORE_HOUR = 0.04  # US dollars, about what clouds ask for a core on demand, with its memory


class Scale(TaggerResult):
    """Scale is seconds of the whole command by processes and documents, its start included.

    They are the least of all rounds: whatever disturbs a measurement adds to it.
    """

    kind = "scale"
    rounds: int
    chars: float  # of a document, in the mean
    seconds: dict[int, dict[int, float]]  # by processes, then by documents

    def rate(self, workers: int) -> float:
        """Returns documents a second, by the least and the most of them: the start is left out."""
        seconds = self.seconds[workers]
        least, most = min(seconds), max(seconds)
        return (most - least) / (seconds[most] - seconds[least])

    @property
    def speedup(self) -> float:
        """Returns how much faster two processes are than one."""
        return self.rate(2) / self.rate(1)

    def core_hours(self, documents: int) -> float:
        """Returns the hours of one core that a corpus takes, where all cores are busy."""
        return documents / (self.rate(2) / 2) / HOUR_S


def run(plan: Plan) -> None:
    """Measures each tagger on files of unseen texts, in processes of their own."""
    rounds = QUICK_ROUNDS if plan.quick else ROUNDS
    with progress("scale", len(plan.taggers) * rounds * len(SHARES) * len(WORKERS)) as step:
        for spec in plan.taggers:
            arguments = spec, plan.prose, rounds, step
            plan.store.measure(Scale, spec, plan.timing_key(spec), measure, *arguments)


def measure(spec: str, prose: Prose, rounds: int, step: Step) -> Scale:
    """Times the command on files of each size, with one process and with two by turns."""
    seconds: dict[int, dict[int, float]] = {workers: {} for workers in WORKERS}
    with tempfile.TemporaryDirectory() as place:
        files = {
            len(texts): write_lines(Path(place), texts)
            for share in SHARES
            if (texts := prose.texts[: len(prose.texts) // share])
        }
        for count, workers in [*product(files, WORKERS)] * rounds:
            step(f"{spec}, {count} documents, {workers} processes")
            measured = time_command(spec, files[count], workers)
            seconds[workers][count] = min(measured, seconds[workers].get(count, math.inf))
    mean = prose.chars / len(prose.texts)
    return Scale(tagger=spec, rounds=rounds, chars=mean, seconds=seconds)


def write_lines(folder: Path, texts: Sequence[str]) -> Path:
    """Writes texts as JSON lines, and returns the file."""
    file = folder / f"{len(texts)}.jsonl"
    lines = (json.dumps({"text": text}, ensure_ascii=False) + "\n" for text in texts)
    file.write_text("".join(lines), "utf-8")
    return file


def time_command(spec: str, file: Path, workers: int) -> float:
    """Returns the seconds of one command; raises `ConfigError` where it fails."""
    output = Path(tempfile.mkdtemp(dir=file.parent))
    command = [*COMMAND, str(file), "-o", f"{output}/", "-t", spec, "--workers", str(workers)]
    began = time.perf_counter()
    done = subprocess.run(command, capture_output=True, text=True)
    if done.returncode:
        raise ConfigError(
            f"{spec}: {done.stderr.strip().splitlines()[-1]}: mend it, and measure again"
        )
    return time.perf_counter() - began


class Costs(View):
    """Costs are rows for each tagger, of what was measured and of what follows."""

    corpora = CORPORA
    core_hour = CORE_HOUR

    @property
    def rows(self) -> list[Scale]:
        """Returns the results, in the order of tables."""
        return self.results.in_order(Scale)

    def pictures(self) -> Mapping[str, str]:
        """Returns the time over the number of documents, with one process and with two."""
        figure, axes = new_axes()
        colors = color_of(self.results.taggers)
        for row in self.rows:
            for workers, style in zip(WORKERS, ("o-", "o--"), strict=True):
                seconds = row.seconds[workers]
                label = f"{row.tagger} × {workers}"
                axes.plot(
                    [*seconds], [*seconds.values()], style, color=colors[row.tagger], label=label
                )
        axes.set(xlabel="documents", ylabel="seconds")
        axes.set_ylim(bottom=0)
        axes.legend(frameon=False)
        return {"scale": svg(figure, "scale")}


PART = Part(Scale, "Any amount of text", run, Costs)
