"""The base form of a name is its nominative, in the number that it has in the text.

Each agreeing word has options in each slot (`lexicon`), and its sentence says how likely each slot
is (`context`). The base form is the likeliest over all slots. The slots of all phrases are weighed
at once, by arrays.
"""

from collections.abc import Collection, Mapping, Sequence
from typing import NamedTuple

import numpy as np

from ner_service.names.lexicon import Lexicon, Options
from ner_service.names.odds import ENDS_IN_A_CONSONANT
from ner_service.names.phrases import Phrase
from ner_service.names.slots import GENDERS, NOMINATIVE, SLOTS, Slot
from ner_service.names.words import Floats

Bases = tuple[str | None, ...]  # for each word of a phrase; `None` stays as it is
Places = list[int]  # in `SLOTS`, one for each slot of the first group
STAYS = (None,) * len(SLOTS)  # of a word that does not decline
DOUBT = 7.0  # log odds at most by which the sentence bars a slot, as it misleads about all words
FAR = 6.0  # log odds below the best of what need not be counted
BARRED = -8.0  # log odds of a slot in which an adjective does not agree with its street
ALONE = -7.0  # log odds of another case than the nominative in a cell; the net doubts less
SURE = 0.98  # the probability of a form that other names may rely on
JOINED = 2.0  # log odds of the case of the name before, behind `и`
JOINED_NOMINATIVE = 1.2  # of the nominative, which a woman's name may have in every case
APART = -1.5  # log odds that a name behind `остров` or the like keeps its nominative


class Solution(NamedTuple):
    """A solution has the lower-case base forms of a phrase's words, and their probability.

    `slot` is the likeliest of the phrase's first group.
    """

    bases: Bases
    chance: float
    slot: Slot


def solve(
    phrases: Sequence[Phrase],
    lexicon: Lexicon,
    supports: Sequence[Mapping[str, float]] = (),
    preferred: Collection[str] = (),
) -> list[list[Solution]]:
    """Return the solutions of each phrase, the likeliest first; none where nothing declines.

    `supports` have, for each phrase, what else weighs for a base form, as log odds. A base form
    that is `preferred` stands before another one of the same form, case and gender.
    """
    options = [
        {n: lexicon.options(phrase.words[n].lower, phrase.of) for n in phrase.declined}
        for phrase in phrases
    ]
    if preferred:
        options = [
            {n: option.prefer(preferred) for n, option in inside.items()} for inside in options
        ]
    odds = _odds_of_groups(phrases, options, supports)
    _weigh_surroundings(phrases, odds)
    tails = _add_tails(phrases, options, odds)
    likely = _likely_slots(odds)
    solved, at = [], 0
    for phrase, inside, further in zip(phrases, options, tails, strict=True):
        solved.append(_rank(phrase, inside, further, likely[at], lexicon) if phrase.groups else [])
        at += len(phrase.groups)
    return solved


def odds_beside(phrase: Phrase, solutions: Sequence[Solution]) -> Floats | None:
    """Return what a name says of the slots of the next, which `и` joins, if its own form is sure.

    A form is sure that has another base form, or is a man's nominative; genitives and accusatives
    of persons are alike.
    """
    best = solutions[0] if solutions else None
    if best is None or best.chance <= SURE:
        return None
    pairs = zip(phrase.words, best.bases, strict=True)
    is_same = not any(base and base != word.lower for word, base in pairs)
    if is_same and not _is_nominative(phrase, best):
        return None
    cases = {"Gen", "Acc"} if best.slot.case in ("Gen", "Acc") else {best.slot.case}
    weight = JOINED_NOMINATIVE if is_same else JOINED
    return np.array([weight * (slot.case in cases) for slot in SLOTS], np.float32)


def _is_nominative(phrase: Phrase, solution: Solution) -> bool:
    """Say whether a base form is hardly another case: a man's in a consonant."""
    if solution.slot != Slot("Nom", "Masc") or phrase.of != "people":
        return False
    return all(ENDS_IN_A_CONSONANT.search(phrase.words[n].lower) for n in phrase.declined)


def _odds_of_groups(
    phrases: Sequence[Phrase],
    options: Sequence[Mapping[int, Options]],
    supports: Sequence[Mapping[str, float]],
) -> Floats:
    """Return the log odds of each slot, summed over the words of each group: groups x slots."""
    sizes = [len(group) for phrase in phrases for group in phrase.groups]
    if not sizes:
        return np.empty((0, len(SLOTS)), dtype=np.float32)
    odds = [option.odds for inside in options for option in inside.values()]
    slots = [phrase.words[n].slots for phrase in phrases for n in phrase.declined]
    rows = np.concatenate(odds).reshape(-1, len(SLOTS))  # words x slots
    if supports:
        rows += [
            [support.get(base, 0.0) for base in option.bases]
            for support, inside in zip(supports, options, strict=True)
            for option in inside.values()
        ]
    starts = np.cumsum([0, *sizes[:-1]])
    sums: Floats = np.add.reduceat(rows, starts)
    contexts: Floats = np.add.reduceat(np.concatenate(slots).reshape(-1, len(SLOTS)), starts)
    sums += np.maximum(contexts, contexts.max(1, keepdims=True) - DOUBT)
    return sums


