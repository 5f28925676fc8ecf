"""Endings are Russian letters behind a name that has none: `МИДа`, `Google'а`, `Facebook-ом`."""

import re
from collections.abc import Sequence

from ner_service.names.types import Case

APOSTROPHES = "'’ʼ`"
ENDING = "а|у|ом|ем|е|ы|ов|ам|ами|ах|и|я|ю"
CASES: dict[str, Case] = {"а": "Gen", "у": "Dat", "ом": "Ins", "ем": "Ins", "е": "Loc"}
ACRONYM = re.compile(rf"([А-ЯЁ]{{2,}})-?(?:{ENDING})")
LATIN = re.compile(rf"([\w-]*[A-Za-z])-(?:{ENDING})")
LONE = re.compile(ENDING)  # a word of its own, behind an apostrophe
LAST = re.compile(rf"(?:[A-Za-z][-{APOSTROPHES}]|[А-ЯЁ]{{2}}-?)({'|'.join(CASES)})$")
LONGEST = 4  # characters that `LAST` looks at


def strip_endings(words: Sequence[str]) -> list[str]:
    """Return words without endings; a word that is only an ending, or a mark before it, is empty.

    A Latin name has its ending behind an apostrophe or a hyphen.
    """
    stripped = [_strip_ending(word) for word in words]
    for n in range(1, len(words) - 1):
        if words[n] in APOSTROPHES and LONE.fullmatch(words[n + 1]):
            last = words[n - 1][-1:]
            if last.isascii() and last.isalpha():
                stripped[n] = stripped[n + 1] = ""
    return stripped


def _strip_ending(word: str) -> str:
    if word[:2].isupper():
        match = ACRONYM.fullmatch(word)
    else:
        match = LATIN.fullmatch(word) if "-" in word else None
    return match[1] if match else word


def case_of_ending(surface: str) -> Case | None:
    """Return the case that the ending of a name shows that has no other grammar, if it is sure."""
    match = LAST.search(surface[-LONGEST:])
    return CASES[match[1]] if match else None
