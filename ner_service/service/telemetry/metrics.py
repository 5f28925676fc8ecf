"""Metrics count and time the service for Prometheus; no label holds a client's own words."""

import asyncio
import math
import os
import platform
import resource
import sys
from collections import defaultdict
from collections.abc import Mapping, Sequence
from functools import cache
from pathlib import Path
from typing import Literal

from prometheus_client import CollectorRegistry, Counter, Gauge, Histogram, generate_latest
from prometheus_client.multiprocess import MultiProcessCollector

from ner_service import __version__
from ner_service.errors import Code
from ner_service.service.queue.job import Tagged
from ner_service.service.queue.lane import Lane
from ner_service.types import Counting, Tally

SAMPLE_S = 1.0  # how often queues and memory are looked at
SECONDS = (0.001, 0.002, 0.005, 0.01, 0.02, 0.05, 0.1, 0.2, 0.5, 1, 2, 5, 10, 30)
TEXTS = (1, 2, 4, 8, 16, 32, 64, 128, 256, 512)
Mode = Literal["livesum", "liveall", "max"]

# name -> help, labels; all names begin with `ner_`
COUNTERS: Mapping[str, tuple[str, Sequence[str]]] = {
    "requests": ("Requests answered", ["route", "status"]),
    "errors": ("Errors answered, for a request or one text of it", ["code"]),
    "busy_seconds": ("Time spent tagging", ["tagger"]),
    "texts": ("Texts tagged", ["tagger"]),
    "characters": ("Characters tagged", ["tagger"]),
    "entities": ("Entities found", ["tagger", "label"]),
    "reloads": ("Reloads of taggers and keys, by what came of them", ["outcome"]),
    "word_cache_hits": ("Words whose features were there", ["tagger"]),
    "word_cache_misses": ("Words whose features were computed", ["tagger"]),
    "tokenise_seconds": ("Time spent cutting texts", ["tagger"]),
}
HISTOGRAMS: Mapping[str, tuple[str, Sequence[str], Sequence[float]]] = {  # and upper bounds
    "request_seconds": ("From request to answer", ["route"], SECONDS),
    "queue_seconds": ("Waiting for a batch", ["tagger"], SECONDS),
    "tagging_seconds": ("Being tagged", ["tagger"], SECONDS),
    "batch_texts": ("Texts tagged in one go", ["tagger"], TEXTS),
}
GAUGES: Mapping[str, tuple[str, Sequence[str], Mode]] = {  # and how several processes join them
    "queued_characters": ("Admitted and not yet answered", ["tagger"], "livesum"),
    "tagger_ready": ("Processes whose tagger answers", ["tagger"], "livesum"),
    "tagger_restarts": ("Times a tagger died in live processes", ["tagger"], "livesum"),
    "resident_memory_bytes": ("Memory of a process", [], "liveall"),
    "open_files": ("Files and connections that a process has open", [], "liveall"),
    "most_open_files": ("Files and connections that a process may have open", [], "liveall"),
    "build_info": ("The versions that run; always 1", ["version", "python"], "max"),
}
FROM_ZERO: Mapping[str, Sequence[str]] = {"errors": tuple(Code), "reloads": ("done", "failed")}
TAGGER_GAUGES = [name for name, (_, labels, _) in GAUGES.items() if "tagger" in labels]