def _weigh_surroundings(phrases: Sequence[Phrase], odds: Floats) -> None:
    """Change the odds of slots by whether a name agrees in them with what is around it."""
    at = 0
    for phrase in phrases:
        if phrase.within and phrase.groups:
            odds[at, [n for n in range(len(SLOTS)) if n not in phrase.within]] += BARRED
        if phrase.is_alone and phrase.groups:
            odds[at, NOMINATIVE.stop :] += ALONE
        if phrase.neighbour is not None:
            odds[at] += phrase.neighbour
        at += len(phrase.groups)


def _add_tails(
    phrases: Sequence[Phrase], options: Sequence[Mapping[int, Options]], odds: Floats
) -> list[list[Places]]:
    """Add the odds of further groups to those of the first, case by case; return their slots."""
    tails: list[list[Places]] = []
    at = 0
    for phrase, inside in zip(phrases, options, strict=True):
        tails.append([])
        for n, group in enumerate(phrase.groups[1:], start=at + 1):
            apart = APART + sum(float(np.max(inside[word].odds[NOMINATIVE])) for word in group)
            values, places = _choose_by_case(odds[n], apart)
            odds[at] += values
            tails[-1].append(places)
        at += len(phrase.groups)
    return tails


def _choose_by_case(odds: Floats, apart: float) -> tuple[Floats, Places]:
    """Return for each slot the best odds of a further group in its case, and the group's slot.

    The slot is -1 where the group had better keep its form, which has the odds `apart`.
    """
    cases = odds.reshape(-1, len(GENDERS))
    values, genders = cases.max(1), cases.argmax(1)
    places = np.where(values > apart, np.arange(len(cases)) * len(GENDERS) + genders, -1)
    spread: Floats = np.repeat(np.maximum(values, apart), len(GENDERS))
    return spread, np.repeat(places, len(GENDERS)).tolist()


def _likely_slots(odds: Floats) -> list[list[tuple[int, float]]]:
    """Return the slots of each group that count, with weights of which the best is 1."""
    likely: list[list[tuple[int, float]]] = [[] for _ in odds]
    gaps = odds - odds.max(1, keepdims=True)
    rows, slots = np.nonzero(gaps > -FAR)
    weights = np.exp(gaps[rows, slots])
    for row, slot, weight in zip(rows.tolist(), slots.tolist(), weights.tolist(), strict=True):
        likely[row].append((slot, weight))
    return likely


def _rank(
    phrase: Phrase,
    options: Mapping[int, Options],
    tails: Sequence[Places],
    likely: Sequence[tuple[int, float]],
    lexicon: Lexicon,
) -> list[Solution]:
    """Return the solutions of a phrase by falling probability."""
    if phrase.of_adjectives:  # as a dictionary has them: masculine, singular
        adjectives = tuple(lexicon.adjective(word.lower) for word in phrase.words)
        return [Solution(adjectives, 1.0, SLOTS[max(likely, key=lambda pair: pair[1])[0]])]
    masses: dict[Bases, float] = {}
    best: dict[Bases, tuple[float, int]] = {}
    columns = _columns(phrase, options, tails)
    if phrase.of_many is not None:
        plurals = columns[phrase.of_many]
        columns[phrase.of_many] = [base and lexicon.singular(base) for base in plurals]
    for slot, weight in likely:
        bases = tuple([column[slot] for column in columns])
        masses[bases] = masses.get(bases, 0.0) + weight
        best[bases] = max(best.get(bases, (0.0, slot)), (weight, slot))
    if len(masses) == 1:
        return [Solution(bases, 1.0, SLOTS[best[bases][1]])]
    whole = sum(masses.values())
    ranked = sorted(masses.items(), key=lambda item: -item[1])
    return [Solution(bases, mass / whole, SLOTS[best[bases][1]]) for bases, mass in ranked]


def _columns(
    phrase: Phrase, options: Mapping[int, Options], tails: Sequence[Places]
) -> list[Sequence[str | None]]:
    """Return the base forms of each word, by the slot of the first group: words x slots."""
    columns: list[Sequence[str | None]] = [STAYS] * len(phrase.words)
    for n in phrase.groups[0]:
        columns[n] = options[n].bases
    for group, places in zip(phrase.groups[1:], tails, strict=True):
        for n in group:
            bases = options[n].bases
            columns[n] = [bases[place] if place >= 0 else None for place in places]
    return columns
