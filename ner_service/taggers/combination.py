"""A combination is several taggers that answer as one, by the rule of its kind."""

from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from hashlib import sha256
from typing import Literal

from ner_service.cores import list_cores
from ner_service.errors import UnknownTagger
from ner_service.taggers.ballots import (
    Candidate,
    count_ballots,
    mean_score,
    resolve_overlaps,
    sources_of,
    support,
    weight_by_label,
)
from ner_service.taggers.evidence import Evidence, evidence_for
from ner_service.taggers.registry import load_tagger
from ner_service.taggers.specs import Combination, parse_combination
from ner_service.types import Counting, Entity, Tagger, TaggerInfo, Tally

Kind = Literal["union", "vote", "intersection"]
Keep = Callable[[Candidate], bool]

SURE = 0.7  # best of 0.6 to 0.9 on nerel_named_dev, ne5_dev, own_kinds_dev and own_news together
SIDE_BY_SIDE_CHARS = 4_000  # take 10 ms and more, and to start the threads takes 0.2 ms


class CombinedTagger:
    """The members tag the same texts, and the rule of the kind decides which spans are kept.

    `union` keeps what a member found, `intersection` what all found, `vote` what members with more
    than half of the weight found, unless it overlaps what one found whose calibrated score is above
    0.7, which is kept in any case; with a least weight, what members of that weight found. Members
    that do not know a label have no vote on it.
    """

    def __init__(self, kind: Kind, combination: Combination, taggers: Sequence[Tagger]) -> None:
        self._taggers = taggers
        self._specs = [member.spec for member in combination.members]
        self._weights = [member.weight for member in combination.members]
        infos = [tagger.info for tagger in taggers]
        self._total = sum(self._weights)
        self._totals = weight_by_label([info.labels for info in infos], self._weights)
        self._calibrated = [info.score_kind == "calibrated" for info in infos]
        self._keep = self._rule_of(kind, combination.least)
        self._heeds_scores = kind == "vote" and combination.least is None
        self._evidence: Evidence | None = evidence_for(infos)
        facts = [kind, combination.least, self._weights, [(i.hash, i.version) for i in infos]]
        self.info = TaggerInfo(
            name=kind,
            version=" + ".join(f"{info.name} {info.version}" for info in infos),
            languages=tuple(dict.fromkeys(x for info in infos for x in info.languages)),
            labels=tuple(dict.fromkeys(x for info in infos for x in info.labels)),
            score_kind="calibrated" if self._evidence and any(self._calibrated) else "raw",
            hash=sha256(repr(facts).encode()).hexdigest(),
        )

    @property
    def tally(self) -> Tally:
        """Return what the members counted, together."""
        tally = Tally()
        for tagger in self._taggers:
            if isinstance(tagger, Counting):
                tally = tally.plus(tagger.tally)
        return tally

    def tag(self, texts: Sequence[str]) -> list[list[Entity]]:
        answers = self._ask(texts)
        return [self._combine(ballots) for ballots in zip(*answers, strict=True)]

    def _ask(self, texts: Sequence[str]) -> list[list[list[Entity]]]:
        """Return the answers of each member; they work side by side where cores and texts allow.

        The threads end with the call, so a process that forks between calls takes none along.
        """
        workers = min(len(self._taggers), len(list_cores()))
        if workers == 1 or sum(map(len, texts)) < SIDE_BY_SIDE_CHARS:
            return [tagger.tag(texts) for tagger in self._taggers]
        with ThreadPoolExecutor(workers) as threads:
            return list(threads.map(lambda tagger: tagger.tag(texts), self._taggers))

    def _combine(self, ballots: Sequence[Sequence[Entity]]) -> list[Entity]:
        candidates = count_ballots(ballots)
        kept = resolve_overlaps([*filter(self._keep, candidates)], self._weights, self._goes_first)
        scores = (self._score(candidate, ballots) for candidate in kept)
        return [
            Entity(*candidate.span, score, sources=sources_of(candidate, self._specs))
            for candidate, score in zip(kept, scores, strict=True)
        ]

    def _score(self, candidate: Candidate, ballots: Sequence[Sequence[Entity]]) -> float:
        if self._evidence:
            return self._evidence.score(candidate, ballots)
        return mean_score(candidate, self._weights, self._total_of(candidate))

    def _total_of(self, candidate: Candidate) -> float:
        """Return the weight of the members that know a candidate's label."""
        return self._totals.get(candidate.span[2], self._total)

    def _rule_of(self, kind: Kind, least: float | None) -> Keep:
        """Return what says of a candidate whether it is kept."""
        if kind == "union":
            return lambda candidate: True
        if kind == "intersection":
            return lambda candidate: support(candidate, self._weights) >= self._total_of(candidate)
        if least is not None:
            return lambda candidate: support(candidate, self._weights) >= least
        return self._has_majority

    def _has_majority(self, candidate: Candidate) -> bool:
        total = self._total_of(candidate)
        return 2 * support(candidate, self._weights) > total or self._goes_first(candidate)

    def _goes_first(self, candidate: Candidate) -> bool:
        """Return whether the vote heeds a member that is sure of a candidate."""
        return self._heeds_scores and any(
            self._calibrated[member] and (entity.score or 0) > SURE
            for member, entity in zip(candidate.finders, candidate.entities, strict=True)
        )


def load_combination(kind: Kind, source: str) -> CombinedTagger:
    """Load all members of a combination; raises as `load_tagger` does of each."""
    combination = parse_combination(source)
    if combination.least is not None and kind != "vote":
        raise UnknownTagger(
            f"{kind}:{source}: a least weight before / is for vote alone: leave it out"
        )
    taggers = [load_tagger(member.spec) for member in combination.members]
    return CombinedTagger(kind, combination, taggers)
