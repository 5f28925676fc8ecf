"""Case forms decide whether words of a text are a phrase of a gazetteer in some case."""

from collections.abc import Collection, Mapping, Sequence
from functools import lru_cache
from typing import get_args

from ner_service.names.lexicon import ADJECTIVES
from ner_service.names.paradigms import forms_of
from ner_service.names.pymorphy import Pymorphy
from ner_service.names.types import Case, Gender, Number
from ner_service.taggers.rules.stems import CYRILLIC, fold, may_be_form

CASES: tuple[Case, ...] = get_args(Case)
GENDERS: tuple[Gender, ...] = ("Masc", "Fem")  # of the names that no dictionary has
WORDS = 50_000  # whose forms are kept: some 30 MB

Slot = tuple[Case, Number]
Forms = Mapping[str, frozenset[Slot]]


class CaseForms:
    """Case forms are worked out by pymorphy3, and those of unknown names by their last letter.

    The phrase is written in its base form. Its words decline together, in one case and number, as
    far as its head: what stands behind the head may stay (`Министерства обороны`).
    """

    def __init__(self) -> None:
        self._morphology = Pymorphy()
        self._forms = lru_cache(WORDS)(self._forms_of)
        self._guesses = lru_cache(WORDS)(self._guess_forms)

    def match(
        self, words: Sequence[str], phrase: Sequence[str], prefixes: Collection[int] = ()
    ) -> bool:
        """Return whether folded words are a form of a phrase's folded words.

        `prefixes` are the numbers of words in front of a hyphen, which may stay (`Санкт-`).
        """
        if words == phrase:
            return True
        if not all(w == p or may_be_form(w, p) for w, p in zip(words, phrase, strict=True)):
            return False
        slots = [self._slots(w, p) for w, p in zip(words, phrase, strict=True)]
        declined = [s for s, w, p in zip(slots, words, phrase, strict=True) if w != p]
        common = frozenset.intersection(*declined)
        if not common:
            return False
        return all(
            w != p or own & common or n in prefixes or self._may_stay(phrase, n)
            for n, (own, w, p) in enumerate(zip(slots, words, phrase, strict=True))
        )

    def _slots(self, word: str, base: str) -> frozenset[Slot]:
        """Return the cases and numbers in which a base form is a word, first by pymorphy3."""
        if not CYRILLIC.issuperset(base):
            return frozenset()
        return self._forms(base).get(word) or self._guesses(base).get(word, frozenset())

    def _may_stay(self, phrase: Sequence[str], n: int) -> bool:
        """Return whether a word of a phrase may keep its form while others decline.

        It stands behind a noun and is itself in another case, or is no Russian word.
        """
        if not CYRILLIC.issuperset(phrase[n]):
            return True
        readings = self._morphology.readings(phrase[n])
        is_oblique = any(reading.case not in ("Nom", "Acc") for reading in readings)
        return is_oblique and any(map(self._is_noun, phrase[:n]))

    def _is_noun(self, word: str) -> bool:
        readings = self._morphology.readings(word)
        return not readings or any(
            reading.case == "Nom" and reading.pos not in ADJECTIVES for reading in readings
        )

    def _forms_of(self, word: str) -> Forms:
        """Return the folded forms of a word that is in the nominative, with their slots."""
        forms: dict[str, set[Slot]] = {}
        for reading in self._morphology.readings(word):
            if reading.case in ("Nom", None):
                for form, case, number in self._morphology.forms(reading):
                    forms.setdefault(fold(form), set()).add((case, number))
        return {form: frozenset(slots) for form, slots in forms.items()}

    def _guess_forms(self, word: str) -> Forms:
        """Return the forms of a name that no dictionary has, by its last letter."""
        if any(reading.is_known for reading in self._morphology.readings(word)):
            return {}
        forms: dict[str, set[Slot]] = {}
        for gender in GENDERS:
            for case in CASES:
                if form := forms_of(word, gender, case):
                    forms.setdefault(fold(form), set()).add((case, "Sing"))
        return {form: frozenset(slots) for form, slots in forms.items()}
