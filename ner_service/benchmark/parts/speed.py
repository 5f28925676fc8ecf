"""The part `speed` measures throughput, start-up time and memory of each tagger on one core.

Every round starts each tagger anew, warms it on some texts, then times it on texts that it has
not seen: replayed texts would flatter whoever keeps a cache. CPU seconds are counted, so what
else the machine does matters less, and taggers take turns, so that what remains falls on all.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property
from importlib.metadata import version
from statistics import median

from ner_service.benchmark.comparison import newest_first
from ner_service.benchmark.part import Part, View
from ner_service.benchmark.plan import Plan, Step, progress
from ner_service.benchmark.processes.cutters import CUTTERS, PAIRS
from ner_service.benchmark.processes.natasha_library import NAME as LIBRARY
from ner_service.benchmark.processes.spacy_library import NAME as SPACY
from ner_service.benchmark.processes.timed_tagger import Worker
from ner_service.benchmark.results import Record, Result, Spread
from ner_service.benchmark.texts import WARM_CHARS, Prose
from ner_service.taggers.registry import shipped_specs
from ner_service.text.tokens import tokenize

ORIGINALS = {"natasha": LIBRARY, "spacy": SPACY}  # the library whose net a tagger computes
TIMED_CHARS = 100_000  # of each of the two timings of a round, where there is enough text


@dataclass(frozen=True)
class Cost:
    """A cost is what a tagger takes on one core; ratios are to natasha's library."""

    tagger: str
    bulk: Spread  # tokens a CPU second, many texts a call
    single: Spread  # tokens a CPU second, one text a call
    bulk_ratio: Spread
    single_ratio: Spread
    bulk_texts: float  # texts a CPU second
    single_texts: float
    load_s: Spread
    loaded_mb: float
    peak_mb: float
    disk_mb: float


@dataclass(frozen=True)
class Cutting:
    """A cutting is tokens a CPU second, ours and razdel's, of a tokeniser without a tagger."""

    what: str
    ours: Spread
    razdel: Spread
    ratio: Spread


@dataclass(frozen=True)
class Comparison:
    """A comparison is of a tagger with the library whose net it computes: tokens a CPU second."""

    tagger: str
    bulk: Spread  # of the library, many texts a call
    single: Spread  # of the library, one text a call
    bulk_ratio: Spread
    single_ratio: Spread


class Speed(Result):
    """A speed result compares taggers in the same interleaved rounds."""

    kind = "speed"
    names_machine = True
    sets_order = True
    texts: str
    ours: bool
    rounds: int
    costs: list[Cost]  # that of natasha's library first, which the ratios are to
    cuttings: tuple[Cutting, ...] = ()  # older results have none
    comparisons: tuple[Comparison, ...] = ()  # older results have none

    @property
    def taggers(self) -> Sequence[str]:
        """Returns the specs of the taggers that were measured."""
        return [cost.tagger for cost in self.costs[1:]]


def run(plan: Plan) -> None:
    """Times all taggers and cutters in the same rounds."""
    rounds = 3 if plan.quick or plan.prose.ours else 7
    key = {**plan.timing_key(), "razdel": version("razdel")}
    key |= {spec: plan.identity(spec) for spec in plan.taggers}
    with progress("speed", rounds * len(names_of(plan.taggers))) as step:
        name, arguments = run_name(plan.taggers), (plan.taggers, plan.prose, rounds, step)
        plan.store.measure(Speed, name, key, measure, *arguments)


def run_name(taggers: Sequence[str]) -> str:
    """Returns the name of a run of these taggers; runs of other taggers are kept, too."""
    return "all" if set(taggers) == set(shipped_specs()) else " ".join(sorted(taggers))


def names_of(taggers: Sequence[str]) -> list[str]:
    """Returns the names of all that take turns: libraries, taggers and cutters."""
    originals = (ORIGINALS[tagger] for tagger in taggers if tagger in ORIGINALS)
    return [*dict.fromkeys((LIBRARY, *originals)), *taggers, *CUTTERS]


@dataclass(frozen=True)
class Round:
    """A round is what one fresh process of one tagger took; fields are as in `Cost`."""

    bulk: float
    single: float
    bulk_texts: float
    single_texts: float
    load_s: float
    loaded_mb: float
    peak_mb: float
    disk_mb: float


def measure(specs: Sequence[str], prose: Prose, rounds: int, step: Step) -> Speed:
    """Times the libraries, taggers and cutters in turns."""
    names = names_of(specs)
    timed: dict[str, list[Round]] = {name: [] for name in names}
    for number, (warm, bulk, single) in enumerate(split_prose(prose, rounds)):
        for name in names if number % 2 == 0 else names[::-1]:
            step(f"{name}, round {number + 1}")
            timed[name].append(_round(name, warm, bulk, single))
    costs = [_cost(name, timed[name], timed[LIBRARY]) for name in (LIBRARY, *specs)]
    cuttings = (_cutting(what, *(timed[name] for name in pair)) for what, pair in PAIRS.items())
    pairs = ((spec, timed[ORIGINALS[spec]]) for spec in specs if spec in ORIGINALS)
    return Speed(
        texts=prose.name,
        ours=prose.ours,
        rounds=rounds,
        costs=costs,
        cuttings=tuple(cuttings),
        comparisons=tuple(_comparison(spec, timed[spec], library) for spec, library in pairs),
    )


