"""Voting rules decide which of the spans that several taggers found a combination keeps."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import NamedTuple, Protocol

from ner_service.taggers.ballots import (
    Ballots,
    Candidate,
    count_ballots,
    resolve_overlaps,
)
from ner_service.taggers.voters import Voters
from ner_service.types import Span

# How far a vote for a span, or for something else there, moves its probability: the highest mean F1
# over nerel_named_dev, ne5_dev, own_kinds_dev and own_news (.9168) with which a vote of the shipped
# taggers is not below `bilstm` on any of them; 0.2 and 0.12 have .9190, but lose on NEREL.
FOR, AGAINST = 0.08, 0.08
HALF = 0.5 + 1e-9  # weights such as 0.1 add up to a little more or less


class VotingRule(Protocol):
    """A voting rule chooses among the spans that members found in a text."""

    def choose(self, text: str, ballots: Ballots) -> list[Candidate]:
        """Return sorted candidates of which no two overlap."""
        ...


@dataclass(frozen=True)
class LeastWeight:
    """A candidate stays if members with a least weight found it; it may depend on the label."""

    voters: Voters
    least: Callable[[str], float]

    def choose(self, text: str, ballots: Ballots) -> list[Candidate]:
        support = self.voters.support
        found = [c for c in count_ballots(ballots) if support(c) >= self.least(c.span[2])]
        return resolve_overlaps(found, support)


class Opinion(NamedTuple):
    """An opinion is the probability that a member with calibrated scores gives to a span."""

    member: int
    probability: float


@dataclass(frozen=True)
class Majority:
    """A candidate stays if it is more likely right than wrong, by the opinion of one member.

    The calibrated score of the surest finder is its probability; each other finder adds to it, and
    who found something else there takes from it. What others agree on with more than half of the
    weight has the probability that a member with calibrated scores gives when asked, and is kept
    without ado where there is no such member.
    """

    voters: Voters

    def choose(self, text: str, ballots: Ballots) -> list[Candidate]:
        candidates = count_ballots(ballots)
        opinions = self._opinions(text, candidates)
        strengths = {c.span: self._strength(c, opinions.get(c.span), ballots) for c in candidates}
        likely = [c for c in candidates if strengths[c.span] > HALF]
        return resolve_overlaps(likely, lambda candidate: strengths[candidate.span])

    def _strength(self, candidate: Candidate, opinion: Opinion | None, ballots: Ballots) -> float:
        """Return the probability of a candidate, or its share of the votes without an opinion."""
        support = self.voters.support(candidate)
        if opinion is None:
            return support / self.voters.total(candidate.span[2])
        weight = self.voters.weights[opinion.member]
        against = self.voters.opposition(candidate, ballots)
        if opinion.member in candidate.finders:
            support -= weight
        return opinion.probability + (FOR * support - AGAINST * against) / weight

    def _opinions(self, text: str, candidates: Sequence[Candidate]) -> dict[Span, Opinion]:
        """Return the opinion on each candidate with a calibrated score, or with a majority."""
        opinions = {c.span: o for c in candidates if (o := self._opinion_of_finders(c))}
        questions = self._questions([c for c in candidates if c.span not in opinions])
        for member, spans in questions.items():
            scores = self.voters.ask(member, text, spans)
            for span, score in zip(spans, scores, strict=True):
                opinions[span] = _surer(Opinion(member, score), opinions.get(span))
        return opinions

    def _questions(self, candidates: Sequence[Candidate]) -> dict[int, list[Span]]:
        """Return the spans of a majority that each member with calibrated scores is asked about."""
        questions: dict[int, list[Span]] = {}
        for candidate in candidates:
            label = candidate.span[2]
            if self.voters.support(candidate) > HALF * self.voters.total(label):
                for member in self.voters.judges(label):
                    questions.setdefault(member, []).append(candidate.span)
        return questions

    def _opinion_of_finders(self, candidate: Candidate) -> Opinion | None:
        opinion = None
        for member, entity in zip(candidate.finders, candidate.entities, strict=True):
            if self.voters.calibrated[member] and entity.score is not None:
                opinion = _surer(Opinion(member, entity.score), opinion)
        return opinion


def _surer(opinion: Opinion, other: Opinion | None) -> Opinion:
    return other if other and other.probability >= opinion.probability else opinion
