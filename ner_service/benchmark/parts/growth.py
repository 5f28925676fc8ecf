"""The part `growth` measures how the cost grows with the length of a text and a batch."""

import math
from collections.abc import Mapping
from functools import cached_property

from ner_service.benchmark.part import Part, View
from ner_service.benchmark.plan import Plan, Step, progress
from ner_service.benchmark.processes.timed_tagger import Worker
from ner_service.benchmark.results import TaggerResult
from ner_service.benchmark.texts import WARM_CHARS, Prose
from ner_service.output.plots import color_of, new_axes, svg

LENGTHS = (100, 1_000, 10_000, 100_000, 1_000_000)  # characters
QUICK_LENGTHS = LENGTHS[:-1]
BATCHES = (1, 8, 64, 512)  # texts
BATCH_CHARS = 300  # of each text in a batch
LEAST_CHARS = 40_000  # timed at each length


class Growth(TaggerResult):
    """Growth is CPU microseconds a character by text length, and a text by batch size."""

    kind = "growth"
    repeated: bool
    by_length: dict[int, float]
    by_batch: dict[int, float]
    exponent: float  # of cost over the two greatest lengths: 1 is linear


def run(plan: Plan) -> None:
    """Measures the growth of each tagger."""
    lengths = QUICK_LENGTHS if plan.quick else LENGTHS
    with progress("growth", len(plan.taggers) * (len(lengths) + len(BATCHES))) as step:
        for spec in plan.taggers:
            arguments = spec, plan.prose, lengths, step
            plan.store.measure(Growth, spec, plan.timing_key(spec), measure, *arguments)


def measure(spec: str, prose: Prose, lengths: tuple[int, ...], step: Step) -> Growth:
    """Times one tagger on texts of each length, then on batches of each size."""
    by_length, by_batch = {}, {}
    at = WARM_CHARS
    with Worker(spec) as worker:
        worker.time(prose.pieces(WARM_CHARS, 1)[0])
        for chars in lengths:
            step(f"{spec}, {chars} characters")
            count = max(1, LEAST_CHARS // chars)
            texts, repeated = prose.pieces(chars, count, at)
            at += chars * count
            by_length[chars] = 1e6 * worker.time(texts, batch=1)["cpu"] / (chars * count)
        for batch in BATCHES:
            step(f"{spec}, batches of {batch}")
            texts, repeated = prose.pieces(BATCH_CHARS, max(BATCHES), at)
            at += BATCH_CHARS * max(BATCHES)
            by_batch[batch] = 1e6 * worker.time(texts, batch)["cpu"] / len(texts)
    return Growth(
        tagger=spec,
        repeated=repeated,
        by_length=by_length,
        by_batch=by_batch,
        exponent=exponent(by_length),
    )


def exponent(by_length: Mapping[int, float]) -> float:
    """Returns the power of length that the cost of a text follows over the last two lengths."""
    (shorter, before), (longer, after) = sorted(by_length.items())[-2:]
    return 1 + math.log(after / before) / math.log(longer / shorter)


class Curves(View):
    """Curves show the cost of a character over the length of a text."""

    batch_chars = BATCH_CHARS

    @cached_property
    def rows(self) -> list[Growth]:
        """Returns the results, in the order of tables."""
        return self.results.in_order(Growth)

    def pictures(self) -> Mapping[str, str]:
        """Returns the curves of all taggers; a level curve is linear cost."""
        figure, axes = new_axes()
        colors = color_of(self.results.taggers)
        for row in self.rows:
            lengths = sorted(row.by_length)
            costs = [row.by_length[n] for n in lengths]
            axes.plot(lengths, costs, "o-", color=colors[row.tagger], label=row.tagger)
        axes.set(xscale="log", xlabel="characters in the text", ylabel="CPU µs a character")
        axes.xaxis.set_major_formatter(lambda x, _: f"{x:,.0f}")
        axes.set_ylim(bottom=0)
        axes.legend(frameon=False)
        return {"growth": svg(figure, "growth")}


PART = Part(Growth, "Long texts and batches", run, Curves)