def split_prose(prose: Prose, rounds: int) -> list[list[list[str]]]:
    """Returns each round's texts to warm on, for one call, and for calls of one, none in two."""
    if prose.ours:  # so little that every round takes all of it, in processes that start anew
        parts = prose.parts([prose.chars // 5, 2 * prose.chars // 5, prose.chars // 3])
        return [[parts[0], *(parts[1:] if n % 2 else parts[:0:-1])] for n in range(rounds)]
    warm, *timed = prose.parts([WARM_CHARS, *[TIMED_CHARS] * 2 * rounds])
    return [[warm, timed[2 * n], timed[2 * n + 1]] for n in range(rounds)]


def _round(name: str, warm: list[str], bulk: list[str], single: list[str]) -> Round:
    with Worker(name) as worker:
        worker.time(warm)
        many = worker.time(bulk)
        one = worker.time(single, batch=1)
        return Round(
            bulk=_tokens(bulk) / many["cpu"],
            single=_tokens(single) / one["cpu"],
            bulk_texts=len(bulk) / many["cpu"],
            single_texts=len(single) / one["cpu"],
            load_s=worker.load_s,
            loaded_mb=worker.loaded["loaded_mb"],
            peak_mb=one["peak_mb"],
            disk_mb=worker.loaded["disk_mb"],
        )


def _tokens(texts: Sequence[str]) -> int:
    return sum(len(tokenize(text)) for text in texts)


def _cost(name: str, rounds: Sequence[Round], base: Sequence[Round]) -> Cost:
    bulk, single = [r.bulk for r in rounds], [r.single for r in rounds]
    return Cost(
        tagger=name,
        bulk=Spread.of(bulk),
        single=Spread.of(single),
        bulk_ratio=Spread.of_ratios(bulk, [b.bulk for b in base]),
        single_ratio=Spread.of_ratios(single, [b.single for b in base]),
        bulk_texts=median(r.bulk_texts for r in rounds),
        single_texts=median(r.single_texts for r in rounds),
        load_s=Spread.of([r.load_s for r in rounds]),
        loaded_mb=median(r.loaded_mb for r in rounds),
        peak_mb=max(r.peak_mb for r in rounds),
        disk_mb=rounds[0].disk_mb,
    )


def _comparison(tagger: str, rounds: Sequence[Round], library: Sequence[Round]) -> Comparison:
    bulk, single = [r.bulk for r in library], [r.single for r in library]
    return Comparison(
        tagger,
        Spread.of(bulk),
        Spread.of(single),
        Spread.of_ratios([r.bulk for r in rounds], bulk),
        Spread.of_ratios([r.single for r in rounds], single),
    )


def _cutting(what: str, ours: Sequence[Round], razdel: Sequence[Round]) -> Cutting:
    rates, base = [r.bulk for r in ours], [r.bulk for r in razdel]
    return Cutting(what, Spread.of(rates), Spread.of(base), Spread.of_ratios(rates, base))


class Costs(View):
    """Costs are what each tagger took when it was last timed."""

    @cached_property
    def records(self) -> list[Record[Speed]]:
        """Returns the runs of timing, the newest first."""
        return newest_first(self.results.records(Speed))

    @property
    def latest(self) -> Speed | None:
        """Returns the newest run."""
        return self.records[0].result if self.records else None

    @cached_property
    def all(self) -> list[Cost]:
        """Returns the newest cost of each tagger, natasha's library first."""
        costs: dict[str, Cost] = {}
        for record in self.records:
            for cost in record.result.costs:
                costs.setdefault(cost.tagger, cost)
        return [*costs.values()]

    @property
    def timed_apart(self) -> list[str]:
        """Returns the taggers that were not in the newest run."""
        together = [cost.tagger for cost in self.latest.costs] if self.latest else []
        return [cost.tagger for cost in self.all if cost.tagger not in together]

    def cost_of(self, tagger: str) -> Cost | None:
        """Returns what a tagger took; a model costs the same in each of its conventions."""
        names = (tagger, tagger.rpartition("@")[0])
        return next((c for name in names for c in self.all if c.tagger == name), None)

    def relative_speed(self, tagger: str) -> float:
        """Returns the ratio to the library in the same rounds; runs compare in nothing else."""
        cost = self.cost_of(tagger)
        return cost.single_ratio.median if cost else 0.0

    def tokens_per_second(self, tagger: str, identity: str) -> float | None:
        """Returns the rate of one text a call, of a tagger of just this identity."""
        for record in self.records:
            if record.key.get(tagger) == identity:
                for cost in record.result.costs:
                    if cost.tagger == tagger:
                        return cost.single.median
        return None


PART = Part(Speed, "Speed and memory", run, Costs)
