"""Voters are the members of a combination, with the weights of their votes."""

from collections.abc import Iterator, Sequence

from ner_service.taggers.ballots import Ballots, Candidate, overlaps, support, weight_by_label
from ner_service.types import Span, SpanScorer, Tagger


class Voters:
    """Voters are the members of a combination, with the weights of their votes.

    On a label only those who know it have a vote, and all have one where nobody does.
    """

    def __init__(self, taggers: Sequence[Tagger], weights: Sequence[float]) -> None:
        infos = [tagger.info for tagger in taggers]
        self.taggers, self.weights = taggers, weights
        self.calibrated = [info.score_kind == "calibrated" for info in infos]
        self._labels = [frozenset(info.labels) for info in infos]
        self._totals = weight_by_label([info.labels for info in infos], weights)
        self._total = sum(weights)

    def total(self, label: str) -> float:
        """Return the weight of those with a vote on a label."""
        return self._totals.get(label, self._total)

    def judges(self, label: str) -> Iterator[int]:
        """Yield the members that know a label and have calibrated scores."""
        for member, labels in enumerate(self._labels):
            if self.calibrated[member] and label in labels:
                yield member

    def ask(self, member: int, text: str, spans: Sequence[Span]) -> list[float]:
        """Return the score that a member gives to spans which it did not find; 0 if it has none."""
        tagger = self.taggers[member]
        if isinstance(tagger, SpanScorer):
            return tagger.score_spans(text, spans)
        return [0.0] * len(spans)

    def support(self, candidate: Candidate) -> float:
        """Return the weight of those who found a candidate."""
        return support(candidate, self.weights)

    def opposition(self, candidate: Candidate, ballots: Ballots) -> float:
        """Return the weight of those who found something else where a candidate is."""
        label, finders = candidate.span[2], candidate.finders
        if len(finders) == len(ballots):
            return 0.0
        return sum(
            self.weights[member]
            for member, entities in enumerate(ballots)
            if member not in finders
            and (label in self._labels[member] or label not in self._totals)
            and overlaps(candidate, entities)
        )
