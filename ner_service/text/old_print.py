"""Letters of scans and of old print: a zero for О, and the letters that Russian gave up in 1918.

A net knows words by their letters, and has learned today's. `Сас0во` and `Бродскій` are words that
it never saw. One character replaces another, so every offset stays.
"""

import re

OLD_LETTERS = "ѣѢіІѳѲѵѴ"
OLD = re.compile(f"[{OLD_LETTERS}]")  # most texts have none, and a translation is slow
TO_MODERN = str.maketrans(OLD_LETTERS, "еЕиИфФиИ")
ZERO = re.compile(  # each alternative begins with the zero, so that a search skips to zeros
    r"(?P<small>0)(?<=[а-яё]0)(?=[а-яё])"
    r"|0(?:(?<=[А-ЯЁ]0)|(?<![\w.,/-]0)(?=[а-яёА-ЯЁ]{3}|[а-яёА-ЯЁ][аеёиоуыэюяАЕЁИОУЫЭЮЯ]))(?=[А-ЯЁа-яё])"
)
HARD_SIGNS = "ъЪ"


def modernise(text: str) -> str:
    """Return a text with today's letters for those given up in 1918, and О for a zero in a word."""
    if "0" in text:
        text = ZERO.sub(lambda zero: "о" if zero["small"] else "О", text)
    return text.translate(TO_MODERN) if OLD.search(text) else text


def drop_hard_sign(word: str) -> str:
    """Return a word without the hard sign that old print puts behind a last consonant."""
    return word.rstrip(HARD_SIGNS) or word
