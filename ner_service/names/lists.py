"""Lists of first and last names lie in natasha's wheel."""

from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Protocol


class News(Protocol):
    """News are the 250,000 most frequent forms of a billion words of news, with е for ё."""

    def count(self, word: str) -> int:
        """Return how often a lower-case form stood in news, 0 for rarer ones."""


@dataclass(frozen=True, slots=True)
class NameLists:
    """Names are lower-case base forms, with е for ё; nearly all last names are those of men."""

    first: frozenset[str]
    last: frozenset[str]
    news: News

    def has_first(self, base: str) -> bool:
        """Say whether the list has a first name, which may be written with ё or without."""
        return fold(base) in self.first

    def has_last(self, base: str, is_woman: bool = True) -> bool:
        """Say whether the list has a last name of a man, or that of his wife if it may be hers.

        Of some only the wife's is there.
        """
        base = fold(base)
        forms = [base, *to_masculine(base)] if is_woman else [base]
        if base.endswith(("ов", "ев", "ин", "ын")):
            forms.append(f"{base}а")
        return any(form in self.last for form in forms)

    def is_in_news(self, word: str) -> bool:
        """Say whether a form is frequent in news."""
        return self.count(word) > 0

    def count(self, word: str) -> int:
        """Return how often a form stood in news."""
        return self.news.count(fold(word))

    def is_stressed(self, base: str) -> bool:
        """Say whether news have a base form in -ской, and none in -ский or -ское: `Полевской`."""
        if not base.endswith(("ской", "цкой")) or not self.is_in_news(base):
            return False
        return not any(self.is_in_news(base[:-2] + ending) for ending in ("ий", "ое"))


@cache
def load_lists() -> NameLists:
    """Load the lists, which take about 20 MB, once."""
    from ner_service.nets.natasha_files import natasha_data
    from ner_service.nets.navec import load_navec

    data = natasha_data()
    first, maybe, last = (
        frozenset(map(fold, data.load_dict(path)))
        for path in (data.FIRST, data.MAYBE_FIRST, data.LAST)
    )
    return NameLists(first | maybe, last, load_navec(Path(data.NEWS_EMBEDDING)))


def fold(text: str) -> str:
    """Return a text as words are compared: in lower case, with е for ё."""
    return text.lower().replace("ё", "е")


def to_masculine(last: str) -> list[str]:
    """Return the last names, with е for ё, that a man may have whose wife has this one."""
    if last.endswith(("ова", "ева", "ина", "ына")):
        return [last[:-1]]
    return [last[:-2] + ending for ending in ("ий", "ый", "ой")] if last.endswith("ая") else []
