"""What the results say together: by corpus, by tagger, and who is to be recommended."""

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property

import numpy as np

from ner_service.benchmark.machine import Machine
from ner_service.benchmark.results import (
    Batching,
    Cost,
    Cutting,
    Growth,
    Http,
    Quality,
    R,
    Record,
    Robustness,
    SelfCheck,
    Speed,
    Step,
    Store,
)
from ner_service.benchmark.texts import HEADLINE
from ner_service.scoring.significance import p_value

EMPTY, INSTANT, PLAIN = "empty", "instant", "plain"  # what stands beside the taggers
CHARS = 1_000  # the length of text by which servers are compared
CHANCE = 0.05  # differences that are likelier than this by chance are not told apart


@dataclass(frozen=True)
class Against:
    """A tagger beside the most accurate one on the same corpus; `p` is `None` for that one."""

    quality: Quality
    p: float | None

    @property
    def level(self) -> bool:
        """Not told apart from the most accurate."""
        return self.p is None or self.p >= CHANCE

    @property
    def chance(self) -> str:
        """The p value as it is read."""
        if self.p is None:
            return "–"
        return "< 0.001" if self.p < 0.001 else f"{self.p:.3f}"


@dataclass(frozen=True)
class Findings:
    """All results of a folder."""

    store: Store

    def _results(self, kind: type[R]) -> list[R]:
        return [record.result for record in self.store.all(kind)]

    @cached_property
    def _annotated(self) -> list[Record[Quality] | Record[Robustness]]:
        return [*self.store.all(Quality), *self.store.all(Robustness)]

    @cached_property
    def _newest(self) -> dict[str, str | None]:
        """The file and mapping that each corpus was last measured with."""
        found = sorted(self._annotated, key=lambda record: record.created)
        return {record.result.corpus: record.key.get("corpus") for record in found}

    def _is_current(self, record: Record[Quality] | Record[Robustness]) -> bool:
        return record.key.get("corpus") == self._newest[record.result.corpus]

    @cached_property
    def current(self) -> list[Record[Quality]]:
        """Those on the corpora as they were last measured on; no others compare."""
        return [record for record in self.store.all(Quality) if self._is_current(record)]

    @cached_property
    def qualities(self) -> list[Quality]:
        return [record.result for record in self.current]

    @cached_property
    def robustness(self) -> list[Robustness]:
        return [r.result for r in self.store.all(Robustness) if self._is_current(r)]

    @cached_property
    def stale(self) -> list[tuple[str, str, str]]:
        """Kind, tagger and corpus of what was measured on a corpus that has changed since."""
        left = [r for r in self._annotated if not self._is_current(r)]
        return [(r.kind, r.result.tagger, r.result.corpus) for r in left]

    @cached_property
    def timings(self) -> list[Record[Speed]]:
        """The runs of timing, the newest first."""
        return sorted(self.store.all(Speed), key=lambda record: record.created, reverse=True)

    @property
    def speed(self) -> Speed | None:
        return self.timings[0].result if self.timings else None

    @cached_property
    def growth(self) -> list[Growth]:
        return sorted(self._results(Growth), key=lambda g: self._place(g.tagger))

    @cached_property
    def http(self) -> list[Http]:
        found = self._results(Http)
        rank = {EMPTY: 0, INSTANT: 1, PLAIN: 3}
        return sorted(found, key=lambda h: (rank.get(h.server, 2), self._place(h.server)))

    @cached_property
    def batching(self) -> list[Batching]:
        return sorted(self._results(Batching), key=lambda b: self._place(b.tagger))

    @property
    def framework(self) -> list[Step]:
        """What the service costs around a tagger that answers at once, by users."""
        steps = [s for h in self.http if h.server == INSTANT for s in h.steps if s.chars == CHARS]
        return sorted(steps, key=lambda s: s.users)

    @cached_property
    def selfcheck(self) -> SelfCheck | None:
        return next(iter(self._results(SelfCheck)), None)

    @cached_property
    def records(self) -> list[Record[Quality] | Record[Speed] | Record[Http]]:
        """The records that tell of a machine."""
        return [*self.store.all(Quality), *self.store.all(Speed), *self.store.all(Http)]

    def costs(self) -> list[Cost]:
        """What each tagger cost when it was last timed, the library that all stand beside first."""
        found: dict[str, Cost] = {}
        for record in self.timings:
            for cost in record.result.costs:
                found.setdefault(cost.tagger, cost)
        return [*found.values()]

    @property
    def timed_apart(self) -> list[str]:
        """Taggers that were not in the newest run of timing."""
        together = [c.tagger for c in self.speed.costs] if self.speed else []
        return [c.tagger for c in self.costs() if c.tagger not in together]

    def cuttings(self) -> list[Cutting]:
        """What it costs to cut texts, and no more."""
        return self.speed.cuttings if self.speed else []

    def cost(self, tagger: str) -> Cost | None:
        """What a tagger cost; a model costs the same in each of its conventions."""
        names = (tagger, tagger.rpartition("@")[0])
        return next((c for name in names for c in self.costs() if c.tagger == name), None)

    @cached_property
    def taggers(self) -> list[str]:
        """Every tagger, in the order in which they were timed, then by name."""
        order = [c.tagger for c in self.costs()[1:]]
        others = {q.tagger for q in self.qualities} | {g.tagger for g in self._results(Growth)}
        others |= {h.server for h in self._results(Http)} - {EMPTY, INSTANT, PLAIN}
        return [*order, *sorted(others - set(order))]

    def _place(self, tagger: str) -> int:
        return self.taggers.index(tagger) if tagger in self.taggers else len(self.taggers)

    @cached_property
    def corpora(self) -> list[str]:
        """The known test sets first, then others, our own last; those with a label to compare."""
        names = {q.corpus: q.ours for q in self.qualities if self._compared[q.corpus]}
        rank = {name: n for n, name in enumerate(HEADLINE)}
        return sorted(names, key=lambda n: (names[n], rank.get(n, len(rank)), n))

    @cached_property
    def _compared(self) -> dict[str, frozenset[str]]:
        """The labels over which taggers compare on each corpus: those that most of them have."""
        found: dict[str, Counter[frozenset[str]]] = {}
        for q in self.qualities:
            found.setdefault(q.corpus, Counter())[frozenset(q.labels)] += bool(q.labels)
        return {
            corpus: max(sets, key=lambda labels: (sets[labels], len(labels), sorted(labels)))
            for corpus, sets in found.items()
        }

    def on(self, corpus: str) -> list[Against]:
        """Taggers over the same labels of a corpus, by F1, each tested against the first."""
        labels = self._compared[corpus]
        found = [q for q in self.qualities if q.corpus == corpus and q.labels.keys() == labels]
        found.sort(key=lambda q: -q.micro.f1)
        return [self.against(found[0], q) for q in found]

    def apart(self, corpus: str) -> list[Quality]:
        """The taggers of other labels, whose F1 is of other entities and does not compare."""
        labels = self._compared[corpus]
        return [q for q in self.qualities if q.corpus == corpus and q.labels.keys() != labels]

    @cached_property
    def incomparable(self) -> list[Quality]:
        """Taggers on corpora no label of which any of them can produce."""
        return [q for q in self.qualities if not self._compared[q.corpus]]

    def against(self, one: Quality, other: Quality) -> Against:
        """The other tagger beside the one, on the same corpus."""
        if one is other:
            return Against(other, None)
        pair = (one.corpus, *sorted([one.tagger, other.tagger]))
        if pair not in self._tested:
            a, b = (np.array(q.by_document, np.int64) for q in (one, other))
            self._tested[pair] = p_value(a, b, self.store.seed)
        return Against(other, self._tested[pair])

    @cached_property
    def _tested(self) -> dict[tuple[str, ...], float]:
        """The p values that were drawn so far, by corpus and pair."""
        return {}

    @cached_property
    def _circumstances(self) -> dict[str, tuple[object, ...]]:
        """What servers must have in common to be compared: settings, machine, versions, commit."""
        return {
            r.result.server: (
                {name: value for name, value in r.key.items() if name != "tagger"},
                r.machine.model_dump(exclude={"load"}),
            )
            for r in self.store.all(Http)
        }

    def beside_plain(self, http: Http, step: Step) -> float | None:
        """Requests a second over the plain wrapper's under the same load and circumstances."""
        if self._circumstances[http.server] != self._circumstances.get(PLAIN):
            return None
        plain = next(h for h in self.http if h.server == PLAIN)
        for other in plain.steps:
            if (other.chars, other.users) == (step.chars, step.users) and other.per_second:
                return step.per_second / other.per_second
        return None

    @property
    def machines(self) -> list[Machine]:
        """One of each machine that was measured on."""
        found = {
            (m.cpu, m.cores, *m.flags, m.memory_gb, m.system, m.python): m
            for m in (record.machine for record in self.records)
        }
        return [*found.values()]

    @property
    def commits(self) -> list[str]:
        """Every commit that was measured, in order of time."""
        found = sorted(self.records, key=lambda record: record.created)
        return [*dict.fromkeys(record.machine.commit or "unknown" for record in found)]

    @property
    def versions(self) -> dict[str, str]:
        """The versions of packages, all that were seen of each."""
        seen: dict[str, dict[str, None]] = {}
        for record in self.records:
            for name, version in record.machine.versions.items():
                seen.setdefault(name, {})[version] = None
        return {name: " and ".join(versions) for name, versions in seen.items()}

    def disturbed(self, corpus: str) -> list[Robustness]:
        found = [r for r in self.robustness if r.corpus == corpus]
        return sorted(found, key=lambda r: self._place(r.tagger))

    def recommended(self, corpus: str) -> str:
        """The fastest of those that are level with the most accurate."""
        level = [a.quality.tagger for a in self.on(corpus) if a.level]
        return max(level, key=self._rate)

    def _rate(self, tagger: str) -> float:
        """How fast, beside the library in the same rounds; runs compare in nothing else."""
        cost = self.cost(tagger)
        return cost.single_ratio.median if cost else 0.0


