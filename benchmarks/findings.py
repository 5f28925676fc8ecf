"""What the results say together: by corpus, by tagger, and who is to be recommended."""

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property

import numpy as np

from ner_service.significance import p_value

from .material import HEADLINE
from .records import (
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
    def qualities(self) -> list[Quality]:
        return self._results(Quality)

    @cached_property
    def robustness(self) -> list[Robustness]:
        return self._results(Robustness)

    @cached_property
    def speed(self) -> Speed | None:
        return next(iter(self._results(Speed)), None)

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
        """What each tagger costs, the library that they are compared with first."""
        return self.speed.costs if self.speed else []

    def cuttings(self) -> list[Cutting]:
        """What it costs to cut texts, and no more."""
        return self.speed.cuttings if self.speed else []

    def cost(self, tagger: str) -> Cost | None:
        return next((c for c in self.costs() if c.tagger == tagger), None)

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
        """The known test sets first, then others, our own last."""
        names = {q.corpus: q.ours for q in self.qualities}
        rank = {name: n for n, name in enumerate(HEADLINE)}
        return sorted(names, key=lambda n: (names[n], rank.get(n, len(rank)), n))

    def on(self, corpus: str) -> list[Against]:
        """The taggers on a corpus, in order of F1, each tested against the first."""
        found = [q for q in self.qualities if q.corpus == corpus]
        found.sort(key=lambda q: -q.micro.f1)
        best = found[0]
        return [Against(best, None), *(self.against(best, q) for q in found[1:])]

    def against(self, one: Quality, other: Quality) -> Against:
        """The other tagger beside the one, on the same corpus."""
        if one is other:
            return Against(other, None)
        a, b = (np.array(q.by_document, np.int64) for q in (one, other))
        return Against(other, p_value(a, b, self.store.seed))

    def beside_plain(self, step: Step) -> float | None:
        """Requests a second over those of the plain wrapper under the same load."""
        for http in self.http:
            for plain in http.steps if http.server == PLAIN else ():
                if (plain.chars, plain.users) == (step.chars, step.users) and plain.per_second:
                    return step.per_second / plain.per_second
        return None

    def disturbed(self, corpus: str) -> list[Robustness]:
        found = [r for r in self.robustness if r.corpus == corpus]
        return sorted(found, key=lambda r: self._place(r.tagger))

    def recommended(self, corpus: str) -> str:
        """The fastest of those that are level with the most accurate."""
        level = [a.quality.tagger for a in self.on(corpus) if a.level]
        return max(level, key=self._rate)

    def _rate(self, tagger: str) -> float:
        cost = self.cost(tagger)
        return cost.single.median if cost else 0.0


def f1(value: float | None) -> str:
    """A share as the field writes it: .885."""
    if value is None:
        return "–"
    return f"{value:.3f}".removeprefix("0") if value < 1 else "1.000"


def advice(findings: Findings) -> Sequence[str]:
    """Sentences that answer: which tagger should I use, and what does it cost?"""
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
        said.insert(0, f"Use {chosen}, unless you have a reason not to: {_reason(ranked, chosen)}.")
        said += _prices(findings)
    return said


def named(quality: Quality) -> str:
    """A corpus by name, and whose it is."""
    return f"{quality.corpus} (our own corpus)" if quality.ours else quality.corpus


def _reason(ranked: Sequence[Against], chosen: str) -> str:
    if sum(a.level for a in ranked) == 1:
        return "no other is as accurate"
    if ranked[0].quality.tagger == chosen:
        return "it is the most accurate, and none that is level with it is faster"
    return "it is the fastest of those that cannot be told apart in accuracy"


def _prices(findings: Findings) -> list[str]:
    """Speed and memory, from the fastest to the slowest."""
    costs = sorted(findings.costs()[1:], key=lambda c: -c.single.median)
    return [
        f"{c.tagger}: {c.single.median:,.0f} tokens a second on one core, one text a call "
        f"({c.single_ratio.median:.1f} times natasha's library), {c.peak_mb:.0f} MB of memory, "
        f"ready in {c.load_s.median:.1f} s."
        for c in costs
    ]
