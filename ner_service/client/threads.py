"""This client is for threads."""

import time
from collections.abc import Callable, Iterable, Iterator, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from typing import Any, Self

import httpx

from ner_service.client import answers as shared
from ner_service.client.answers import Answer, Found, Options, Outcome, Read, ServiceError


class Client:
    """This client asks the service; threads may share it.

    Where the service is full, restarts or cannot be reached, it is asked up to `attempts` times.
    """

    def __init__(
        self,
        url: str = "http://localhost:8000",
        *,
        key: str | None = None,
        options: Options = Options(),
        timeout_s: float = 60.0,
        attempts: int = 5,
    ) -> None:
        self._options, self._attempts = options, attempts
        with shared.checked_address(url):
            self._http = httpx.Client(base_url=url, headers=shared.headers(key), timeout=timeout_s)

    def tag(self, text: str) -> list[Found]:
        """Returns the entities of a text; raises `ServiceError` or `Unreachable`."""
        return self._ask(shared.entities_of, "POST", "/ner", json=self._options.body(text=text))

    def tag_batch(self, texts: Sequence[str]) -> list[Answer]:
        """Returns the entities of each text, or the error in their place."""
        asked = self._options.body(texts=list(texts))
        return self._ask(shared.answers, "POST", "/ner/batch", json=asked)

    def tag_stream(self, texts: Iterable[str]) -> Iterator[Answer]:
        """Answers texts without end in their order; an error of one text is its answer.

        While one window of texts is read by the caller, the next is being answered.
        """
        with ThreadPoolExecutor(1) as ahead:
            waiting: Future[list[Answer]] | None = None
            for window in shared.windows(texts):
                answered, waiting = waiting, ahead.submit(self._window, window)
                if answered:
                    yield from answered.result()
            if waiting:
                yield from waiting.result()

    def _window(self, window: Sequence[str]) -> list[Answer]:
        try:
            return self.tag_batch(window)
        except ServiceError as error:
            if shared.may_be_of_one_text(window, error):
                return [answer for text in window for answer in self._window([text])]
            if error.code in shared.OF_ONE_TEXT:
                return [error]
            raise

    def taggers(self) -> list[dict[str, Any]]:
        """Returns the taggers as the service describes them."""
        return self._ask(shared.tagger_list, "GET", "/taggers")

    def _ask(self, read: Callable[[Any], Read], method: str, path: str, **body: Any) -> Read:
        outcome = self._attempt(method, path, **body)
        for attempt in range(self._attempts - 1):
            seconds = shared.pause(attempt, outcome)
            if seconds is None:
                break
            time.sleep(seconds)
            outcome = self._attempt(method, path, **body)
        return shared.read_answer(outcome, self._http.base_url, read)

    def _attempt(self, method: str, path: str, **body: Any) -> Outcome:
        try:
            return self._http.request(method, path, **body)
        except UnicodeEncodeError as error:
            raise shared.unsendable(error) from None
        except httpx.RequestError as error:
            return error

    def close(self) -> None:
        """Closes the connections."""
        self._http.close()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *error: object) -> None:
        self.close()
