"""Unknown words are read as pymorphy3 reads them: by a word behind a prefix, and by words alike.

Its own code asks some ten kinds of words that have hyphens, digits or Latin letters first, and
finds the words alike anew for each. The readings, their order and their scores are the same.
"""

import re
from collections.abc import Sequence
from typing import NamedTuple

from ner_service.names.dictionary import Dictionary, Place, Row, put_around, stem_of

SHARE = 0.5  # the score of a reading by a part of a word, as pymorphy3 weighs it
LONGEST_PREFIX, SHORTEST_WORD = 5, 3  # letters of a prefix, and of the word behind it
LONGEST_ENDING, SHORTEST = 5, 4  # letters of an ending, and of a word that has one


class Guess(NamedTuple):
    """A guess is a form behind letters that are no part of its paradigm, its row, and a score."""

    head: str
    own: str
    place: Place
    row: Row
    score: float

    @property
    def lemma(self) -> str:
        """Return the first form of the paradigm, behind the same letters."""
        return self.head + put_around(stem_of(self.own, self.row.affixes), self.row.lemma)


class UnknownWords:
    """Reads words of Russian letters alone, unless a known prefix begins them."""

    def __init__(self, dictionary: Dictionary, prefixes: Sequence[str]) -> None:
        """Take the prefixes whose words have further rules, which are pymorphy3's alone."""
        self._dictionary = dictionary
        known = "|".join(map(re.escape, prefixes))
        self._plain = re.compile(f"(?!(?:{known})..|по|наи)[а-яё]{{{SHORTEST},}}")

    def read(self, word: str) -> Sequence[Guess] | None:
        """Return the guesses of a lower-case word, or `None` for one that is not read here."""
        if not self._plain.fullmatch(word):
            return None
        guesses = self._behind_prefixes(word)
        seen = {(guess.head + guess.own, guess.row.key, guess.place[0]) for guess in guesses}
        total, alike = self._dictionary.alike(word[-LONGEST_ENDING:])
        start = word[:-LONGEST_ENDING]
        for words, ending, place, row in alike:
            if (start + ending, row.key, place[0]) not in seen:
                guesses.append(Guess("", start + ending, place, row, words / total * SHARE))
        return self._weigh(word, guesses)

    def _behind_prefixes(self, word: str) -> list[Guess]:
        """Return the guesses by words of the dictionary behind a prefix, the shortest first."""
        guesses: dict[tuple[str, str, int], Guess] = {}
        for n in range(1, 1 + min(LONGEST_PREFIX, len(word) - SHORTEST_WORD)):
            for own, place, row in self._dictionary.find(word[n:]):
                if row.is_productive:
                    guess = Guess(word[:n], own, place, row, SHARE)
                    guesses.setdefault((word[:n] + own, row.key, place[0]), guess)
        return [*guesses.values()]

    def _weigh(self, word: str, guesses: list[Guess]) -> list[Guess]:
        """Return guesses with scores whose sum is 1, or with the chances that corpora tell."""
        chances = self._dictionary.chances(word, [guess.row for guess in guesses])
        if any(chances):
            pairs = zip(guesses, chances, strict=True)
            weighed = [Guess(*guess[:-1], chance) for guess, chance in pairs]
            return sorted(weighed, key=lambda guess: guess.score, reverse=True)
        unit = 1.0 / (sum(guess.score for guess in guesses) or 1.0)
        return [Guess(*guess[:-1], guess.score * unit) for guess in guesses]
