"""A combination is several taggers that answer as one, by the rule of its kind."""

from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from hashlib import sha256
from typing import Literal

from ner_service.cores import list_cores
from ner_service.errors import UnknownTagger
from ner_service.taggers.ballots import Ballots, Candidate, mean_score, sources_of
from ner_service.taggers.evidence import Evidence, evidence_for
from ner_service.taggers.registry import load_tagger
from ner_service.taggers.specs import Combination, parse_combination
from ner_service.taggers.voters import Voters
from ner_service.taggers.voting import LeastWeight, Majority, VotingRule
from ner_service.types import Counting, Entity, Tagger, TaggerInfo, Tally

Kind = Literal["union", "vote", "intersection"]

SIDE_BY_SIDE_CHARS = 4_000  # take 10 ms and more, and to start the threads takes 0.2 ms


class CombinedTagger:
    """The members tag the same texts, and the rule of the kind decides which spans are kept.

    `union` keeps what a member found, `intersection` what all found, `vote` what scores and votes
    make likely (`voting.Majority`); with a least weight, what members of that weight found.
    """

    def __init__(self, kind: Kind, combination: Combination, taggers: Sequence[Tagger]) -> None:
        self._taggers = taggers
        self._specs = [member.spec for member in combination.members]
        self._weights = [member.weight for member in combination.members]
        infos = [tagger.info for tagger in taggers]
        self._voters = Voters(taggers, self._weights)
        self._rule = _rule_of(kind, combination.least, self._voters)
        self._evidence: Evidence | None = evidence_for(infos)
        facts = [kind, combination.least, self._weights, [(i.hash, i.version) for i in infos]]
        self.info = TaggerInfo(
            name=kind,
            version=" + ".join(f"{info.name} {info.version}" for info in infos),
            languages=tuple(dict.fromkeys(x for info in infos for x in info.languages)),
            labels=tuple(dict.fromkeys(x for info in infos for x in info.labels)),
            score_kind="calibrated" if self._evidence and any(self._voters.calibrated) else "raw",
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
        ballots = zip(*answers, strict=True)
        return [self._combine(text, each) for text, each in zip(texts, ballots, strict=True)]

    def _ask(self, texts: Sequence[str]) -> list[list[list[Entity]]]:
        """Return the answers of each member; they work side by side where cores and texts allow.

        The threads end with the call, so a process that forks between calls takes none along.
        """
        workers = min(len(self._taggers), len(list_cores()))
        if workers == 1 or sum(map(len, texts)) < SIDE_BY_SIDE_CHARS:
            return [tagger.tag(texts) for tagger in self._taggers]
        with ThreadPoolExecutor(workers) as threads:
            return list(threads.map(lambda tagger: tagger.tag(texts), self._taggers))

    def _combine(self, text: str, ballots: Ballots) -> list[Entity]:
        return [
            Entity(*c.span, self._score(c, ballots), sources=sources_of(c, self._specs))
            for c in self._rule.choose(text, ballots)
        ]

    def _score(self, candidate: Candidate, ballots: Ballots) -> float:
        if self._evidence:
            return self._evidence.score(candidate, ballots)
        return mean_score(candidate, self._weights, self._voters.total(candidate.span[2]))


def _rule_of(kind: Kind, least: float | None, voters: Voters) -> VotingRule:
    """Return what decides which candidates of a combination are kept."""
    if kind == "union":
        return LeastWeight(voters, lambda label: 0.0)
    if kind == "intersection":
        return LeastWeight(voters, voters.total)
    if least is not None:
        return LeastWeight(voters, lambda label: least)
    return Majority(voters)


def load_combination(kind: Kind, source: str) -> CombinedTagger:
    """Load all members of a combination; raises as `load_tagger` does of each."""
    combination = parse_combination(source)
    if combination.least is not None and kind != "vote":
        raise UnknownTagger(
            f"{kind}:{source}: a least weight before / is for vote alone: leave it out"
        )
    taggers = [load_tagger(member.spec) for member in combination.members]
    return CombinedTagger(kind, combination, taggers)
