"""This module holds the errors that a caller can act on, and the codes that the service answers."""

from collections.abc import Sequence
from enum import StrEnum
from typing import Any, Self


class NerError(Exception):
    """A caller can act on this error; its text is one line that says how."""


class UnknownTagger(NerError):
    """No tagger goes by that name."""


class MissingExtra(NerError):
    """A library that an optional feature needs is not installed."""

    def __init__(self, feature: str, extra: str) -> None:
        super().__init__(f"{feature} needs: pip install 'ner-service[{extra}]'")


class ModelError(NerError):
    """A model folder or package is missing, damaged, or of another format."""


class CorpusError(NerError):
    """A file of texts or labels cannot be read; the message names file and line."""


class ConfigError(NerError):
    """A setting, option or configuration key has a wrong value; the message names it."""


class Code(StrEnum):
    """A code names an error that the service answers, and holds all that there is to say of it.

    Responses, the OpenAPI document, the table of docs/api.md and the client are made of this one
    table. A member has the HTTP `status` of its answer; its `meaning`, with what to do about it;
    an `example` of a message; the request's `fields` that the example names; and `of_one_text`,
    which is true where one of several texts may be the cause, so that the others are worth sending.
    """

    status: int
    meaning: str
    example: str
    fields: tuple[str, ...]
    of_one_text: bool

    def __new__(
        cls, code: str, status: int, meaning: str, example: str, field: str = "", one: bool = False
    ) -> Self:
        member = str.__new__(cls, code)
        member._value_ = code
        member.status, member.meaning, member.example = status, meaning, example
        member.fields, member.of_one_text = (field,) if field else (), one
        return member

    # fmt: off
    INVALID_HTTP = ("invalid_http", 400,
        "The head is not HTTP/1.1 with one `Host` and below 64 KB: mend it; the connection closes",
        "host: exactly one is needed, none came")
    UNAUTHORIZED = ("unauthorized", 401,
        "A known API key is needed: send `Authorization: Bearer KEY` or `X-API-Key: KEY`",
        "authorization: a known API key is needed")
    UNKNOWN_TAGGER = ("unknown_tagger", 404,
        "No tagger goes by that name: take one of those that the message lists",
        "unknown tagger; known are natasha, spacy, bilstm", "tagger")
    HTTP_ERROR = ("http_error", 404,
        "There is no such path, or it does not take that method (405): see `/docs`",
        "Not Found")
    BODY_TOO_SLOW = ("body_too_slow", 408,
        "The body stopped coming: send it faster",
        "the body stopped coming for 30 s (NER_CLIENT_TIMEOUT_S)")
    BODY_TOO_LARGE = ("body_too_large", 413,
        "The body, or a line of a stream, is too large: send less; the message names the limit",
        "the body is larger than 16000000 bytes (NER_MAX_BODY_BYTES)", "", True)
    TEXT_TOO_LONG = ("text_too_long", 413,
        "A text is too long: send it in parts; the message names the limit",
        "text: longer than 1000000 characters (NER_MAX_TEXT_CHARS)", "text", True)
    TOO_MANY_TEXTS = ("too_many_texts", 413,
        "There are too many texts: send fewer, or a stream; the message names the limit",
        "texts: more than 1000 (NER_MAX_BATCH_TEXTS)", "texts", True)
    UNSUPPORTED_MEDIA_TYPE = ("unsupported_media_type", 415,
        "The content type is not one of the route's: send one that the message lists",
        "content-type: expected application/json or text/plain")
    UNSUPPORTED_CHARSET = ("unsupported_charset", 415,
        "The content type names a charset that is not UTF-8: send UTF-8",
        "content-type: the charset must be UTF-8")
    UNSUPPORTED_ENCODING = ("unsupported_encoding", 415,
        "The body is packed otherwise than by gzip: pack it so, or send it as it is",
        "content-encoding: expected gzip, or none: send the body as it is")
    INVALID_REQUEST = ("invalid_request", 422,
        "The request is malformed: mend the `fields`",
        "text: Field required", "text", True)
    INVALID_JSON = ("invalid_json", 422,
        "The body is not valid JSON: the message says where",
        "the body is not valid JSON: EOF while parsing an object at line 1 column 1", "", True)
    INVALID_ENCODING = ("invalid_encoding", 422,
        "A plain text is not UTF-8, or a gzip body is damaged: the message says where",
        "the body is not UTF-8 at byte 0")
    UNKNOWN_LABEL = ("unknown_label", 422,
        "The tagger has no such label: take some of those that the message lists",
        "labels: bilstm knows PER, LOC, ORG", "labels")
    OVERLOADED = ("overloaded", 429,
        "The queue is full: come again after `Retry-After` seconds",
        "the queue is full: try again in 2 s")
    RATE_LIMITED = ("rate_limited", 429,
        "This key asks too often: come again after `Retry-After` seconds",
        "more than 10 requests a second: try again in 1 s")
    TAGGER_FAILED = ("tagger_failed", 500,
        "The tagger failed on this text: report it, with the `x-request-id`",
        "the tagger failed on this text")
    INTERNAL = ("internal", 500,
        "The service has a fault: report it, with the `x-request-id`",
        "an error inside the service")
    NOT_READY = ("not_ready", 503,
        "The tagger is loading or restarting: come again after `Retry-After` seconds",
        "bilstm: is loading")
    TOO_MANY_CONNECTIONS = ("too_many_connections", 503,
        "There are too many connections: come again after `Retry-After` seconds",
        "too many connections: try again in 1 s (NER_MAX_CONNECTIONS)")
    TIMEOUT = ("timeout", 504,
        "The deadline passed: send less, or come again later",
        "no answer within 30 s (NER_TIMEOUT_S)")
    # fmt: on


class Refused(NerError):
    """The service answers this error to a request, or to one text of several.

    `retry` is in how many seconds to try again, 0 where that is of no use.
    """

    def __init__(
        self, code: Code, message: str, fields: Sequence[str] = (), retry: int = 0, status: int = 0
    ) -> None:
        super().__init__(message)
        self.code, self.fields, self.retry = code, tuple(fields), retry
        self.status = status or code.status

    def body(self) -> dict[str, Any]:
        """Returns the error as the response has it."""
        return {"code": self.code, "message": str(self), "fields": list(self.fields)}
