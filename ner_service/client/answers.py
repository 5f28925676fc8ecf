"""Requests and answers as the clients have them, and when it makes sense to ask again."""

import random
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Literal

import httpx

from ner_service.types import NerError

Unit = Literal["codepoint", "utf16", "utf8"]
RETRIED = frozenset({429, 502, 503, 504})
FIRST_PAUSE_S, LONGEST_PAUSE_S = 0.2, 10.0
WINDOW_TEXTS, WINDOW_CHARS = 200, 200_000  # of a stream, asked in one go
OF_ONE_TEXT = frozenset(
    {"body_too_large", "invalid_json", "invalid_request", "text_too_long", "too_many_texts"}
)


class ServiceError(NerError):
    """The service refused; `code` and `fields` are those of its answer."""

    def __init__(self, status: int, code: str, message: str, fields: Sequence[str] = ()) -> None:
        super().__init__(message)
        self.status, self.code, self.fields = status, code, tuple(fields)


class Unreachable(NerError):
    """The service did not answer, however often it was asked."""


@dataclass(frozen=True, slots=True)
class Found:
    """An entity as the service answers it; offsets count in the unit asked for."""

    start: int
    end: int
    label: str
    text: str
    score: float | None


Answer = list[Found] | ServiceError


@dataclass(frozen=True, slots=True)
class Options:
    """What a client asks for with each text; what is `None` is left to the service."""

    tagger: str | None = None
    labels: tuple[str, ...] | None = None
    offsets: Unit = "codepoint"

    def body(self, **fields: Any) -> dict[str, Any]:
        """A JSON body with these options."""
        if self.tagger is not None:
            fields["tagger"] = self.tagger
        if self.labels is not None:
            fields["labels"] = list(self.labels)
        return fields | {"offsets": self.offsets}


def headers(key: str | None) -> dict[str, str]:
    """What goes with every request."""
    return {"authorization": f"Bearer {key}"} if key else {}


def pause(attempt: int, response: httpx.Response | None) -> float | None:
    """Seconds before another attempt, `None` where it would be of no use.

    What the service asks for, or else a growing pause; with jitter, so that clients part ways.
    """
    if response is not None:
        if response.status_code not in RETRIED:
            return None
        asked = response.headers.get("retry-after", "")
        if asked.isdigit():
            return min(float(asked), LONGEST_PAUSE_S) * random.uniform(1, 1.25)
    most: float = min(FIRST_PAUSE_S * 2**attempt, LONGEST_PAUSE_S)
    return random.uniform(most / 2, most)


def content(response: httpx.Response | None, url: httpx.URL) -> Any:
    """The JSON of an answer; raises `ServiceError` where it is a refusal."""
    if response is None:
        raise Unreachable(f"{url}: no answer")
    if response.is_success:
        return response.json()
    try:
        fault = response.json()["error"]
        code, message, fields = fault["code"], fault["message"], fault["fields"]
    except (ValueError, KeyError, TypeError):
        code, message, fields = "http_error", f"{url}: status {response.status_code}", []
    raise ServiceError(response.status_code, code, message, fields)


def found(result: Mapping[str, Any]) -> list[Found]:
    """The entities of a result that is no error."""
    return [Found(**entity) for entity in result["entities"]]


def answer(result: Mapping[str, Any]) -> Answer:
    """The entities of one result, or the error in their place."""
    if fault := result.get("error"):
        return ServiceError(200, fault["code"], fault["message"], fault["fields"])
    return found(result)


def spoilt(window: Sequence[str], error: ServiceError) -> bool:
    """Says whether one of several texts may have spoilt the answer of all."""
    return len(window) > 1 and error.code in OF_ONE_TEXT


def windows(texts: Iterable[str]) -> Iterator[list[str]]:
    """Parts a stream of texts into those that are asked in one go."""
    window: list[str] = []
    size = 0
    for text in texts:
        if window and (len(window) == WINDOW_TEXTS or size + len(text) > WINDOW_CHARS):
            yield window
            window, size = [], 0
        window.append(text)
        size += len(text)
    if window:
        yield window
