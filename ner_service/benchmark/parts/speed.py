"""Throughput, start and memory on one core, and how cost grows.

Every round starts each tagger anew, warms it on some texts, then times it on texts that it has
not seen: replayed texts would flatter whoever keeps a cache. CPU seconds are counted, so what
else the machine does matters less, and taggers take turns, so that what remains falls on all.
"""

import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from statistics import median

from ner_service.benchmark.processes import natasha_library as library
from ner_service.benchmark.processes.cutters import CUTTERS, PAIRS
from ner_service.benchmark.processes.timed_tagger import Worker
from ner_service.benchmark.results import Cost, Cutting, Growth, Speed, Spread
from ner_service.benchmark.texts import Prose
from ner_service.text.tokens import tokenize

WARM, TIMED = 300_000, 100_000  # characters, where there is enough text
LENGTHS = (100, 1_000, 10_000, 100_000, 1_000_000)
BATCHES = (1, 8, 64, 512)
BATCH_CHARS = 300
LEAST_CHARS = 40_000  # timed at each length
Tick = Callable[[str], None]


@dataclass(frozen=True)
class Round:
    """What one fresh process of one tagger gave."""

    bulk: float  # tokens a CPU second
    single: float
    bulk_texts: float
    single_texts: float
    load_s: float
    loaded_mb: float
    peak_mb: float
    disk_mb: float


def measure(specs: Sequence[str], prose: Prose, rounds: int, tick: Tick) -> Speed:
    """Times taggers and cutters in turns; natasha as a library is the measure of taggers."""
    names = [library.NAME, *specs, *CUTTERS]
    found: dict[str, list[Round]] = {name: [] for name in names}
    for number, (warm, bulk, single) in enumerate(_material(prose, rounds)):
        order = names if number % 2 == 0 else names[::-1]
        for name in order:
            tick(f"speed {name}, round {number + 1}")
            found[name].append(_round(name, warm, bulk, single))
    base = found[library.NAME]
    costs = [_cost(name, found[name], base) for name in (library.NAME, *specs)]
    cuttings = [_cutting(what, *(found[name] for name in pair)) for what, pair in PAIRS.items()]
    return Speed(texts=prose.name, ours=prose.ours, rounds=rounds, costs=costs, cuttings=cuttings)


def _material(prose: Prose, rounds: int) -> list[list[list[str]]]:
    """Texts of each round to warm on, for one call, and for calls of one; none in two."""
    if prose.ours:  # so little that every round takes all of it, in processes that start anew
        sizes = [prose.chars // 5, 2 * prose.chars // 5, prose.chars // 3]
        parts = prose.parts(sizes)
        return [[parts[0], *(parts[1:] if n % 2 else parts[:0:-1])] for n in range(rounds)]
    warm, *timed = prose.parts([WARM, *[TIMED] * 2 * rounds])
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
        bulk=spread(bulk),
        single=spread(single),
        bulk_ratio=ratio(bulk, [b.bulk for b in base]),
        single_ratio=ratio(single, [b.single for b in base]),
        bulk_texts=median(r.bulk_texts for r in rounds),
        single_texts=median(r.single_texts for r in rounds),
        load_s=spread([r.load_s for r in rounds]),
        loaded_mb=median(r.loaded_mb for r in rounds),
        peak_mb=max(r.peak_mb for r in rounds),
        disk_mb=rounds[0].disk_mb,
    )


def _cutting(what: str, ours: Sequence[Round], razdel: Sequence[Round]) -> Cutting:
    rates, base = [r.bulk for r in ours], [r.bulk for r in razdel]
    return Cutting(what=what, ours=spread(rates), razdel=spread(base), ratio=ratio(rates, base))


def spread(values: Sequence[float]) -> Spread:
    """Median, least and greatest."""
    return Spread(median=median(values), low=min(values), high=max(values))


def ratio(rates: Sequence[float], base: Sequence[float]) -> Spread:
    """How many times as fast, round by round."""
    return spread([a / b for a, b in zip(rates, base, strict=True)])


def grow(spec: str, prose: Prose, longest: int, tick: Tick) -> Growth:
    """How a tagger's cost grows with the length of a text and with the size of a batch."""
    lengths = [n for n in LENGTHS if n <= longest]
    by_length, by_batch = {}, {}
    at = WARM
    with Worker(spec) as worker:
        worker.time(prose.pieces(WARM, 1)[0])
        for chars in lengths:
            tick(f"growth {spec}, {chars} characters")
            count = max(1, LEAST_CHARS // chars)
            texts, repeated = prose.pieces(chars, count, at)
            at += chars * count
            by_length[chars] = 1e6 * worker.time(texts, batch=1)["cpu"] / (chars * count)
        for batch in BATCHES:
            tick(f"growth {spec}, batches of {batch}")
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


def exponent(by_length: dict[int, float]) -> float:
    """The power of length that the cost of a text follows over the last two lengths."""
    (shorter, before), (longer, after) = sorted(by_length.items())[-2:]
    return 1 + math.log(after / before) / math.log(longer / shorter)
