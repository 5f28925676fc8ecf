"""A text as nets read it, and the places in it that no name reaches across.

A net knows words by their letters, and of lines no more than the spacing before a word. To it
`Москвы😊`, `_Москвы_` and `Нью‑Йорк` with Word's hyphen are words that it never saw, and without
an end of its unit the last name of one line and the first of the next may be one name. Characters
are replaced one by one, so that every offset stays.
"""

from typing import NamedTuple

from ner_service.text.bracket_markup import (
    ANY_BRACKET,
    replace_bars,
    replace_brackets,
    replace_links,
)
from ner_service.text.html_markup import replace_references, replace_tags
from ner_service.text.layout import find_unit_ends, join_lines
from ner_service.text.letter_spacing import join_letters
from ner_service.text.old_print import modernise
from ner_service.text.signs import replace_dashes, replace_emphasis, replace_signs
from ner_service.text.spelling import replace_stress, unmix


class Step:
    """A step of reading changes a text, or finds ends in it, where certain characters stand.

    Steps are plain numbers to be added up, since each operator of an enum takes half a microsecond.
    """

    ENDS = 1  # find the ends of units
    DASHES = 2
    SIGNS = 4
    EMPHASIS = 8
    ALPHABETS = 16
    OLD_PRINT = 32
    RESPELLING = 64  # of tokens, by `text.spelling`
    MARKUP = 128  # of HTML, mail, broken and spaced words, which brings characters of all kinds


class Reading(NamedTuple):
    """A text of the same length to cut into words, and the places where units must end."""

    text: str
    ends: list[int]


def read(text: str, steps: int = Step.MARKUP) -> Reading:
    """Return a text as nets read it, in time linear in its length.

    `steps` are those of `Step` that may change this text, `MARKUP` all of them.
    """
    if steps & Step.MARKUP:
        return _read_markup(text)
    ends = find_unit_ends(text, text) if steps & Step.ENDS else []
    if steps & Step.ALPHABETS:
        text = replace_stress(text)
    if steps & Step.DASHES:
        text = replace_dashes(text)
    if steps & Step.SIGNS:
        text = replace_signs(text)
    if steps & Step.EMPHASIS:
        text = replace_emphasis(text)
    if steps & Step.ALPHABETS:
        text = unmix(text)
    return Reading(modernise(text) if steps & Step.OLD_PRINT else text, ends)


def _read_markup(text: str) -> Reading:
    source = text
    if "&" in text:
        text = replace_references(text)
    if "<" in text:
        text = replace_tags(text)
    if ANY_BRACKET.search(text):
        text = replace_brackets(replace_links(text))
        source = replace_bars(source)
    text = join_letters(join_lines(text))
    ends = find_unit_ends(text, source)
    text = replace_emphasis(replace_signs(replace_dashes(replace_stress(text))))
    return Reading(modernise(unmix(text)), ends)
