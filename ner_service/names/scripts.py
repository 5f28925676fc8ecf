"""A name may stand behind itself in another script: `Гаррет Рейсман (Garrett Reisman)`."""

import re
from collections.abc import Iterator, Sequence
from typing import NamedTuple

from ner_service.types import Entity

LONGEST_OPENING = 2  # characters
OPENING = re.compile(r"[ \xa0]?[(\[]")
CLOSING = re.compile(r"[)\],;]")
LATIN = re.compile(r"[^\W\d_а-яё][^а-яё]*", re.IGNORECASE)
CYRILLIC = re.compile("[а-яё][^a-z]*", re.IGNORECASE)
# Latin letters that begin a name whose Russian form begins with a letter
INITIALS = {
    "а": "aeiuháåä", "б": "b", "в": "vw", "г": "ghj", "д": "dj", "е": "eyj", "ж": "jgzž", "з": "zs",
    "и": "iyeíh", "й": "yj", "к": "kcqx", "л": "lł", "м": "m", "н": "nkñ", "о": "oauóö", "п": "p",
    "р": "r", "с": "szcś", "т": "t", "у": "uwo", "ф": "fpv", "х": "hkcjxg", "ц": "czt", "ч": "ctč",
    "ш": "scš", "щ": "s", "э": "aehé", "ю": "uyjeü", "я": "yji",
}  # fmt: skip


class Pair(NamedTuple):
    """A pair is the numbers of two mentions of one name, in Latin and in Russian letters."""

    latin: int
    russian: int


def find_pairs(text: str, entities: Sequence[Entity]) -> Iterator[Pair]:
    """Yield the pairs of which one mention stands behind the other, in brackets.

    The first letters must fit, since `Кембридж (MA)` is two places.
    """
    for n in range(1, len(entities)):
        one, two = entities[n - 1], entities[n]
        if (
            one.label == two.label
            and 0 < two.start - one.end <= LONGEST_OPENING
            and OPENING.fullmatch(text, one.end, two.start)
            and CLOSING.match(text, two.end)
        ):
            first, second = text[one.start : one.end], text[two.start : two.end]
            if _are_alike(first, second, one.label):
                yield Pair(n, n - 1)
            elif _are_alike(second, first, one.label):
                yield Pair(n - 1, n)


def _are_alike(russian: str, latin: str, label: str) -> bool:
    """Say whether two names are in these scripts, and the first letters may be one sound.

    A place in capitals is a code, such as an airport's.
    """
    is_pair = CYRILLIC.fullmatch(russian) and LATIN.fullmatch(latin)
    if not is_pair or (label == "LOC" and latin.isupper()):
        return False
    return latin[0].lower() in INITIALS.get(russian[0].lower(), "")
