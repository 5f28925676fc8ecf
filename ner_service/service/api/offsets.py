"""Offsets in code points, UTF-16 code units or UTF-8 bytes."""

from collections.abc import Iterable
from itertools import pairwise
from typing import Literal

Unit = Literal["codepoint", "utf16", "utf8"]
CODECS = {"utf16": ("utf-16-le", 2), "utf8": ("utf-8", 1)}


def convert(text: str, places: Iterable[int], unit: Unit) -> dict[int, int]:
    """Maps code point offsets to those of another unit, in one pass over the text."""
    if unit == "codepoint" or text.isascii():
        return {place: place for place in places}
    wanted = sorted({0, *places})
    codec, size = CODECS[unit]
    found = {0: 0}
    for before, place in pairwise(wanted):
        found[place] = found[before] + len(text[before:place].encode(codec)) // size
    return found
