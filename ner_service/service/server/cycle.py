"""uvicorn's cycle of a request and its answer; what is sent whole is sent in one write."""

from collections.abc import Iterable
from typing import Any

from uvicorn.protocols.http.httptools_impl import STATUS_LINE, RequestResponseCycle


class Joining(RequestResponseCycle):
    """Keeps a head that tells the body's length until the body is there.

    Two writes wake the client twice and cost more than to join them. Headers are the
    application's own and are sent as they are.
    """

    _head: dict[str, Any] | None = None

    async def send(self, message: Any) -> None:
        head, self._head = self._head, None
        if head and not message.get("more_body") and self.scope["method"] != "HEAD":
            await self._send_whole(head, message["body"])
        elif head:
            self.response_started = False
            await super().send(head)  # type: ignore[arg-type]
            await super().send(message)
        elif message["type"] == "http.response.start" and tells_length(message):
            self._head, self.response_started = message, True
        else:
            if self.scope["http_version"] == "1.0":  # knows no chunks: a body ends by closing
                self.chunked_encoding = False
                self.expected_content_length = len(message.get("body", b""))
            await super().send(message)

    async def _send_whole(self, head: dict[str, Any], body: bytes) -> None:
        if self.flow.write_paused and not self.disconnected:
            await self.flow.drain()
        if self.disconnected:
            return
        fields = [*self.default_headers, *head["headers"]]
        if not self.keep_alive:
            fields.append((b"connection", b"close"))
        self.transport.write(joined(head["status"], fields, body))
        self.response_complete = True
        self.message_event.set()
        if not self.keep_alive:
            self.transport.close()
        self.on_response()


def joined(status: int, fields: Iterable[tuple[bytes, bytes]], body: bytes) -> bytes:
    """An answer as it is sent."""
    lines = [b"%s: %s\r\n" % field for field in fields]
    return b"".join([STATUS_LINE[status], *lines, b"\r\n", body])


def tells_length(start: Any) -> bool:
    """Whether the start of an answer says how long its body is."""
    return any(name == b"content-length" for name, _ in start["headers"])
