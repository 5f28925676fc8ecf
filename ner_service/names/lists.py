"""Lists of first and last names lie in natasha's wheel."""

from collections.abc import Container
from dataclasses import dataclass
from functools import cache
from pathlib import Path


@dataclass(frozen=True, slots=True)
class NameLists:
    """Names are lower-case base forms; nearly all last names are those of men.

    `news` are the 250,000 most frequent forms of a billion words of news.
    """

    first: frozenset[str]
    last: frozenset[str]
    news: Container[str]

    def has_last(self, base: str) -> bool:
        """Say whether the list has a last name of a man or a woman."""
        return base in self.last or any(form in self.last for form in to_masculine(base))


@cache
def load_lists() -> NameLists:
    """Load the lists, which take about 20 MB, once."""
    from ner_service.nets.natasha_files import natasha_data
    from ner_service.nets.navec import load_navec

    data = natasha_data()
    first = frozenset(data.load_dict(data.FIRST)) | frozenset(data.load_dict(data.MAYBE_FIRST))
    news = load_navec(Path(data.NEWS_EMBEDDING)).words
    return NameLists(first, frozenset(data.load_dict(data.LAST)), news)


def to_masculine(last: str) -> list[str]:
    """Return the lower-case last names that a man may have whose wife has this one."""
    if last.endswith(("ова", "ева", "ёва", "ина", "ына")):
        return [last[:-1]]
    return [last[:-2] + ending for ending in ("ий", "ый", "ой")] if last.endswith("ая") else []
