"""The parser of HTTP/1.1 requests: httptools', held to one request at a time and to RFC 9112."""

import re
from collections.abc import Sequence
from typing import Protocol

from httptools import (
    HttpParserError,
    HttpParserInvalidMethodError,
    HttpParserInvalidURLError,
    HttpParserUpgrade,
    HttpRequestParser,
)

BLOCK_END = b"\r\n\r\n"  # ends a head, and a body in chunks
NAME = rb"[a-zA-Z0-9._~!$&'()*+,;=%-]+"
HOST = re.compile(rb"(" + NAME + rb"|\[[0-9a-fA-F:.]+\])(:\d{0,5})?|")  # RFC 9112, 3.2
VERSIONS = ("1.0", "1.1")
NO_TUNNEL = "CONNECT: there is nothing behind this service; send GET or POST with a path"
NO_VERSION = "HTTP/{}: this service speaks HTTP/1.1; send that"
NO_HOST = "host: expected a name or an address, perhaps with a port, such as localhost:8000"
NO_PATH = (
    "the path or query has a space or a letter beyond ASCII: write it in percent form, such as "
    "%20, as curl does with --get --data-urlencode"
)
NO_METHOD = (
    "no HTTP method begins the request: send GET or POST, in capitals; here is no TLS, so ask "
    "http:// and not https://"
)
NO_CODING = "transfer-encoding: expected chunked alone; pack a body by content-encoding: gzip"

Fields = Sequence[tuple[bytes, bytes]]


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


def fault_of(method: bytes, version: str, fields: Fields) -> str:
    """Returns what is wrong with a head, in a line that says what to send; or nothing."""
    names = [name for name, _ in fields]
    hosts = names.count(b"host")
    if version not in VERSIONS:
        return NO_VERSION.format(version)
    if hosts > 1 or (not hosts and version == "1.1"):
        return f"host: exactly one is needed, {hosts or 'none'} came"
    if hosts and not HOST.fullmatch(fields[names.index(b"host")][1].strip()):
        return NO_HOST
    if method == b"CONNECT":
        return NO_TUNNEL
    if b"transfer-encoding" in names:
        return _coding_fault(fields)
    return ""


def explain_error(error: HttpParserError) -> str:
    """Returns what is wrong with bytes that are no request, in a line that says what to send."""
    reason = str(error)  # of httptools' own, without the bytes that came
    if isinstance(error, HttpParserInvalidURLError) or reason.startswith("Expected HTTP/"):
        return NO_PATH
    if isinstance(error, HttpParserInvalidMethodError):
        return NO_METHOD
    return f"{reason}: send HTTP/1.1, as RFC 9112 has it"


def _coding_fault(fields: Fields) -> str:
    """Returns what is wrong with the codings: no other than `chunked` is undone here."""
    codings = [value.strip().lower() for name, value in fields if name == b"transfer-encoding"]
    return "" if codings == [b"chunked"] else NO_CODING
