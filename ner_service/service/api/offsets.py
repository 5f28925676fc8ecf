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


def to_codepoints(text: str, offsets: Iterable[int], unit: OffsetUnit) -> dict[int, int]:
    """Maps offsets of another unit to code points, in one pass; offsets beyond the text stay so.

    Raises `ValueError` for an offset within a character.
    """
    if unit == "codepoint" or text.isascii():
        return {offset: offset for offset in offsets}
    codec, size = CODECS[unit]
    encoded = text.encode(codec)
    length = len(encoded) // size
    converted = {0: 0}
    for before, offset in pairwise(sorted({0, *offsets})):
        part = encoded[before * size : offset * size] if before >= 0 else b""
        try:
            chars = len(part.decode(codec))
        except UnicodeDecodeError:
            raise ValueError(f"offset {offset} is within a character of {unit}") from None
        beyond = max(0, offset - max(length, before))
        converted[offset] = converted.get(before, 0) + chars + beyond
    return {offset: converted.get(offset, offset) for offset in {0, *offsets}}
