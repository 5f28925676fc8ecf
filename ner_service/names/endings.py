"""Endings are Russian letters behind a name that has none: `МИДа`, `Google'а`, `Facebook-ом`."""

import re
from collections.abc import Sequence

from ner_service.names.types import Case

APOSTROPHES = "'’ʼ`"
ENDING = "а|у|ом|ем|е|ы|ов|ам|ами|ах|и|я|ю|й|ой|ей"
CASES: dict[str, Case] = {"а": "Gen", "у": "Dat", "ом": "Ins", "ем": "Ins", "е": "Loc"}
ACRONYM = re.compile(rf"([А-ЯЁ]{{2,}})-?(?:{ENDING})")
LATIN = re.compile(rf"([\w-]*[A-Za-z])-(?:{ENDING})")
LONE = re.compile(ENDING)  # a word of its own, behind an apostrophe or a Latin letter
GLUED = re.compile(rf"((?=[A-Z]*[DFGIJLNQRSUVWZ])[A-Z]{{2,}})(?:{ENDING})")  # Latin, not `CCCРу`
LAST = re.compile(rf"(?:[A-Za-z][-{APOSTROPHES}]?|[А-ЯЁ]{{2}}-?)({'|'.join(CASES)})$")
LONGEST = 4  # characters that `LAST` looks at


def strip_endings(words: Sequence[str], glued: Sequence[int] = ()) -> list[str]:
    """Return words without endings; a word that is only an ending, or a mark before it, is empty.

    A Latin name has its ending behind an apostrophe or a hyphen, or at once: `glued` are the places
    of words before which no space stands.
    """
    stripped = [_strip_ending(word) for word in words]
    for n in glued:
        mark = words[n - 1] in APOSTROPHES
        last = words[n - 1 - mark][-1:] if n > mark else ""
        if last.isascii() and last.isalpha() and LONE.fullmatch(words[n]):
            stripped[n] = ""
            if mark:
                stripped[n - 1] = ""
    return stripped


def _strip_ending(word: str) -> str:
    match = ACRONYM.fullmatch(word) if word[:2].isupper() else None
    if match is None and "-" in word:
        match = LATIN.fullmatch(word)
    return match[1] if match else word


def strip_glued_ending(written: str) -> str | None:
    """Return Latin capitals without the Russian ending that follows them at once: `IBMом`."""
    match = GLUED.fullmatch(written)
    return match[1] if match else None


def case_of_ending(surface: str) -> Case | None:
    """Return the case that the ending of a name shows that has no other grammar, if it is sure."""
    match = LAST.search(surface[-LONGEST:])
    return CASES[match[1]] if match else None
