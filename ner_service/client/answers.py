"""The clients share their requests and answers, and the rule when to ask again."""

import random
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any, Literal, TypeVar

import httpx

from ner_service.errors import Code, NerError

Read = TypeVar("Read")
Unit = Literal["codepoint", "utf16", "utf8"]
RETRIED = frozenset({429, 502, 503, 504})
HOPELESS = httpx.UnsupportedProtocol, httpx.LocalProtocolError, httpx.DecodingError
NO_KEY = "the key is no value of a header"  # httpx's message may quote it
FIRST_PAUSE_S, LONGEST_PAUSE_S = 0.2, 10.0
LONGEST_WAIT_S = 60.0  # that the service may ask for; it asks for more where a key is to wait
WINDOW_TEXTS, WINDOW_CHARS = 200, 200_000  # of a stream, asked in one go
OF_ONE_TEXT = frozenset(code for code in Code if code.of_one_text)


class ServiceError(NerError):
    """The service refused; `code` and `fields` are those of its answer."""

    def __init__(self, status: int, code: str, message: str, fields: Sequence[str] = ()) -> None:
        super().__init__(message)
        self.status, self.code, self.fields = status, code, tuple(fields)


class Unreachable(NerError):
    """The service did not answer, however often it was asked."""


@dataclass(frozen=True, slots=True)
class Found:
    """The service found this entity; its offsets count in the unit asked for."""

    start: int
    end: int
    label: str
    text: str
    score: float | None


Answer = list[Found] | ServiceError


@dataclass(frozen=True, slots=True)
class Options:
    """These options go with each text; a `None` is left to the service."""

    tagger: str | None = None
    labels: tuple[str, ...] | None = None
    offsets: Unit = "codepoint"

    def body(self, **fields: Any) -> dict[str, Any]:
        """Returns a JSON body with these options."""
        if self.tagger is not None:
            fields["tagger"] = self.tagger
        if self.labels is not None:
            fields["labels"] = list(self.labels)
        return fields | {"offsets": self.offsets}


def headers(key: str | None) -> dict[str, str]:
    """Returns the headers of every request."""
    return {"authorization": f"Bearer {key}"} if key else {}


@contextmanager
def checked_address(url: str) -> Iterator[None]:
    """Raises `Unreachable` where an address, a key, or a proxy of the environment is wrong."""
    try:
        yield
    except UnicodeEncodeError:
        raise Unreachable(f"{url}: {NO_KEY}") from None
    except (httpx.InvalidURL, ValueError, ImportError) as error:
        raise Unreachable(f"{url}: {error}") from None


Outcome = httpx.Response | httpx.RequestError
"""An attempt ends with an answer, or with why there is none."""


def pause(attempt: int, outcome: Outcome) -> float | None:
    """Returns the seconds before another attempt, `None` where it would be of no use.

    They are what the service asks for, or else they grow; jitter keeps clients apart.
    """
    if isinstance(outcome, HOPELESS):
        return None
    if isinstance(outcome, httpx.Response):
        if outcome.status_code not in RETRIED:
            return None
        asked = outcome.headers.get("retry-after", "")
        if asked.isdigit():
            wait = float(asked)
            return wait * random.uniform(1, 1.25) if wait <= LONGEST_WAIT_S else None
    most: float = min(FIRST_PAUSE_S * 2**attempt, LONGEST_PAUSE_S)
    return random.uniform(most / 2, most)


def read_answer(outcome: Outcome, url: httpx.URL, read: Callable[[Any], Read]) -> Read:
    """Returns an answer's JSON as `read` turns it into objects.

    Raises `ServiceError` where it is a refusal, or no answer of this service's at all.
    """
    if not isinstance(outcome, httpx.Response):
        reason = NO_KEY if isinstance(outcome, httpx.LocalProtocolError) else outcome
        raise Unreachable(f"{url}: no answer: {reason}")
    status = outcome.status_code
    try:
        value = outcome.json()
        if outcome.is_success:
            return read(value)
        fault = value["error"]
        refused = ServiceError(status, fault["code"], fault["message"], fault["fields"])
    except (ValueError, KeyError, TypeError, AttributeError):
        message = f"{url}: status {status}, and no answer of ner-service's"
        refused = ServiceError(status, Code.HTTP_ERROR, message)
    raise refused


def unsendable(error: UnicodeEncodeError) -> ServiceError:
    """Returns the error of a text that cannot be sent; its message does not quote it."""
    return ServiceError(422, Code.INVALID_JSON, f"a text has no UTF-8: {error.reason}")


def entities_of(result: Mapping[str, Any]) -> list[Found]:
    """Returns the entities of a result that is no error."""
    return [Found(**entity) for entity in result["entities"]]


def answers(value: Mapping[str, Any]) -> list[Answer]:
    """Returns the entities of each of several texts, or the error in their place."""
    return [answer(result) for result in value["results"]]


def tagger_list(value: Iterable[Mapping[str, Any]]) -> list[dict[str, Any]]:
    """Returns each tagger as the service describes it."""
    return [dict(tagger) for tagger in value]


def answer(result: Mapping[str, Any]) -> Answer:
    """Returns the entities of one result, or the error in their place."""
    if fault := result.get("error"):
        return ServiceError(200, fault["code"], fault["message"], fault["fields"])
    return entities_of(result)


def may_be_of_one_text(window: Sequence[str], error: ServiceError) -> bool:
    """Returns whether one of several texts may be why none was answered."""
    return len(window) > 1 and error.code in OF_ONE_TEXT


def windows(texts: Iterable[str]) -> Iterator[list[str]]:
    """Splits a stream of texts into lists that are asked in one go."""
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
