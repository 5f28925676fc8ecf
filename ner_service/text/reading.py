"""A text as nets read it, and the places in it that no name reaches across.

A net knows words by their letters, and of lines no more than the spacing before a word. To it
`Москвы😊`, `_Москвы_` and `Нью‑Йорк` with Word's hyphen are words that it never saw, and without
an end of its unit the last name of one line and the first of the next may be one name. Characters
are replaced one by one, so that every offset stays.
"""

from typing import NamedTuple

from ner_service.text.html_markup import replace_references, replace_tags
from ner_service.text.layout import find_unit_ends, join_lines
from ner_service.text.old_print import modernise
from ner_service.text.signs import replace_dashes, replace_emphasis, replace_signs
from ner_service.text.spelling import unmix


class Reading(NamedTuple):
    """A text of the same length to cut into words, and the places where units must end."""

    text: str
    ends: list[int]


def read(text: str) -> Reading:
    """Return a text as nets read it, in time linear in its length."""
    source = text
    if "&" in text:
        text = replace_references(text)
    if "<" in text:
        text = replace_tags(text)
    text = join_lines(text)
    ends = find_unit_ends(text, source)
    return Reading(modernise(unmix(replace_emphasis(replace_signs(replace_dashes(text))))), ends)
