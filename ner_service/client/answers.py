"""Requests, answers and retries, as the clients for threads and for asyncio share them."""

import random
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass, replace
from typing import Any, Generic, Literal, TypeVar

import httpx

from ner_service.batching import gather
from ner_service.errors import Code, NerError
from ner_service.types import Name, Parts

Read = TypeVar("Read")
Http = TypeVar("Http", httpx.Client, httpx.AsyncClient)
OffsetUnit = Literal["codepoint", "utf16", "utf8"]
RETRIED = frozenset({429, 502, 503, 504})
NEVER_RETRIED = httpx.UnsupportedProtocol, httpx.LocalProtocolError, httpx.DecodingError
NO_KEY = "the key is no value of a header"  # httpx's message may quote it
FIRST_PAUSE_S, LONGEST_PAUSE_S = 0.2, 10.0
LONGEST_WAIT_S = 60.0  # a longer `Retry-After`, as for a key over its limit, is an error at once
WINDOW_TEXTS, WINDOW_CHARS = 200, 200_000  # of a stream, sent in one request
CODES_OF_ONE_TEXT = frozenset(code for code in Code if code.of_one_text)


class ServiceError(NerError):
    """The service refused a request; `code` and `fields` are those of its answer."""

    def __init__(self, status: int, code: str, message: str, fields: Sequence[str] = ()) -> None:
        super().__init__(message)
        self.status, self.code, self.fields = status, code, tuple(fields)


class Unreachable(NerError):
    """The service did not answer, however often it was asked."""


@dataclass(frozen=True, slots=True)
class Found:
    """An entity in an answer of the service; its offsets count in the unit that was asked for.

    `normal` is its base form, and `parts` are those of a person's name; both are `None` where
    `normal` was not asked for, and where unsure. `sources` are the taggers or rules that found it,
    where several might have.
    """

    start: int
    end: int
    label: str
    text: str
    score: float | None
    normal: str | None = None
    parts: Parts | None = None
    sources: tuple[str, ...] = ()


class Entities(list[Found]):
    """The entities of a text, with the names that they join to if `normal` was asked for.

    `warning` is there where the text is mostly not in the tagger's language.
    """

    def __init__(
        self,
        entities: Iterable[Found] = (),
        names: Iterable[Name] = (),
        warning: str | None = None,
    ) -> None:
        super().__init__(entities)
        self.names = tuple(names)
        self.warning = warning


Answer = Entities | ServiceError


@dataclass(frozen=True, slots=True)
class Options:
    """The options of each request; the service decides about those that are `None`.

    With `normal` it adds base forms, parts of persons' names, and joined mentions.
    """

    tagger: str | None = None
    labels: tuple[str, ...] | None = None
    offsets: OffsetUnit = "codepoint"
    normal: bool | None = None
    convention: str | None = None

    def body(self, **fields: Any) -> dict[str, Any]:
        """Return the JSON body of a request; what is given here takes the place of an option."""
        given = asdict(self), fields
        return {name: value for some in given for name, value in some.items() if value is not None}


class Connecting(Generic[Http]):
    """A client, whichever it is, connects to the service with these settings.

    It tries up to `attempts` times where the service is full, restarts or cannot be reached.
    `normal` is the option of that name.
    Raises `Unreachable` where an address, a key, or a proxy of the environment is invalid.
    """

    _library: type[Http]
    _http: Http

    def __init__(
        self,
        url: str = "http://localhost:8000",
        *,
        key: str | None = None,
        options: Options = Options(),
        normal: bool | None = None,
        timeout_s: float = 60.0,
        attempts: int = 5,
    ) -> None:
        self._options = options if normal is None else replace(options, normal=normal)
        self._attempts = attempts
        headers = {"authorization": f"Bearer {key}"} if key else {}
        try:
            self._http = self._library(base_url=url, headers=headers, timeout=timeout_s)
        except UnicodeEncodeError:
            raise Unreachable(f"{url}: {NO_KEY}") from None
        except (httpx.InvalidURL, ValueError, ImportError) as error:
            raise Unreachable(f"{url}: {error}") from None


Outcome = httpx.Response | httpx.RequestError | UnicodeEncodeError
"""The outcome of an attempt: an answer, or the reason why there is none."""


def pause(attempt: int, outcome: Outcome) -> float | None:
    """Return the seconds to wait before another attempt, `None` where it would be of no use.

    The service may ask for a pause; else pauses grow. Both have jitter, so that the clients of an
    overloaded service do not all come back at once.
    """
    if isinstance(outcome, (UnicodeEncodeError, *NEVER_RETRIED)):
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


def content(outcome: Outcome, url: httpx.URL, read: Callable[[Any], Read]) -> Read:
    """Return what `read` makes of an answer's JSON.

    Raises `ServiceError` where it is a refusal or does not come from this service, and
    `Unreachable` where there is no answer.
    """
    if isinstance(outcome, UnicodeEncodeError):  # its own message would quote the text
        raise ServiceError(422, "invalid_json", f"a text has no UTF-8: {outcome.reason}")
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
        refused = ServiceError(status, "http_error", message)
    raise refused


def entities_of(result: Mapping[str, Any]) -> Entities:
    """Return the entities of a result that is no error, and its names."""
    entities = (
        Found(**entity | _parts_of(entity) | {"sources": tuple(entity.get("sources", ()))})
        for entity in result["entities"]
    )
    names = (
        Name(name["label"], name["normal"], _parts_of(name)["parts"], tuple(name["mentions"]))
        for name in result.get("names", ())
    )
    return Entities(entities, names, result.get("warning"))


def _parts_of(value: Mapping[str, Any]) -> dict[str, Parts | None]:
    parts = value.get("parts")
    return {"parts": parts and Parts(**parts)}


def answers_of(value: Mapping[str, Any]) -> list[Answer]:
    """Return the entities of each of several texts, or the error of that text."""
    return [_answer(result) for result in value["results"]]


def _answer(result: Mapping[str, Any]) -> Answer:
    if fault := result.get("error"):
        return ServiceError(200, fault["code"], fault["message"], fault["fields"])
    return entities_of(result)


def taggers_of(value: Iterable[Mapping[str, Any]]) -> list[dict[str, Any]]:
    """Return the service's description of each tagger."""
    return [dict(tagger) for tagger in value]


def check_texts(texts: Iterable[str]) -> Iterator[str]:
    """Yield the texts; raises `TypeError` for what is no text, and for one in place of several."""
    if isinstance(texts, str | bytes | Mapping):
        kind = type(texts).__name__
        raise TypeError(f"texts: is {kind}, and should be a list of texts; `tag` takes one text")
    for n, text in enumerate(texts):
        if not isinstance(text, str):
            raise TypeError(f"texts[{n}]: is {type(text).__name__}, and should be str")
        yield text


def windows(texts: Iterable[str]) -> Iterator[list[str]]:
    """Split a stream of texts into lists that are sent in one request each."""
    return gather(check_texts(texts), len, WINDOW_CHARS, WINDOW_TEXTS)
