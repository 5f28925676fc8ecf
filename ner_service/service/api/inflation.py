"""Inflation unpacks a gzip body part by part, so that no more is held than the limits allow."""

import zlib
from collections.abc import Iterator

from ner_service.errors import Code, Refused

GZIP = 16 + zlib.MAX_WBITS  # zlib's number for the gzip format with the largest window
PACKED_BYTES = 16_384  # at a time: what is left of them is copied for each piece and member
PIECE_BYTES = 65_536  # unpacked at a time; as much as the server reads at a time
MOST_RATIO = 100  # texts pack to a twentieth at best; a bomb to a thousandth


class Inflater:
    """An inflater unpacks one body; it has several members where files were joined.

    A body may unpack to `free` bytes whatever its own size, and to `MOST_RATIO` times its size
    beyond. This bounds streams, which may be endless; other bodies have a limit of their own.
    """

    def __init__(self, free: int) -> None:
        self._member = zlib.decompressobj(GZIP)
        self._room = free  # bytes that may still come out

    def pieces(self, packed: bytes) -> Iterator[bytes]:
        """Yields what the next bytes of the body unpack to, at most `PIECE_BYTES` at a time."""
        self._room += MOST_RATIO * len(packed)
        for start in range(0, len(packed), PACKED_BYTES):
            yield from self._few_pieces(packed[start : start + PACKED_BYTES])

    def _few_pieces(self, packed: bytes) -> Iterator[bytes]:
        while packed := self._next_member(packed) if self._member.eof else packed:
            piece = self._inflate(packed)
            packed = self._member.unused_data or self._member.unconsumed_tail
            self._room -= len(piece)
            if self._room < 0:
                message = f"the body unpacks to over {MOST_RATIO} times its size: send it unpacked"
                raise Refused(Code.BODY_TOO_LARGE, message)
            if piece:
                yield piece

    def end(self) -> None:
        """Raises where the body ends before its gzip data do."""
        if not self._member.eof:
            raise Refused(Code.INVALID_ENCODING, "the body's gzip data are cut short: send it all")

    def _next_member(self, packed: bytes) -> bytes:
        """Begins a member, if one follows the last; returns its bytes."""
        packed = packed.lstrip(b"\0")  # padding, which gzip passes over
        if packed:
            self._member = zlib.decompressobj(GZIP)
        return packed

    def _inflate(self, packed: bytes) -> bytes:
        try:
            return self._member.decompress(packed, PIECE_BYTES)
        except zlib.error:
            message = "the body is not gzip: pack it anew, or send it without content-encoding"
            raise Refused(Code.INVALID_ENCODING, message) from None
