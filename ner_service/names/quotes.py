"""Quotes stand around the names of companies, and around a person's nickname."""

from collections.abc import Sequence

QUOTES = {"«": "»", "“": "”", "„": "“", '"': '"'}


def find_nickname(words: Sequence[str]) -> range:
    """Return the places of quotes and of what they hold between other words, if there are any.

    So `«Боб»` stands in `Владимир «Боб» Иванов`.
    """
    start = next((n for n, word in enumerate(words) if n and word in QUOTES), len(words))
    if start == len(words) or QUOTES[words[start]] not in words[start + 1 : -1]:
        return range(0)
    return range(start, words.index(QUOTES[words[start]], start + 1) + 1)
