"""Augmentation: training units changed as careless writers would: case, marks, lines, signs."""

from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np

from ner_service.text.spacing import LINE, SIGN, SPACE
from ner_service.training.config import Augmentation
from ner_service.training.data.batches import Bools, EncodedUnit, Ints, Lexicon

WRAPPED = 0.6  # of the units whose spacing changes; the rest get signs
MARGINS = 5, 15  # tokens of a line, the second not included
SIGNS = 0.1  # share of spaces that become signs


@dataclass(frozen=True, slots=True)
class Augmenter:
    """Changes random units of a batch by the rates of the configuration."""

    rates: Augmentation
    forms: Ints  # 2 x words: the ids of each word in lower and in upper case
    is_mark: Bools  # words: true for punctuation
    is_inner: Bools  # tags: true where the token may go, as no entity begins or ends there

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
                replace(unit, spacings=_change_spacings(unit.spacings, random)) if change else unit
                for unit, change in zip(batch, chosen, strict=True)
            ]
        if self.rates.case:
            cases = random.integers(len(self.forms), size=len(batch))
            chosen = random.random(len(batch)) < self.rates.case
            batch = [
                replace(unit, words=self.forms[case][unit.words]) if change else unit
                for unit, case, change in zip(batch, cases, chosen, strict=True)
            ]
        return batch

    def _strip_punctuation(self, unit: EncodedUnit) -> EncodedUnit:
        """Return the unit without its punctuation, unless it has nothing else."""
        kept = ~(self.is_mark[unit.words] & self.is_inner[unit.tags])
        if not kept.any():
            return unit
        places = np.flatnonzero(kept)
        firsts = np.concatenate([[0], places[:-1] + 1])  # a mark's spacing goes to what follows it
        spacings = np.maximum.reduceat(unit.spacings[: places[-1] + 1], firsts)
        return replace(unit, words=unit.words[kept], spacings=spacings, tags=unit.tags[kept])


def _change_spacings(spacings: Ints, random: np.random.Generator) -> Ints:
    """Return spacings with line ends at a margin, or with signs, in place of some spaces."""
    is_space = spacings == SPACE
    if random.random() < WRAPPED:
        width = random.integers(*MARGINS)  # tokens
        places = is_space & (np.arange(len(spacings)) % width == width - 1)
        return np.where(places, LINE, spacings).astype(np.int32)
    places = is_space & (random.random(len(spacings)) < SIGNS)
    return np.where(places, SIGN, spacings).astype(np.int32)


def make_augmenter(rates: Augmentation, lexicon: Lexicon, tags: Sequence[str]) -> Augmenter | None:
    """Return an augmenter if the rates ask for one; words in other cases join the lexicon."""
    if not (rates.case or rates.punctuation or rates.spacing):
        return None
    words = list(lexicon.words) if rates.case else []
    forms = [[lexicon.id(change(word)) for word in words] for change in (str.lower, str.upper)]
    return Augmenter(
        rates,
        forms=np.array(forms, dtype=np.int32),
        is_mark=np.array([not any(map(str.isalnum, word)) for word in lexicon.words]),
        is_inner=np.array([tag[0] in "OI" for tag in tags]),
    )
