"""Case forms decide whether words of a text are a phrase of a gazetteer in some case."""

from collections.abc import Collection, Iterable, Mapping, Sequence
from functools import cache, lru_cache

from ner_service.names.paradigms import decline
from ner_service.names.types import Gender
from ner_service.taggers.rules.declensions import WORDS, Dictionary, Slot
from ner_service.taggers.rules.stems import CYRILLIC, fold

GENDERS: tuple[Gender, ...] = ("Masc", "Fem")  # of the names that no dictionary has


@cache
def load_case_forms() -> "CaseForms":
    """Return the case forms that all rules share, in several threads, too."""
    return CaseForms()


class CaseForms:
    """Case forms are worked out by pymorphy3, and those of unknown names by their last letter.

    The phrase is written in its base form. Its words decline together, in one case and number, as
    far as its head: what stands behind the head may stay (`Министерства обороны`).
    """

    def __init__(self) -> None:
        self._dictionary = Dictionary()
        self._may_be_form = self._dictionary.changes.allow
        self._guesses = lru_cache(WORDS)(self._guess_forms)

    def read_ahead(self, words: Iterable[str]) -> None:
        """Read the paradigms of folded words now, which the first texts would wait for."""
        for word in words:
            if CYRILLIC.issuperset(word):
                self._dictionary.declensions(word)

    def match_word(self, word: str, base: str) -> bool:
        """Return whether a folded word is a form of a folded word."""
        if word == base:
            return True
        return self._may_be_form(word, base) and (
            self._is_guessed(word, base) or bool(self._slots(word, base))
        )

    def _is_guessed(self, word: str, base: str) -> bool:
        """Return whether the last letter of a name that no dictionary has tells that form of it.

        pymorphy3 takes three times as long to read such a name by its ending.
        """
        if not CYRILLIC.issuperset(base) or self._dictionary.has(base):
            return False
        return word in self._guesses(base)

    def match(
        self, words: Sequence[str], phrase: Sequence[str], prefixes: Collection[int] = ()
    ) -> bool:
        """Return whether folded words are a form of a phrase's folded words.

        `prefixes` are the numbers of words in front of a hyphen, which may stay (`Санкт-`).
        """
        if words == phrase:
            return True
        if not all(w == p or self._may_be_form(w, p) for w, p in zip(words, phrase, strict=True)):
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
        declensions = self._dictionary.declensions(base)
        slots = declensions.slots(word)
        if slots or declensions.known:
            return slots
        return self._guesses(base).get(word, frozenset())

    def _may_stay(self, phrase: Sequence[str], n: int) -> bool:
        """Return whether a word of a phrase may keep its form while others decline.

        It stands behind a noun and is itself in another case, or is an initial or no Russian word.
        """
        if len(phrase[n]) == 1 or not CYRILLIC.issuperset(phrase[n]):
            return True
        declensions = self._dictionary.declensions
        return declensions(phrase[n]).oblique and any(declensions(w).noun for w in phrase[:n])

    def _guess_forms(self, word: str) -> Mapping[str, frozenset[Slot]]:
        """Return the forms of a name that no dictionary has, by its last letter."""
        forms: dict[str, set[Slot]] = {}
        for gender in GENDERS:
            for case, form in decline(word, gender).items():
                forms.setdefault(fold(form), set()).add((case, "Sing"))
        return {form: frozenset(slots) for form, slots in forms.items()}
