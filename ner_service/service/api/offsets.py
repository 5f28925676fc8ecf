"""Offsets count code points, UTF-16 code units or UTF-8 bytes."""

from collections.abc import Iterable
from itertools import pairwise
from typing import Literal

OffsetUnit = Literal["codepoint", "utf16", "utf8"]
CODECS = {"utf16": ("utf-16-le", 2), "utf8": ("utf-8", 1)}  # each with the bytes of a unit


def convert(
    text: str, offsets: Iterable[int], unit: OffsetUnit, since: tuple[int, int] = (0, 0)
) -> dict[int, int]:
    """Maps code point offsets to those of another unit, in one pass over the text.

    The pass begins at an offset that is known in both units, with none of the others before it.
    """
    if unit == "codepoint" or text.isascii():
        return {offset: offset for offset in offsets}
    codec, size = CODECS[unit]
    first, known = since
    converted = {first: known}
    for before, offset in pairwise(sorted({first, *offsets})):
        converted[offset] = converted[before] + len(text[before:offset].encode(codec)) // size
    return converted
