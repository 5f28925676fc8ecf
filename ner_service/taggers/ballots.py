"""Ballots are the answers of several taggers to one text, counted span by span."""

from bisect import bisect_left
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from itertools import pairwise

from ner_service.types import Entity, Span

Ballots = Sequence[Sequence[Entity]]  # of each member, sorted and without overlaps


@dataclass(slots=True)
class Candidate:
    """A candidate is a span that some members found; `finders` are their numbers.

    `entities` are theirs, in the same order.
    """

    span: Span
    finders: list[int] = field(default_factory=list)
    entities: list[Entity] = field(default_factory=list)


def count_ballots(ballots: Ballots) -> list[Candidate]:
    """Return a candidate for each span that a ballot has, sorted."""
    candidates: dict[Span, Candidate] = {}
    for member, entities in enumerate(ballots):
        for entity in entities:
            span = entity.start, entity.end, entity.label
            candidate = candidates.get(span)
            if candidate is None:
                candidate = candidates[span] = Candidate(span)
            candidate.finders.append(member)
            candidate.entities.append(entity)
    return [candidates[span] for span in sorted(candidates)]


def support(candidate: Candidate, weights: Sequence[float]) -> float:
    """Return the weight of those who found a candidate."""
    return sum(weights[member] for member in candidate.finders)


def overlaps(candidate: Candidate, entities: Sequence[Entity]) -> bool:
    """Return whether one of sorted entities shares a character with a candidate."""
    start, end, _ = candidate.span
    n = bisect_left(entities, end, key=_start_of)
    return n > 0 and entities[n - 1].end > start


def _start_of(entity: Entity) -> int:
    return entity.start


def mean_score(candidate: Candidate, weights: Sequence[float], total: float) -> float:
    """Return the mean score of a candidate over all members, by weight.

    A member that did not find it counts 0, and one without scores that did counts 1.
    """
    score = 0.0
    for member, entity in zip(candidate.finders, candidate.entities, strict=True):
        score += weights[member] * (1.0 if entity.score is None else entity.score)
    return score / total


def resolve_overlaps(
    candidates: Sequence[Candidate], strength: Callable[[Candidate], float]
) -> list[Candidate]:
    """Return sorted candidates of which no two overlap.

    Of two that do, the stronger stays, then the longer, then the one that begins first, then the
    one whose label comes first in the alphabet.
    """

    def rank(candidate: Candidate) -> tuple[float, int, Span]:
        start, end, _ = candidate.span
        return -strength(candidate), start - end, candidate.span

    if not any(a.span[1] > b.span[0] for a, b in pairwise(candidates)):
        return list(candidates)
    kept: list[Candidate] = []
    starts: list[int] = []
    for candidate in sorted(candidates, key=rank):
        start, end, _ = candidate.span
        n = bisect_left(starts, end)  # those before it begin in front of the candidate's end
        if n == 0 or kept[n - 1].span[1] <= start:
            kept.insert(n, candidate)
            starts.insert(n, start)
    return kept


def sources_of(candidate: Candidate, specs: Sequence[str]) -> tuple[str, ...]:
    """Return the specs of those who found a candidate; a combination names those inside it."""
    sources: dict[str, None] = {}
    for member, entity in zip(candidate.finders, candidate.entities, strict=True):
        sources |= dict.fromkeys(entity.sources or (specs[member],))
    return tuple(sources)


def weight_by_label(
    labels: Iterable[Sequence[str]], weights: Sequence[float]
) -> Mapping[str, float]:
    """Return for each label the weight of the members that know it."""
    totals: dict[str, float] = {}
    for known, weight in zip(labels, weights, strict=True):
        for label in known:
            totals[label] = totals.get(label, 0.0) + weight
    return totals
