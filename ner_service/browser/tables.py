"""The tables for reading and cutting texts are the engine's own, written as JSON.

The page's modules hold the procedures, and no list of characters or of words of their own: what
the engine reads as a sign, a capital or an abbreviation, the page reads so too.
"""

from collections.abc import Iterable, Sequence
from html import unescape
from html.entities import html5
from typing import Any

import numpy as np
from razdel.segmenters import punct, sokr
from razdel.segmenters.sentenize import BULLET_BOUNDS, BULLET_CHARS, BULLET_SIZE, DELIMITERS

from ner_service.engine import tokens, trimming, usual_case
from ner_service.nets import vocab
from ner_service.text import (
    html_markup,
    layout,
    letter_spacing,
    old_print,
    sentences,
    signs,
    spacing,
    spelling,
)

LAST = 0x10FFFF  # the last code point
KEEP, PART, HOLD, LIKE = range(4)  # what `text.signs` makes of a character
REPLACED_REFERENCES = (*range(0xA0), *range(0xFDD0, 0xFDF0))  # most of those that name another
Table = dict[str, Any]


def text_tables() -> Table:
    """Return all that the page must know to cut a text into the units of the engine."""
    return {
        "tokens": token_tables(),
        "sentences": sentence_tables(),
        "markup": markup_tables(),
        "layout": layout_tables(),
        "signs": sign_tables(),
        "spelling": spelling_tables(),
        "spacing": spacing_tables(),
        "words": word_tables(),
        "trimming": trimming_tables(),
    }


def token_tables() -> Table:
    """Return the classes of characters by which tokens are cut, with the numbers of the classes."""
    names = ("BLANK", "RUSSIAN", "LATIN", "NUMBER", "MARK", "OTHER", "KIND", "LINK", "SPLIT",
             "ENDING", "DELIMITER", "SMILEY", "ORDINARY", "ODD", "DASH", "BREAK", "HYPHEN",
             "QUOTING", "HARD", "LEAST_LETTERS", "LONGEST", "PACKED")  # fmt: skip
    return {name: getattr(tokens, name) for name in names} | {
        "WINDOW": sentences.WINDOW,
        "OPENERS": tokens.OPENERS,
        "YAHOO": tokens.YAHOO,
        "classes": runs(tokens.CLASSES),
        "notices": runs(tokens.NOTICES),
        "abbreviations": tokens.ABBREVIATIONS.tolist(),
    }


def sentence_tables() -> Table:
    """Return the punctuation and the abbreviations of razdel's rules."""
    pairs = {
        name: sorted(map(list, getattr(sokr, name))) for name in ("PAIR_SOKRS", "HEAD_PAIR_SOKRS")
    }
    words = {name: sorted(getattr(sokr, name)) for name in ("SOKRS", "HEAD_SOKRS", "INITIALS")}
    marks = ("ENDINGS", "DASHES", "QUOTES", "CLOSE_QUOTES", "GENERIC_QUOTES", "CLOSE_BRACKETS")
    return {
        **pairs,
        **words,
        **{name: getattr(punct, name) for name in marks},
        "DELIMITERS": DELIMITERS,
        "BULLET_CHARS": "".join(sorted(BULLET_CHARS)),
        "BULLET_BOUNDS": BULLET_BOUNDS,
        "BULLET_SIZE": BULLET_SIZE,
        "WINDOW": sentences.WINDOW,
    }


def markup_tables() -> Table:
    """Return the names of HTML's tags, and the characters that its references name.

    Only references that name one character are replaced, so the others are left out; `others`
    are the numbers in `&#128;` that do not name the character of that code point.
    """
    named = {name[:-1]: char for name, char in html5.items() if name[-1] == ";" and len(char) == 1}
    numbers = {str(n): unescape(f"&#{n};") for n in _doubtful_numbers()}
    return {
        "INLINE": html_markup.INLINE,
        "BLOCK": html_markup.BLOCK,
        "FILLER": html_markup.FILLER,
        "HELD": html_markup.HELD,
        "NO_WIDTH": html_markup.NO_WIDTH,
        "named": named,
        "others": {n: char for n, char in numbers.items() if char != chr(int(n))},
    }