class Metrics:
    """Metrics are the numbers of one process; several put theirs together in `folder`."""

    def __init__(self, folder: Path | None = None) -> None:
        self._folder = folder
        self.registry = registry = CollectorRegistry()
        self._counters = {
            name: Counter(f"ner_{name}", help, labels, registry=registry)
            for name, (help, labels) in COUNTERS.items()
        }
        self._histograms = {
            name: Histogram(f"ner_{name}", help, labels, registry=registry, buckets=buckets)
            for name, (help, labels, buckets) in HISTOGRAMS.items()
        }
        self._gauges = {
            name: Gauge(f"ner_{name}", help, labels, registry=registry, multiprocess_mode=mode)
            for name, (help, labels, mode) in GAUGES.items()
        }
        self._sampled: set[str] = set()  # the taggers of the last look
        self._counted: dict[
            tuple[str, int], tuple[Counting, Tally]
        ] = {}  # what taggers had, when last seen
        self._totals: dict[tuple[str, ...], int] = defaultdict(int)  # since the last sample
        # looking up a child by its labels costs more than counting with it
        self._counter = cache(lambda name, *labels: self._counters[name].labels(*labels))
        self._histogram = cache(lambda name, *labels: self._histograms[name].labels(*labels))

    def request(self, route: str, status: int, seconds: float, error: Code | None) -> None:
        """Counts an answered request."""
        self._counter("requests", route, str(status)).inc()
        self._histogram("request_seconds", route).observe(seconds)
        if error:
            self.failed(error)

    def failed(self, code: Code) -> None:
        """Counts an error: a request's, or that of one text among several."""
        self._counter("errors", code).inc()

    def reloaded(self, outcome: Literal["done", "failed"]) -> None:
        """Counts a reload."""
        self._counter("reloads", outcome).inc()

    def tagged(self, tagger: str, texts: int, chars: int, result: Tagged) -> None:
        """Counts the texts of a request, and by their labels the entities in them.

        Texts, characters and entities show after the next sample: prometheus_client takes a
        microsecond for each, a thirtieth of what a small request costs.
        """
        self._histogram("queue_seconds", tagger).observe(result.queued)
        self._histogram("tagging_seconds", tagger).observe(result.tagging)
        totals = self._totals
        totals["texts", tagger] += texts
        totals["characters", tagger] += chars
        for label, entities in result.labels.items():
            totals["entities", tagger, label] += entities

    def batch(self, tagger: str, texts: int, seconds: float) -> None:
        """Counts a batch."""
        self._histogram("batch_texts", tagger).observe(texts)
        self._counter("busy_seconds", tagger).inc(seconds)

    async def keep_sampling(self, lanes: Mapping[str, Lane]) -> None:
        """Keeps the metrics that change by themselves up to date, until it is cancelled."""
        self._begin_at_zero()
        try:
            while True:
                self.sample(lanes)
                await asyncio.sleep(SAMPLE_S)
        finally:
            self.sample(lanes)

    def _begin_at_zero(self) -> None:
        """Shows counters that have not counted yet: Prometheus sees no increase to a first 1."""
        for name, values in FROM_ZERO.items():
            for value in values:
                self._counter(name, value)

    def sample(self, lanes: Mapping[str, Lane]) -> None:
        """Reads the metrics that change by themselves, and passes on what was counted meanwhile."""
        for (metric, *labels), total in self._totals.items():
            self._counter(metric, *labels).inc(total)
        self._totals.clear()
        self._gauges["resident_memory_bytes"].set(resident_memory())
        self._gauges["open_files"].set(open_files())
        self._gauges["most_open_files"].set(resource.getrlimit(resource.RLIMIT_NOFILE)[0])
        self._gauges["build_info"].labels(__version__, platform.python_version()).set(1)
        for name in self._sampled - lanes.keys():
            self._forget(name)
        self._sampled = set(lanes)
        for name, lane in lanes.items():
            for place, tagger in enumerate(lane.worker.taggers):
                if isinstance(tagger, Counting):
                    self._add_tally(name, place, tagger)
            self._gauges["queued_characters"].labels(name).set(lane.queued)
            self._gauges["tagger_ready"].labels(name).set(lane.ready)
            self._gauges["tagger_restarts"].labels(name).set(lane.worker.restarts)

    def _forget(self, name: str) -> None:
        """Shows no state of a tagger that is no longer served.

        Several processes cannot take a number back, but can say that it is none.
        """
        self._counted = {key: value for key, value in self._counted.items() if key[0] != name}
        for gauge in TAGGER_GAUGES:
            self._gauges[gauge].labels(name).set(math.nan)
            if not self._folder:
                self._gauges[gauge].remove(name)

    def _add_tally(self, name: str, place: int, tagger: Counting) -> None:
        """Adds what a tagger has counted since the last look; one loaded anew starts from zero."""
        now = tagger.tally
        before, last = self._counted.get((name, place), (tagger, Tally()))
        if before is not tagger:
            last = Tally()
        self._counter("word_cache_hits", name).inc(now.hits - last.hits)
        self._counter("word_cache_misses", name).inc(now.misses - last.misses)
        self._counter("tokenise_seconds", name).inc(now.tokenise_s - last.tokenise_s)
        self._counted[name, place] = tagger, now

    def page(self) -> bytes:
        """Returns the numbers of all processes in Prometheus' text format."""
        registry = self.registry
        if self._folder:
            registry = CollectorRegistry()
            MultiProcessCollector(registry, str(self._folder))  # type: ignore[no-untyped-call]
        return generate_latest(registry)


def open_files() -> float:
    """Returns how many files the process has open; no number where the system has no /proc."""
    folder = Path("/proc/self/fd")
    return len(os.listdir(folder)) if folder.exists() else math.nan


def resident_memory() -> int:
    """Returns the bytes that the process holds; its peak where the system has no /proc."""
    statm = Path("/proc/self/statm")
    if statm.exists():
        return int(statm.read_text().split()[1]) * resource.getpagesize()
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    return peak if sys.platform == "darwin" else peak * 1024
