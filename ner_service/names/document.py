"""A document is evidence: other mentions decide what one mention of a name leaves open."""

import math
from collections import Counter
from collections.abc import Mapping, Sequence, Set

from ner_service.names.lexicon import Lexicon
from ner_service.names.normal_form import SURE, Solution, solve
from ner_service.names.phrases import Phrase

WEIGHT, SCALE, MOST = 1.5, 3.0, 4.0  # log odds: WEIGHT * log(1 + SCALE * mentions), at most MOST
FULL = 3  # mentions of a part that a mention of the whole name is worth
RARE = 2  # mentions of a base form at most that gives way to another
Counts = dict[str, float]


def solve_again(
    phrases: Sequence[Phrase], solved: Sequence[list[Solution]], lexicon: Lexicon
) -> list[list[Solution]]:
    """Return the solutions of a document's phrases, where the bases of the others weigh too."""
    unsure = [n for n, solutions in enumerate(solved) if solutions and solutions[0].chance <= SURE]
    preferred, lonely = _find_rivals(phrases, solved, lexicon)
    unsure = sorted({*unsure, *lonely})
    if not unsure:
        return list(solved)
    counts = [_count_bases(solutions) for solutions in solved]
    total: Counts = {}
    for count in counts:
        for base, mentions in count.items():
            total[base] = total.get(base, 0.0) + mentions
    supports = [_supports(total, counts[n]) for n in unsure]
    again = solve([phrases[n] for n in unsure], lexicon, supports, preferred)
    answers = list(solved)
    for n, solutions in zip(unsure, again, strict=True):
        answers[n] = solutions
    return answers


def _find_rivals(
    phrases: Sequence[Phrase], solved: Sequence[list[Solution]], lexicon: Lexicon
) -> tuple[Set[str], Set[int]]:
    """Return base forms of others that are rivals of a rarer one, and the phrases that have that.

    `о Швабе` is of `Швабе`, unless `Шваб` is mentioned.
    """
    found = [
        (n, some[0].bases[word], rivals)
        for n, (phrase, some) in enumerate(zip(phrases, solved, strict=True))
        if some
        for word in phrase.declined
        if (rivals := lexicon.options(phrase.words[word].lower, phrase.of).rivals)
    ]
    if not found:
        return set(), set()
    counts: Counter[str] = Counter()
    weights: Counter[str] = Counter()  # a full name says more than a part of it
    for some in solved:
        if some:
            bases = [base for base in some[0].bases if base]
            counts.update(bases)
            weights.update(bases if len(bases) == 1 else bases * FULL)
    preferred = {
        rival.base
        for _, base, rivals in found
        if base and counts[base] <= RARE
        for rival in rivals
        if weights[rival.base] > weights[base]
    }
    lonely = {
        n
        for n, base, rivals in found
        if base not in preferred and any(rival.base in preferred for rival in rivals)
    }
    return preferred, lonely


def _count_bases(solutions: Sequence[Solution]) -> Counts:
    """Return how many words of a phrase have each base form, as an expectation."""
    counts: Counts = {}
    for solution in solutions:
        for base in solution.bases:
            if base:
                counts[base] = counts.get(base, 0.0) + solution.chance
    return counts


def _supports(total: Mapping[str, float], own: Mapping[str, float]) -> dict[str, float]:
    """Return what other phrases weigh for each base form of a phrase, as log odds."""
    return {
        base: min(MOST, WEIGHT * math.log1p(SCALE * max(0.0, total[base] - count)))
        for base, count in own.items()
    }
