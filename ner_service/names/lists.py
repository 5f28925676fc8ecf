"""Lists of first and last names lie in natasha's wheel."""

from dataclasses import dataclass
from functools import cache


@dataclass(frozen=True, slots=True)
class NameLists:
    """Names are lower-case base forms; nearly all last names are those of men."""

    first: frozenset[str]
    last: frozenset[str]

    def has_last(self, base: str) -> bool:
        """Say whether the list has a last name of a man or a woman."""
        return base in self.last or to_masculine(base) in self.last


@cache
def load_lists() -> NameLists:
    """Load the lists, which take about 20 MB, once."""
    from ner_service.nets.natasha_files import natasha_data

    data = natasha_data()
    first = frozenset(data.load_dict(data.FIRST)) | frozenset(data.load_dict(data.MAYBE_FIRST))
    return NameLists(first, frozenset(data.load_dict(data.LAST)))


def to_masculine(last: str) -> str:
    """Return a lower-case last name as a man has it."""
    if last.endswith(("ова", "ева", "ёва", "ина", "ына")):
        return last[:-1]
    return last[:-2] + "ий" if last.endswith(("ская", "цкая")) else last
