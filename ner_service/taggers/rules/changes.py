"""Changes are what may happen to the end of a base form: `ец` of `отец` becomes `ца` in `отца`.

Most words that share a stem with a phrase are no form of it. The ends of both say so at once, where
a look at the dictionary and a guess of the declension take a hundred times as long.
"""

from collections.abc import Iterator, Sequence
from typing import Any

from ner_service.names.grammemes import CASES
from ner_service.names.paradigms import BY_COST
from ner_service.taggers.rules.stems import MOST_CHANGED, fold, may_be_form

VERBAL = frozenset({"VERB", "INFN", "PRTF", "PRTS", "GRND"})  # participles decline as adjectives
REFLEXIVE = "ся"  # stands behind the ending of a participle
Change = tuple[str, str]
"""The end of a base form, and of another form, behind the letters that both begin with."""


class Changes:
    """The changes of all paradigms of pymorphy3's dictionary, and of the names that it lacks."""

    def __init__(self, dictionary: Any) -> None:
        known = set(_changes_of(dictionary))
        for _, forms in BY_COST:
            known.update(_reduce(forms[0], fold(form)) for form in forms)
        self._short = frozenset(change for change in known if len(change[0]) <= MOST_CHANGED)

    def allow(self, word: str, base: str) -> bool:
        """Say whether the end of a folded word may be a form of the end of a folded base form."""
        if not may_be_form(word, base):
            return False
        if base.endswith(REFLEXIVE) and word.endswith(REFLEXIVE):
            base, word = base[: -len(REFLEXIVE)], word[: -len(REFLEXIVE)]
        return _reduce(base, word, max(len(base) - MOST_CHANGED, 1)) in self._short


def _reduce(base: str, form: str, same: int = 0) -> Change:
    """Return both ends behind the letters that they begin with alike, at least so many."""
    shorter = min(len(base), len(form))
    while same < shorter and base[same] == form[same]:
        same += 1
    return base[same:], form[same:]


def _changes_of(dictionary: Any) -> Iterator[Change]:
    """Yield the changes from the nominatives of each paradigm to its forms that have a case."""
    cases = [_case_of(tag.grammemes) for tag in dictionary.gramtab]
    verbal = [not VERBAL.isdisjoint(tag.grammemes) for tag in dictionary.gramtab]
    pairs: set[tuple[int, int]] = set()  # of numbers of suffixes, which many paradigms share
    for rows in dictionary.paradigms:
        count = len(rows) // 3  # suffixes of all rows, then their tags, then their prefixes
        tags: Sequence[int] = rows[count : 2 * count]
        if verbal[tags[0]]:
            continue
        forms = {(suffix, cases[tag]) for suffix, tag in zip(rows[:count], tags, strict=True)}
        bases = [suffix for suffix, case in forms if case == "Nom"]
        pairs.update((base, form) for base in bases for form, case in forms if case)
    suffixes = [fold(suffix) for suffix in dictionary.suffixes]
    for base, form in pairs:
        yield _reduce(suffixes[base], suffixes[form])


def _case_of(grammemes: frozenset[str]) -> str | None:
    return next((CASES[each] for each in grammemes if each in CASES), None)