def f1(value: float | None) -> str:
    """A share as the field writes it: .885."""
    if value is None:
        return "–"
    return f"{value:.3f}".removeprefix("0") if value < 1 else "1.000"


def advice(findings: Findings) -> Sequence[str]:
    """Sentences that answer: which tagger should I use, and what does it cost?"""
    if not findings.corpora:
        return []
    corpus = findings.corpora[0]
    ranked = findings.on(corpus)
    best = ranked[0].quality
    said = [
        f"Most accurate on {named(best)}: {best.tagger}, F1 {best.micro.f1:.3f} "
        f"(95% interval {best.micro.low:.3f} to {best.micro.high:.3f})."
    ]
    for other in ranked[1:]:
        told = "which may be chance" if other.level else "which is more than chance"
        gap = best.micro.f1 - other.quality.micro.f1
        chance = other.chance if other.chance.startswith("<") else f"= {other.chance}"
        said.append(f"{other.quality.tagger}: {gap:.3f} behind it, {told} (p {chance}).")
    said += [
        f"On {named(first)}: {first.tagger}, F1 {first.micro.f1:.3f}."
        for first in (findings.on(name)[0].quality for name in findings.corpora[1:])
    ]
    if findings.costs():
        chosen = findings.recommended(corpus)
        said.insert(
            0,
            f"Use {chosen}, unless you have a reason not to: {_reason(findings, ranked, chosen)}.",
        )
        said += _prices(findings)
    return said


def named(quality: Quality) -> str:
    """A corpus by name, and whose it is."""
    return f"{quality.corpus} (our own corpus)" if quality.ours else quality.corpus


def _reason(findings: Findings, ranked: Sequence[Against], chosen: str) -> str:
    level = [a.quality.tagger for a in ranked if a.level]
    if len(level) == 1:
        return "no other is as accurate"
    untimed = [name for name in level if not findings.cost(name)]
    but = "".join(f"; {name} was not timed" for name in untimed)
    if len(untimed) == len(level):
        return "it is the most accurate" + but
    if ranked[0].quality.tagger == chosen:
        return "it is the most accurate, and none that is level with it is faster" + but
    return "it is the fastest of those that cannot be told apart in accuracy" + but


def _prices(findings: Findings) -> list[str]:
    """Speed and memory, from the fastest to the slowest."""
    costs = sorted(findings.costs()[1:], key=lambda c: -c.single_ratio.median)
    return [
        f"{c.tagger}: {c.single.median:,.0f} tokens a second on one core, one text a call "
        f"({c.single_ratio.median:.1f} times natasha's library), {c.peak_mb:.0f} MB of memory, "
        f"ready in {c.load_s.median:.1f} s."
        for c in costs
    ]
