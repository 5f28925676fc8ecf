"""What the service counts and times, for Prometheus; labels are names of ours, never a client's."""

import os
import resource
import sys
from collections.abc import Mapping
from functools import cache
from pathlib import Path

from prometheus_client import CollectorRegistry, Counter, Gauge, Histogram, generate_latest
from prometheus_client.multiprocess import MultiProcessCollector

from ner_service.service.queue.job import Tagged
from ner_service.service.queue.lane import Lane
from ner_service.service.telemetry.request import Trace
from ner_service.types import Counting, Entity, Tally

FOLDER = "PROMETHEUS_MULTIPROC_DIR"  # where several processes put their numbers together
SECONDS = (0.001, 0.002, 0.005, 0.01, 0.02, 0.05, 0.1, 0.2, 0.5, 1, 2, 5, 10, 30)
TEXTS = (1, 2, 4, 8, 16, 32, 64, 128, 256, 512)


class Metrics:
    """The numbers of one process."""

    def __init__(self) -> None:
        self.registry = registry = CollectorRegistry()

        def counter(name: str, help: str, *labels: str) -> Counter:
            return Counter(f"ner_{name}", help, labels, registry=registry)

        def gauge(name: str, help: str, *labels: str, mode: str = "livesum") -> Gauge:
            return Gauge(
                f"ner_{name}",
                help,
                labels,
                registry=registry,
                multiprocess_mode=mode,  # type: ignore[arg-type]
            )

        def histogram(name: str, help: str, buckets: tuple[float, ...], *labels: str) -> Histogram:
            return Histogram(f"ner_{name}", help, labels, registry=registry, buckets=buckets)

        self._requests = counter("requests", "Requests answered", "route", "status")
        self._errors = counter("errors", "Errors answered, for a request or one text of it", "code")
        self._seconds = histogram("request_seconds", "From request to answer", SECONDS, "route")
        self._queued = histogram("queue_seconds", "Waiting for a batch", SECONDS, "tagger")
        self._tagging = histogram("tagging_seconds", "Being tagged", SECONDS, "tagger")
        self._batch = histogram("batch_texts", "Texts tagged in one go", TEXTS, "tagger")
        self._busy = counter("busy_seconds", "Time spent tagging", "tagger")
        self._texts = counter("texts", "Texts tagged", "tagger")
        self._chars = counter("characters", "Characters tagged", "tagger")
        self._entities = counter("entities", "Entities found", "tagger", "label")
        self._hits = counter("word_cache_hits", "Words whose features were there", "tagger")
        self._misses = counter("word_cache_misses", "Words whose features were computed", "tagger")
        self._tokenise = counter("tokenise_seconds", "Time spent cutting texts", "tagger")
        self._tallied: dict[str, tuple[Counting, Tally]] = {}
        self._queue = gauge("queued_characters", "Admitted and not yet answered", "tagger")
        self._ready = gauge("tagger_ready", "Processes whose tagger answers", "tagger")
        self._restarts = gauge("tagger_restarts", "Times a tagger died in live processes", "tagger")
        self._memory = gauge("resident_memory_bytes", "Memory of a process", mode="liveall")
        # looking up a child costs more than counting with it
        self._of_route = cache(
            lambda route, status: (
                self._requests.labels(route, str(status)),
                self._seconds.labels(route),
            )
        )
        self._of_tagger = cache(
            lambda tagger: (
                self._queued.labels(tagger),
                self._tagging.labels(tagger),
                self._texts.labels(tagger),
                self._chars.labels(tagger),
            )
        )
        self._of_label = cache(self._entities.labels)

    def request(self, route: str, status: int, trace: Trace) -> None:
        """Counts an answered request."""
        requests, seconds = self._of_route(route, status)
        requests.inc()
        seconds.observe(trace.seconds)
        if trace.error:
            self.failed(trace.error)

    def failed(self, code: str) -> None:
        """Counts an error: a request's, or that of one text among several."""
        self._errors.labels(code).inc()

    def tagged(
        self, tagger: str, texts: int, chars: int, result: Tagged, found: Mapping[str, int]
    ) -> None:
        """Counts the texts of a request, and the entities in them by label."""
        queued, tagging, all_texts, all_chars = self._of_tagger(tagger)
        queued.observe(result.queued)
        tagging.observe(result.tagging)
        all_texts.inc(texts)
        all_chars.inc(chars)
        for label, n in found.items():
            self._of_label(tagger, label).inc(n)

    def batch(self, tagger: str, texts: int, cost: int, seconds: float) -> None:
        """Counts a batch."""
        self._batch.labels(tagger).observe(texts)
        self._busy.labels(tagger).inc(seconds)

    def sample(self, lanes: Mapping[str, Lane]) -> None:
        """Looks at what changes by itself."""
        self._memory.set(resident_memory())
        for name, lane in lanes.items():
            if isinstance(lane.tagger, Counting):
                self._add(name, lane.tagger)
            self._queue.labels(name).set(lane.queued)
            self._ready.labels(name).set(lane.ready)
            self._restarts.labels(name).set(lane.restarts)

    def _add(self, name: str, tagger: Counting) -> None:
        """Adds what a tagger has counted since the last look; one loaded anew starts from zero."""
        now = tagger.tally
        before, last = self._tallied.get(name, (tagger, Tally()))
        if before is not tagger:
            last = Tally()
        self._hits.labels(name).inc(now.hits - last.hits)
        self._misses.labels(name).inc(now.misses - last.misses)
        self._tokenise.labels(name).inc(now.tokenise_s - last.tokenise_s)
        self._tallied[name] = tagger, now

    def page(self) -> bytes:
        """The numbers of all processes in Prometheus' text format."""
        registry = self.registry
        if FOLDER in os.environ:
            registry = CollectorRegistry()
            MultiProcessCollector(registry)  # type: ignore[no-untyped-call]
        return generate_latest(registry)


def by_label(entities: list[Entity]) -> dict[str, int]:
    """How many entities there are of each label."""
    found: dict[str, int] = {}
    for entity in entities:
        found[entity.label] = found.get(entity.label, 0) + 1
    return found


def resident_memory() -> int:
    """Bytes of memory that the process holds; its peak where the system has no /proc."""
    statm = Path("/proc/self/statm")
    if statm.exists():
        return int(statm.read_text().split()[1]) * resource.getpagesize()
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    return peak if sys.platform == "darwin" else peak * 1024
