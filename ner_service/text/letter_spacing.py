"""Letter-spaced words, as headings and old print have them, are read as whole words.

To a net `Т А Л О Н` is five initials, and so a person. The blanks between the letters become hidden
characters, so that every offset stays.
"""

import re

from ner_service.text.html_markup import FILLER

LEAST_LETTERS = 4  # fewer are as likely initials or the names of school classes
CAPITALS, SMALL = "А-ЯЁІѢѲѴ", "а-яёіѣѳѵ"
SPACED_WORD = re.compile(
    rf"(?<![^\W_])(?:[{CAPITALS}](?: [{CAPITALS}]){{3,}}+|[{CAPITALS}{SMALL}](?: [{SMALL}]){{4,}}+)"
    r"(?![^\W_])"
)


def join_letters(text: str) -> str:
    """Return a text whose letter-spaced words are whole, in time linear in its length."""
    return SPACED_WORD.sub(lambda word: word[0].replace(" ", FILLER), text)
