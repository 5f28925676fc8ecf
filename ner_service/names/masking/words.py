"""Words of a masked text are kept as hashes, which show that a text is its changed form."""

import re
from collections.abc import Iterable
from zlib import crc32

WORD = re.compile(r"[^\W\d_]+")
LEAST_CHARS = 4  # of a word that says something of the subject
STEM_CHARS = 5  # that the forms of a word share
ENOUGH = 3  # words of the subject, below which a text may be of any subject


def sketch(text: str, most: int) -> list[int]:
    """Return the least hashes of the stems of a text, in order."""
    return sorted(_stems(text))[:most]


def shares_words(text: str, words: Iterable[int], most: int) -> bool:
    """Return whether a text has a word of a sketch, or too few words to tell.

    A sketch of `most` hashes is a sample: of the text's words only those within it are looked at.
    """
    known = set(words)
    stems = _stems(text)
    if len(known) == most:
        stems = {stem for stem in stems if stem <= max(known)}
    return len(stems) < ENOUGH or bool(stems & known)


def neighbours(text: str, start: int, end: int, reach: int = 40) -> int:
    """Return a hash of the words before and after a span, as far as they are in reach."""
    before = WORD.findall(text[max(0, start - reach) : start])[-1:]
    after = WORD.findall(text[end : end + reach])[:1]
    return crc32("|".join([*before, "", *after]).lower().encode())


def _stems(text: str) -> set[int]:
    return {
        crc32(word[:STEM_CHARS].lower().encode())
        for word in set(WORD.findall(text))
        if len(word) >= LEAST_CHARS
    }
