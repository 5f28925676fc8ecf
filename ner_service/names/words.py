"""A word of a name is its letters and what its sentence tells about its grammar."""

import re
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float32]
LONGEST = 60  # letters of a word that is looked up; a longer one is no name
CYRILLIC_WORD = re.compile(rf"(?=.{{1,{LONGEST}}}$)[А-ЯЁа-яё]+(?:-[А-ЯЁа-яё]+)*")


class Word(NamedTuple):
    """A word has bounds in its text, letters as nets read them, and its grammar in context.

    `lower` is the word in small letters, as the lexicon has it. `slots` are log probabilities in
    the order of `SLOTS`; `adjective` is the probability that the word is an adjective or a
    participle.
    """

    start: int
    end: int
    text: str
    lower: str
    slots: Floats
    adjective: float
