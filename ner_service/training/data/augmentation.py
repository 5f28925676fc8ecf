"""Augmentation: training units changed as careless writers would: case, marks, lines, signs."""

from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np

from ner_service.engine.usual_case import LEAST_LETTERS, load_usual_case
from ner_service.labels import OUTSIDE
from ner_service.text.spacing import LINE, NOTHING, SIGN, SPACE
from ner_service.training.config import Augmentation
from ner_service.training.data.batches import Bools, EncodedUnit, Ints, Lexicon

WRAPPED, APART = 0.5, 0.2  # of the units whose spacing changes; the rest get signs
LOWER = 0.5  # of the units whose case changes; the rest are in capitals
NAMES_ALONE = 0.1  # of the units in lower case: only their names are, as in careless letters
MARGINS = 5, 15  # tokens of a line, the second not included
SIGNS = 0.1  # share of spaces that become signs
MIXED = 0.2  # of the units in capitals: read as they are, as if others stood beside them


@dataclass(frozen=True, slots=True)
class Augmenter:
    """Changes random units of a batch by the rates of the configuration."""

    rates: Augmentation
    forms: Ints  # 3 x words: the ids of each word in lower, in upper and in its usual case
    letters: Ints  # words: how many letters each has
    stop: int  # the id of the full stop, which tells an initial
    is_mark: Bools  # words: true for punctuation
    is_inner: Bools  # tags: true where the token may go, as no entity begins or ends there
    is_name: Bools  # tags: true in an entity

    def augment(
        self, batch: Sequence[EncodedUnit], random: np.random.Generator
    ) -> Sequence[EncodedUnit]:
        """Return the batch with some units changed."""
        if self.rates.punctuation:
            chosen = random.random(len(batch)) < self.rates.punctuation
            batch = [
                self._strip_punctuation(unit) if change else unit
                for unit, change in zip(batch, chosen, strict=True)
            ]
        if self.rates.spacing:
            chosen = random.random(len(batch)) < self.rates.spacing
            batch = [
                replace(unit, spacings=self._space(unit, random)) if change else unit
                for unit, change in zip(batch, chosen, strict=True)
            ]
        if self.rates.case:
            chosen = random.random(len(batch)) < self.rates.case
            batch = [
                replace(unit, words=self._change_case(unit, random)) if change else unit
                for unit, change in zip(batch, chosen, strict=True)
            ]
        return batch

    def _change_case(self, unit: EncodedUnit, random: np.random.Generator) -> Ints:
        """Return words, or names alone, in lower case, or all in capitals as nets read those."""
        words = unit.words
        lower, upper, usual = self.forms
        changed: Ints
        if random.random() < LOWER:
            is_changed = self.is_name[unit.tags] | (random.random() >= NAMES_ALONE)
            changed = np.where(is_changed, lower[words], words)
        elif self.letters[words].sum() < LEAST_LETTERS or random.random() < MIXED:
            changed = upper[words]
        else:
            is_initial = (self.letters[words] == 1) & (np.append(words[1:], -1) == self.stop)
            changed = np.where(is_initial, upper[words], usual[words])
        return changed

    def _space(self, unit: EncodedUnit, random: np.random.Generator) -> Ints:
        """Return spacings with line ends at a margin, blanks before marks, or signs for spaces."""
        spacings = unit.spacings
        is_space, chance = spacings == SPACE, random.random()
        if chance < APART:
            places = self.is_mark[unit.words] & (spacings == NOTHING)
            return np.where(places, SPACE, spacings).astype(np.int32)
        if chance < APART + WRAPPED:
            width = random.integers(*MARGINS)  # tokens
            places = is_space & (np.arange(len(spacings)) % width == width - 1)
            return np.where(places, LINE, spacings).astype(np.int32)
        places = is_space & (random.random(len(spacings)) < SIGNS)
        return np.where(places, SIGN, spacings).astype(np.int32)

    def _strip_punctuation(self, unit: EncodedUnit) -> EncodedUnit:
        """Return the unit without its punctuation, unless it has nothing else."""
        kept = ~(self.is_mark[unit.words] & self.is_inner[unit.tags])
        if not kept.any():
            return unit
        places = np.flatnonzero(kept)
        firsts = np.concatenate([[0], places[:-1] + 1])  # a mark's spacing goes to what follows it
        spacings = np.maximum.reduceat(unit.spacings[: places[-1] + 1], firsts)
        return replace(unit, words=unit.words[kept], spacings=spacings, tags=unit.tags[kept])


def make_augmenter(
    rates: Augmentation, lexicon: Lexicon, tags: Sequence[str], restores_case: bool = False
) -> Augmenter | None:
    """Return an augmenter if the rates ask for one; words in other cases join the lexicon.

    `restores_case` says whether the net reads capitals in their usual case.
    """
    if not (rates.case or rates.punctuation or rates.spacing):
        return None
    stop = lexicon.id(".")
    words = list(lexicon.words) if rates.case else []
    capitals = [word.upper() for word in words]
    usual = load_usual_case().restore_each(capitals) if restores_case else capitals
    changed = ([word.lower() for word in words], capitals, usual)
    forms = [[*map(lexicon.id, form)] for form in changed]
    return Augmenter(
        rates,
        forms=np.array(forms, dtype=np.int32),
        letters=np.array([sum(map(str.isalpha, word)) for word in lexicon.words], dtype=np.int32),
        stop=stop,
        is_mark=np.array([not any(map(str.isalnum, word)) for word in lexicon.words]),
        is_inner=np.array([tag[0] in "OI" for tag in tags]),
        is_name=np.array([tag != OUTSIDE for tag in tags]),
    )
