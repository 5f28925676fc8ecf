"""Training units as careless hands would have written them: in one case, without punctuation."""

from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np

from ner_service.training.config import Optimisation
from ner_service.training.data.batches import Bools, Ints, Lexicon, Unit


@dataclass(frozen=True, slots=True)
class Noise:
    """What may become of units, and of which share of them."""

    case: float
    punctuation: float
    forms: Ints  # of each word, those in lower and in upper case: 2 x words
    marks: Bools  # of each word, whether it is punctuation alone
    inner: Bools  # of each tag, whether its token may go: it is outside, or goes on, not begins

    def __call__(self, batch: Sequence[Unit], random: np.random.Generator) -> Sequence[Unit]:
        """The batch with some units changed."""
        if self.punctuation:
            chosen = random.random(len(batch)) < self.punctuation
            batch = [self._bare(u) if c else u for u, c in zip(batch, chosen, strict=True)]
        if self.case:
            ways = random.integers(len(self.forms), size=len(batch))
            chosen = random.random(len(batch)) < self.case
            batch = [
                replace(unit, words=self.forms[way][unit.words]) if change else unit
                for unit, way, change in zip(batch, ways, chosen, strict=True)
            ]
        return batch

    def _bare(self, unit: Unit) -> Unit:
        """The unit without its punctuation, unless there is nothing else."""
        kept = ~(self.marks[unit.words] & self.inner[unit.tags])
        if not kept.any():
            return unit
        return replace(unit, words=unit.words[kept], tags=unit.tags[kept])


def make_noise(train: Optimisation, lexicon: Lexicon, tags: Sequence[str]) -> Noise | None:
    """The noise that a training asks for; words in other cases are added to the lexicon."""
    if not (train.case_noise or train.punctuation_noise):
        return None
    words = list(lexicon.words) if train.case_noise else []
    forms = [[lexicon.id(change(word)) for word in words] for change in (str.lower, str.upper)]
    marks = [not any(map(str.isalnum, word)) for word in lexicon.words]
    return Noise(
        train.case_noise,
        train.punctuation_noise,
        np.array(forms, dtype=np.int32),
        np.array(marks),
        np.array([tag[0] in "OI" for tag in tags]),
    )
