"""The parser of HTTP/1.1 requests: httptools', held to one request at a time."""

from typing import Protocol

from httptools import HttpParserUpgrade, HttpRequestParser

BLOCK_END = b"\r\n\r\n"  # ends a head, and a body in chunks


class Callbacks(Protocol):
    """A receiver of what the parser reads; httptools looks its other methods up by name."""

    url: bytes
    headers: list[tuple[bytes, bytes]]


class Parser(HttpRequestParser):
    """A parser that can be fed up to the end of a request, and that ignores offers to upgrade.

    httptools does not stop behind a request: of pipelined ones it would make as many requests as
    a read holds, 28 MB of a read of 256 KB. Many clients offer HTTP/2, and a server without it
    answers as ever (RFC 9110, 7.8); httptools ends such a request at its head, which is therefore
    parsed again without the offer.
    """

    def __init__(self, callbacks: Callbacks) -> None:
        super().__init__(callbacks)
        self.set_dangerous_leniencies(lenient_data_after_close=True)  # as uvicorn does
        self._callbacks = callbacks
        self._body_left = 0  # bytes; 0 in a head, and in a body that comes in chunks
        self._fed_last = b""  # up to three bytes of a block whose end may come in two reads

    def expect_body(self) -> None:
        """Sets, once a head is complete, how long its body is."""
        for name, value in self._callbacks.headers:
            if name == b"content-length":
                self._body_left = int(value)

    def advance(self, data: bytes, start: int) -> int:
        """Returns up to where `feed_part` may be given data: not beyond the request at hand."""
        if self._body_left:
            end = min(len(data), start + self._body_left)
            self._body_left -= end - start
            return end
        before, self._fed_last = self._fed_last, b""
        if before and (end := (before + data[start : start + 3]).find(BLOCK_END)) >= 0:
            return start + end + len(BLOCK_END) - len(before)
        if (end := data.find(BLOCK_END, start)) >= 0:
            return end + len(BLOCK_END)
        self._fed_last = (before + data[start:])[-3:]
        return len(data)

    def feed_part(self, part: bytes) -> None:
        """Parses what `advance` has measured; raises `HttpParserError`."""
        try:
            self.feed_data(part)
        except HttpParserUpgrade:
            self.feed_data(self._head())

    def _head(self) -> bytes:
        """Returns the head at hand without its offer to upgrade."""
        method, version = self.get_method(), self.get_http_version().encode()
        fields = [field for field in self._callbacks.headers if field[0] != b"upgrade"]
        lines = [b"%s %s HTTP/%s" % (method, self._callbacks.url, version)]
        return b"\r\n".join([*lines, *(b"%s: %s" % field for field in fields), b"", b""])
