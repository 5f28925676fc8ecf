"""Frequencies in news weigh base forms against each other that have one form in a text.

The dictionary has `Игор` beside `Игорь`, whose prepositional is the same, and `Павля` beside
`Павел`.
"""

import math
from collections.abc import Collection

from ner_service.names.lists import NameLists, to_masculine
from ner_service.names.morphology import Morphology

WEIGHT = 0.35  # of the logarithm of a frequency
RARE = 100  # occurrences that are added to each count, so that those of rare words are alike
ONE_FORM = 1.0  # of that of the ratio of a form to its base form
KNOWN = 2.0  # log odds that a dictionary's reading of the form has beside this
SHORT_OF_BEST = -3.0  # log odds; a candidate that has less is not looked at
NOUN = 500  # occurrences of a common noun that count at most, as they tell little of names
NOMINAL = frozenset({"NOUN", "ADJF", "PRTF"})


class Frequencies:
    """Frequencies are those of base forms; a woman's last name is as frequent as her husband's."""

    def __init__(self, lists: NameLists, morphology: Morphology) -> None:
        self._lists, self._morphology = lists, morphology

    def weigh(self, base: str) -> float:
        """Return what the frequency of a base form weighs, as log odds."""
        return WEIGHT * math.log(RARE + self._count(base))

    def weigh_one_form(self, word: str, bases: Collection[str]) -> float:
        """Return what frequencies weigh for a word as its own base form, as log odds.

        A form of `Роналда` would be rarer than that; `Роналду` is a hundred times as frequent.
        """
        own = self._lists.count(word)
        if not own:
            return 0.0
        other = max([self._lists.count(base) for base in bases if base != word], default=0)
        known = KNOWN * bool(self._morphology.known_readings(word))
        return max(0.0, ONE_FORM * math.log((RARE + own) / (RARE + other)) - known)

    def is_genitive(self, base: str) -> bool:
        """Say whether a base form is rather the genitive of a more frequent name: `Моралеса`.

        The lists have some of these.
        """
        if base[-1] != "а" or base.endswith(("ова", "ева", "ина", "ына")):
            return False
        other = self._lists.count(base[:-1])
        return 2 * other > self._lists.count(base) and not self._morphology.known_readings(base)

    def _count(self, base: str) -> int:
        """Return how often a base form or its masculine stood in news.

        `сорок` is as frequent as a number, and says nothing of a man who might be called so.
        """
        readings = self._morphology.known_readings(base)
        nominatives = [
            r.features
            for r in readings
            if (r.features.case, r.features.number) == ("Nom", "Sing") and r.features.pos in NOMINAL
        ]
        forms = to_masculine(base) if readings and not nominatives else [base, *to_masculine(base)]
        count = max(map(self._lists.count, forms), default=0)
        is_noun = bool(nominatives) and all(f.pos == "NOUN" and not f.kind for f in nominatives)
        return min(count, NOUN) if is_noun else count
