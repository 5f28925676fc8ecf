"""Settlements in -ское outnumber those in -ский, and most of their forms are the same.

`в Архангельском` is of `Архангельское`; `в Жуковском` is of a town that a dictionary has.
"""

import math
import re
from collections.abc import Sequence

import numpy as np

from ner_service.names.lexicon import Lexicon
from ner_service.names.slots import SLOTS, Slot
from ner_service.names.types import Case
from ner_service.names.words import Floats, Word

ADJECTIVE = re.compile("([а-яё]+[сц]к)(ого|ому|им|ом)")
CASES: dict[str, Case] = {"ого": "Gen", "ому": "Dat", "им": "Ins", "ом": "Loc"}  # of the endings
IN_SKOE, MOST = 3.0, 4.0  # log odds of the neuter, and the most of them either way
RARE = 100  # occurrences that are added to each count, so that those of rare words are alike
IN_SLOTS = {
    ending: np.array([slot == Slot(case, "Neut") for slot in SLOTS], np.float32)
    for ending, case in CASES.items()
}


def odds_of_settlement(words: Sequence[Word], lexicon: Lexicon) -> Floats | None:
    """Return what weighs for the slots of a place that is an adjective alone, if it is one.

    The odds are those of the neuter, by which of both base forms is usual in news.
    """
    match = ADJECTIVE.fullmatch(words[0].lower) if len(words) == 1 else None
    if match is None:
        return None
    masculines = [match[1] + ending for ending in ("ий", "ой")]
    known = [r for form in masculines for r in lexicon.morphology.known_readings(form)]
    if any(reading.features.kind == "Geox" for reading in known):
        return None
    count = lexicon.lists.count
    other = max(map(count, masculines))
    odds = IN_SKOE + math.log((RARE + count(f"{match[1]}ое")) / (RARE + other))
    return np.float32(max(-MOST, min(MOST, odds))) * IN_SLOTS[match[2]]
