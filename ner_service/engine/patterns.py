"""A regular expression is examined for whether it can match anything in words of letters alone.

Most runs of a text are such words. Where no rule of a tokenizer can match in them, none is asked.
"""

import re
from collections.abc import Iterable
from functools import cache
from importlib import import_module
from string import ascii_lowercase
from typing import Any

LETTER = "[а-яёa-z]"  # in either case
LOWER = f"{''.join(map(chr, range(ord('а'), ord('я') + 1)))}ё{ascii_lowercase}"
REPEATS = ("MAX_REPEAT", "MIN_REPEAT", "POSSESSIVE_REPEAT")
NO_LETTERS = ("CATEGORY_DIGIT", "CATEGORY_SPACE")


def can_match_letters(pattern: re.Pattern[str]) -> bool:
    """Say whether a pattern might match in a word of Russian and Latin letters.

    It may be wrong where it says yes, and never where it says no.
    """
    return _can_match(import_module("re._parser").parse(pattern.pattern, pattern.flags))


@cache
def _letters() -> frozenset[int]:
    """Return the letters, with every character that is one of them in another case."""
    chars = map(chr, range(0x10000))
    return frozenset(ord(c) for c in chars if c.lower() in LOWER or c.upper().lower() in LOWER)


def _can_match(steps: Iterable[tuple[Any, Any]]) -> bool:
    return all(_can_take(str(name), argument) for name, argument in steps)


def _can_take(name: str, argument: Any) -> bool:
    """Say whether a step of a pattern might be taken in a word; of an unknown step, it might."""
    if name == "LITERAL":
        return argument in _letters()
    if name == "IN":
        return any(_can_be_in(str(kind), value) for kind, value in argument)
    if name == "BRANCH":
        return any(map(_can_match, argument[1]))
    if name == "SUBPATTERN":
        return _can_match(argument[-1])
    if name in REPEATS:
        return argument[0] == 0 or _can_match(argument[2])
    if name == "ASSERT":
        return _can_match(argument[1])
    return True


def _can_be_in(kind: str, value: Any) -> bool:
    """Say whether a letter might be in this part of a set of characters."""
    if kind == "LITERAL":
        return value in _letters()
    if kind == "RANGE":
        return any(value[0] <= letter <= value[1] for letter in _letters())
    return str(value) not in NO_LETTERS