def _doubtful_numbers() -> Iterable[int]:
    """Yield the code points that HTML may not let a reference name."""
    yield from REPLACED_REFERENCES
    for plane in range(0, LAST, 0x10000):
        yield from (plane + 0xFFFE, plane + 0xFFFF)


def layout_tables() -> Table:
    """Return the measures by which a line is known to go on in the next one, and spaced letters."""
    names = ("WRAPPED_CHARS", "FULL", "NEAR", "TAIL")
    letters = {name: getattr(letter_spacing, name) for name in ("CAPITALS", "SMALL")}
    return {name: getattr(layout, name) for name in names} | letters


def sign_tables() -> Table:
    """Return what becomes of each sign, and the words that are seldom names before a dash."""
    kinds = np.zeros(tokens.KNOWN, dtype=np.uint8)
    for match in signs.SIGN.finditer("".join(map(chr, range(tokens.KNOWN)))):
        for code in range(*match.span()):
            replacement = signs.SIGNS[code]
            kinds[code] = {signs.PARTING: PART, signs.HOLDING: HOLD}.get(str(replacement), KEEP)
    kinds[[*map(ord, signs.LIKE)]] = LIKE
    return {
        "kinds": runs(kinds),
        "like": signs.LIKE,
        "LONGEST_WORD": signs.LONGEST_WORD,
        "NO_NAME_ALONE": signs.NO_NAME_ALONE.pattern,
    }


def spelling_tables() -> Table:
    """Return the letters that look alike, the hidden characters and the marks over letters."""
    names = ("NUMERO", "HIDDEN", "HELD", "MARKS", "VOWELS", "LATINS", "CYRILLICS")
    return {name: getattr(spelling, name) for name in names} | {
        "toLatin": _pairs(spelling.TO_LATIN),
        "toCyrillic": _pairs(spelling.TO_CYRILLIC),
        "toModern": _pairs(spelling.TO_MODERN),
        "oldLetters": _pairs(old_print.TO_MODERN),
        "HARD_SIGNS": old_print.HARD_SIGNS,
    }


def _pairs(table: dict[int, int]) -> dict[str, str]:
    return {chr(one): chr(other) for one, other in table.items()}


def spacing_tables() -> Table:
    """Return how characters part two tokens, and the kinds of spacing."""
    names = ("NOTHING", "SPACE", "SIGN", "CELL", "LINE", "PARAGRAPH")
    return {name: getattr(spacing, name) for name in names} | {
        "CELL_SPACES": tokens.CELL_SPACES,
        "parts": runs(tokens.PARTS),
    }


def word_tables() -> Table:
    """Return how much of a long word is read, and the digits that are no decimal digits."""
    digits = (chr(n) for n in range(LAST + 1) if chr(n).isdigit() and not chr(n).isdecimal())
    return {"EDGE": vocab.EDGE, "digits": "".join(digits), "case": case_tables()}


def case_tables() -> Table:
    """Return by what measures a unit is in capitals, and the numbers of the usual cases."""
    names = ("NAME", "SMALL", "CAPITALS", "LEAST_LETTERS", "LONGEST_ABBREVIATION")
    return {name: getattr(usual_case, name) for name in names}


def trimming_tables() -> Table:
    """Return marks and prepositions that end no name, quotes behind which marks do, and pairs."""
    names = ("MARKS", "LEADING", "CLOSING_QUOTES")
    marks = {name: "".join(sorted(getattr(trimming, name))) for name in names}
    return marks | {"PAIRS": trimming.PAIRS, "PREPOSITIONS": trimming.PREPOSITIONS}


def runs(values: Sequence[int] | np.ndarray[Any, Any]) -> list[int]:
    """Return a table as lengths and values of its runs, in turn: it is mostly long runs."""
    table = np.asarray(values)
    starts = np.flatnonzero(np.r_[True, table[1:] != table[:-1]])
    lengths = np.diff(np.r_[starts, len(table)])
    return np.stack([lengths, table[starts]], 1).ravel().tolist()
