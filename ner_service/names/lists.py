"""Lists of first and last names lie in natasha's wheel."""

from dataclasses import dataclass
from functools import cache


@dataclass(frozen=True, slots=True)
class NameLists:
    """Names are lower-case base forms; nearly all last names are those of men."""

    first: frozenset[str]
    last: frozenset[str]


@cache
def load_lists() -> NameLists:
    """Load the lists, which take about 20 MB, once."""
    from natasha.data import FIRST, LAST, MAYBE_FIRST, load_dict

    first = frozenset(load_dict(FIRST)) | frozenset(load_dict(MAYBE_FIRST))
    return NameLists(first, frozenset(load_dict(LAST)))
