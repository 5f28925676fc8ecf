"""A word of a name is its letters and what its sentence shows about its grammar."""

import re
from collections.abc import Collection, Sequence
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float32]
UNREAD: Floats = np.zeros(0, dtype=np.float32)
LONGEST = 60  # letters of a word that is looked up; a longer one is no name
CYRILLIC_WORD = re.compile(rf"(?=.{{1,{LONGEST}}}$)[А-ЯЁа-яё]+(?:-[А-ЯЁа-яё]+)*")


class Word(NamedTuple):
    """A word has bounds in its text, letters as nets read them, and its grammar in context.

    `lower` is the word in small letters, as the lexicon has it. `slots` are log probabilities in
    the order of `SLOTS`; `adjective` is the probability that the word is an adjective or a
    participle. Where nobody has read the sentence, no slot is known and any word may be one.
    """

    start: int
    end: int
    text: str
    lower: str
    slots: Floats = UNREAD
    adjective: float = 1.0


Place = tuple[int, int]
"""The number of a sentence, and of a token in it."""


class EntityWords(NamedTuple):
    """The words of the entities of several texts, and where in their sentences they stand."""

    names: list[list[Word]]
    places: list[list[Place]]
    sentences: Sequence[Sequence[str]]

    def is_joined(self, n: int, joints: Collection[str]) -> bool:
        """Say whether a name and the one before it have one of these joints alone between them."""
        if not n or not self.places[n] or not self.places[n - 1]:
            return False
        (sentence, token), (other, last) = self.places[n][0], self.places[n - 1][-1]
        return (other, last) == (sentence, token - 2) and (
            self.sentences[sentence][token - 1] in joints
        )

    def before(self, n: int, most: int) -> Sequence[str]:
        """Return the words and marks, at most so many, that stand before a name in its sentence."""
        if not self.places[n]:
            return ()
        sentence, token = self.places[n][0]
        return self.sentences[sentence][max(0, token - most) : token]

    def after(self, n: int, most: int) -> Sequence[str]:
        """Return the words and marks, at most so many, that stand behind a name in its sentence."""
        if not self.places[n]:
            return ()
        sentence, token = self.places[n][-1]
        return self.sentences[sentence][token + 1 : token + 1 + most]
