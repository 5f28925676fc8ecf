"""What is to be measured, and the measuring of it, part by part."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from hashlib import sha256
from importlib.metadata import version
from importlib.util import find_spec
from pathlib import Path

from tqdm import tqdm

from ner_service.benchmark.parts import batching, quality, robustness, speed
from ner_service.benchmark.parts import http as http_load
from ner_service.benchmark.processes import natasha_library as library
from ner_service.benchmark.processes.cutters import CUTTERS
from ner_service.benchmark.results import (
    Batching,
    Growth,
    Http,
    Quality,
    Robustness,
    SelfCheck,
    Speed,
    Store,
)
from ner_service.benchmark.texts import Corpus, Prose, here, load_corpora, load_corpus, load_prose
from ner_service.corpora.public.catalogue import OWN
from ner_service.errors import MissingExtra
from ner_service.taggers.registry import load_tagger, shipped_specs
from ner_service.types import Tagger


@dataclass(frozen=True)
class Plan:
    """The taggers and corpora of a run, and how thorough it is."""

    taggers: Sequence[str]
    corpora: Sequence[str]
    mapping: Mapping[str, str]
    root: Path | None
    store: Store
    quick: bool

    @cached_property
    def loaded(self) -> dict[str, Tagger]:
        bar = tqdm(self.taggers, desc="loading", unit="tagger", leave=False, disable=None)
        return {spec: load_tagger(spec) for spec in bar}

    @cached_property
    def texts(self) -> list[Corpus]:
        return load_corpora(self.corpora, self.root, self.mapping)

    @cached_property
    def prose(self) -> Prose:
        return load_prose(self.root, self.store.seed)

    def identity(self, spec: str) -> str:
        """What makes a tagger another one: its weights, its version."""
        info = self.loaded[spec].info
        return f"{info.version} {(info.hash or '')[:16]}".strip()

    def settings(self) -> dict[str, str]:
        """What shortens a measurement, and so makes it another one."""
        return {"quick": str(self.quick), "texts": self.prose.hash}


def run_quality(plan: Plan) -> None:
    """Every tagger on every corpus, after the check of the harness."""
    own = load_corpus(OWN.name, plan.root, {})
    adapter = load_tagger("natasha")
    pairs = plan_pairs(plan, [*in_conventions(plan)])
    with tqdm(total=1 + len(pairs), desc="quality", disable=None) as bar:
        seen = {"corpus": own.hash, "tagger": f"{adapter.info.version} {adapter.info.hash}"}
        seen["factrueval"] = str(all(here(part, plan.root) for part in quality.FACTRUEVAL))
        plan.store.measure(
            SelfCheck,
            "natasha",
            seen,
            lambda: quality.check(adapter, library.load(), own, plan.root),
        )
        bar.update()
        for corpus, spec in pairs:
            bar.set_postfix_str(f"{spec} on {corpus.name}")
            key = {"corpus": corpus.hash, "tagger": plan.identity(spec)}
            plan.store.measure(Quality, f"{corpus.name}--{spec}", key, _quality(plan, corpus, spec))
            bar.update()


def in_conventions(plan: Plan) -> Iterator[str]:
    """The taggers, and models of ours in those other conventions that corpora here are named by."""
    for spec in plan.taggers:
        yield spec
        first, *others = plan.loaded[spec].info.conventions or ("",)
        for convention in others:
            other = f"{spec.removesuffix(f'@{first}')}@{convention}"
            named = any(corpus.name.startswith(f"{convention}_") for corpus in plan.texts)
            if named and other not in plan.taggers:
                plan.loaded[other] = load_tagger(other)
                yield other


def _quality(plan: Plan, corpus: Corpus, spec: str) -> Callable[[], Quality]:
    tagger = plan.loaded[spec]
    return lambda: quality.measure(corpus, spec, tagger, plan.mapping, plan.store.seed)


def run_robustness(plan: Plan) -> None:
    """Every tagger on every corpus, disturbed."""
    pairs = plan_pairs(plan, plan.taggers)
    with tqdm(total=len(pairs), desc="robustness", disable=None) as bar:
        for corpus, spec in pairs:
            bar.set_postfix_str(f"{spec} on {corpus.name}")
            key = {"corpus": corpus.hash, "tagger": plan.identity(spec)}
            name = f"{corpus.name}--{spec}"
            plan.store.measure(Robustness, name, key, _robustness(plan, corpus, spec))
            bar.update()


def _robustness(plan: Plan, corpus: Corpus, spec: str) -> Callable[[], Robustness]:
    tagger = plan.loaded[spec]
    return lambda: robustness.measure(corpus, spec, tagger, plan.mapping, plan.store.seed)


def plan_pairs(plan: Plan, specs: Sequence[str]) -> list[tuple[Corpus, str]]:
    """Each corpus with each of these taggers."""
    return [(corpus, spec) for corpus in plan.texts for spec in specs]


def run_speed(plan: Plan) -> None:
    """All taggers in the same rounds, then the growth of each."""
    rounds = 3 if plan.quick or plan.prose.ours else 7
    longest = 100_000 if plan.quick else 1_000_000
    steps = sum(n <= longest for n in speed.LENGTHS) + len(speed.BATCHES)
    total = rounds * (1 + len(plan.taggers) + len(CUTTERS)) + steps * len(plan.taggers)
    identities = {spec: plan.identity(spec) for spec in plan.taggers}
    with tqdm(total=total, desc="speed", disable=None) as bar:
        plan.store.measure(
            Speed,
            _together(plan.taggers),
            {**plan.settings(), **identities, "razdel": version("razdel")},
            lambda: speed.measure(plan.taggers, plan.prose, rounds, ticker(bar)),
        )
        for spec in plan.taggers:
            key = {**plan.settings(), "tagger": identities[spec]}
            plan.store.measure(Growth, spec, key, _growth(plan, spec, longest, ticker(bar)))


def _together(taggers: Sequence[str]) -> str:
    """The name of a run in which these took turns; runs of others stay beside it."""
    if set(taggers) == set(shipped_specs()):
        return "all"
    return sha256(" ".join(sorted(taggers)).encode()).hexdigest()[:12]


def _growth(plan: Plan, spec: str, longest: int, tick: speed.Tick) -> Callable[[], Growth]:
    return lambda: speed.grow(spec, plan.prose, longest, tick)


QUICK_GRID = {1_000: (1, 16)}
ROUGH_GRID = {1_000: (1, 16, 64), 200: (16,), 10_000: (16,)}  # on our own few texts
BATCHING_S = 1.2
GRID = {1_000: (1, 4, 16, 64), 200: (1, 16), 10_000: (1, 16)}


def run_http(plan: Plan) -> None:
    """The service with each tagger, and what it stands beside, under load; what batches bring."""
    if not find_spec("locust"):  # importing it here would patch this process's sockets
        raise MissingExtra("the load generator locust", "bench")
    grid = QUICK_GRID if plan.quick else ROUGH_GRID if plan.prose.ours else GRID
    seconds, rounds = (1.5, 1) if plan.quick or plan.prose.ours else (2.5, 3)
    servers = http_load.servers(plan.taggers)
    total = len(servers) * sum(map(len, grid.values()))
    total += len(plan.taggers) * len(batching.LENGTHS)
    with tqdm(total=total, desc="http", disable=None) as bar:
        for server in servers:
            key = plan.settings()
            if server.name in plan.taggers:
                key["tagger"] = plan.identity(server.name)
            plan.store.measure(Http, server.name, key, _http(plan, server, grid, seconds, bar))
        for spec in plan.taggers:
            key = {**plan.settings(), "tagger": plan.identity(spec)}
            plan.store.measure(Batching, spec, key, _batching(plan, spec, rounds, bar))


def _http(
    plan: Plan,
    server: http_load.Server,
    grid: Mapping[int, Sequence[int]],
    seconds: float,
    bar: "tqdm[object]",
) -> Callable[[], Http]:
    return lambda: http_load.measure(server, plan.prose, grid, seconds, ticker(bar))


def _batching(plan: Plan, spec: str, rounds: int, bar: "tqdm[object]") -> Callable[[], Batching]:
    return lambda: batching.measure(spec, plan.prose, rounds, BATCHING_S, ticker(bar))


def ticker(bar: "tqdm[object]") -> speed.Tick:
    """A step of the bar, named."""

    def tick(name: str) -> None:
        bar.set_postfix_str(name)
        bar.update()

    return tick


PARTS: Mapping[str, Callable[[Plan], None]] = {
    "quality": run_quality,
    "robustness": run_robustness,
    "speed": run_speed,
    "http": run_http,
}
