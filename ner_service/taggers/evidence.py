"""Evidence for a span is who found it and how sure they are; a fit makes a probability of it.

The probability is a logistic function of a few means over the members, fitted on the candidates
of every combination of the shipped taggers (`python -m benchmarks.combination_fit`). Fitted to
other taggers it would mean nothing, so a combination with any other has no such scores.
"""

import tomllib
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache
from math import exp, log
from pathlib import Path
from typing import TypedDict, cast

from ner_service.taggers.ballots import Ballots, Candidate, overlaps
from ner_service.types import TaggerInfo

FEATURES = (
    "one",  # the constant
    "log_odds",  # of the scores of the finders that have scores, as a mean over all members
    "finders",  # without scores, as a share of all members
    "other_bounds",  # members that found something else there
    "scored_against",  # members with scores that found nothing there
    "others_against",  # members without scores that found nothing there
)
LEAST_ODDS = 0.02  # nearer to 0 or 1 a score counts no more
FIT = Path(__file__).with_name("evidence.toml")


@dataclass(frozen=True)
class Evidence:
    """Evidence is weighed by coefficients, in the order of `FEATURES`; `scored` are the members."""

    coefficients: Sequence[float]
    scored: Sequence[bool]

    def score(self, candidate: Candidate, ballots: Ballots) -> float:
        """Return the probability that a candidate is right, where members gave these ballots."""
        values = features(candidate, ballots, self.scored)
        logit = sum(c * x for c, x in zip(self.coefficients, values, strict=True))
        return 1.0 / (1.0 + exp(-logit))


def features(candidate: Candidate, ballots: Ballots, scored: Sequence[bool]) -> tuple[float, ...]:
    """Return the evidence for a candidate, in the order of `FEATURES`."""
    log_odds = finders = other_bounds = scored_against = others_against = 0.0
    for entity in candidate.entities:
        if entity.score is None:
            finders += 1
        else:
            p = min(max(entity.score, LEAST_ODDS), 1 - LEAST_ODDS)
            log_odds += log(p / (1 - p))
    if len(candidate.finders) < len(ballots):
        for member, entities in enumerate(ballots):
            if member in candidate.finders:
                continue
            if overlaps(candidate, entities):
                other_bounds += 1
            elif scored[member]:
                scored_against += 1
            else:
                others_against += 1
    n = len(ballots)
    return 1.0, log_odds / n, finders / n, other_bounds / n, scored_against / n, others_against / n


def evidence_for(infos: Sequence[TaggerInfo]) -> Evidence | None:
    """Return the fitted evidence of members, or `None` where it was not fitted to one of them."""
    fit = load_fit()
    if not {info.hash for info in infos} <= {*fit["taggers"].values()}:
        return None
    coefficients = [fit["coefficients"][name] for name in FEATURES]
    return Evidence(coefficients, [info.score_kind != "none" for info in infos])


class Fit(TypedDict):
    """A fit names the taggers and corpora that it was made on, by their hashes."""

    taggers: dict[str, str]
    corpora: dict[str, str]
    coefficients: dict[str, float]


@cache
def load_fit() -> Fit:
    """Return the fit that ships."""
    return cast("Fit", tomllib.loads(FIT.read_text("utf-8")))
