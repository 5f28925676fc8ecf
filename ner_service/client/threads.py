"""The client of the service for threads."""

import time
from collections.abc import Callable, Iterable, Iterator, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from typing import Any, Self

import httpx

from ner_service.client import answers, masking
from ner_service.client.answers import Answer, Connecting, Entities, Outcome, Read, ServiceError
from ner_service.client.masking import Key, Masked, Span, Style


class Client(Connecting[httpx.Client]):
    """A client of the service that threads may share."""

    _library = httpx.Client

    def tag(self, text: str, *, normal: bool | None = None) -> Entities:
        """Return the entities of a text; raises `ServiceError` or `Unreachable`.

        `normal` takes the place of the client's option.
        """
        asked = self._options.body(text=text, normal=normal)
        return self._ask(answers.entities_of, "POST", "/ner", json=asked)

    def tag_batch(self, texts: Sequence[str], *, normal: bool | None = None) -> list[Answer]:
        """Return the entities of each text, or the error of that text."""
        asked = self._options.body(texts=list(answers.check_texts(texts)), normal=normal)
        return self._ask(answers.answers_of, "POST", "/ner/batch", json=asked)

    def tag_stream(self, texts: Iterable[str], *, normal: bool | None = None) -> Iterator[Answer]:
        """Yield the answers to any number of texts in their order; one may be an error.

        Texts go to `POST /ner/batch`, up to 200 in a request. While the caller reads the answers of
        one request, the service answers the next.
        """
        with ThreadPoolExecutor(1) as ahead:
            waiting: Future[list[Answer]] | None = None
            for window in answers.windows(texts):
                answered, waiting = waiting, ahead.submit(self._window, window, normal)
                if answered:
                    yield from answered.result()
            if waiting:
                yield from waiting.result()

    def _window(self, window: Sequence[str], normal: bool | None) -> list[Answer]:
        try:
            return self.tag_batch(window, normal=normal)
        except ServiceError as error:
            if error.code not in answers.CODES_OF_ONE_TEXT:
                raise
            if len(window) == 1:
                return [error]
            return [answer for text in window for answer in self._window([text], normal)]

    def mask(
        self,
        text: str,
        *,
        labels: Sequence[str] | None = None,
        style: Style = "label",
        seed: int = 0,
        entities: Iterable[Span] | None = None,
    ) -> Masked:
        """Return a text without its names, and the key that brings them back.

        `labels` take the place of the client's option, and may name identifiers such as `EMAIL`.
        `entities` are hidden in the place of those that a tagger finds. `seed` draws surrogates.
        """
        asked = masking.mask_body(self._options, text, labels, style, seed, entities)
        return self._ask(masking.masked_of, "POST", "/mask", json=asked)

    def unmask(self, text: str, key: Key, *, rewritten: bool = False) -> str:
        """Return a masked text, as it was or changed, with its names again.

        A text that is `rewritten` need not share a word with the masked one, as answers of a
        language model do not.
        """
        asked = {"text": text, "key": dict(key), "rewritten": rewritten}
        return self._ask(masking.text_of, "POST", "/unmask", json=asked)

    def taggers(self) -> list[dict[str, Any]]:
        """Return the service's description of each of its taggers."""
        return self._ask(answers.taggers_of, "GET", "/taggers")

    def _ask(self, read: Callable[[Any], Read], method: str, path: str, **body: Any) -> Read:
        outcome = self._attempt(method, path, **body)
        for attempt in range(self._attempts - 1):
            seconds = answers.pause(attempt, outcome)
            if seconds is None:
                break
            time.sleep(seconds)
            outcome = self._attempt(method, path, **body)
        return answers.content(outcome, self._http.base_url, read)

    def _attempt(self, method: str, path: str, **body: Any) -> Outcome:
        try:
            return self._http.request(method, path, **body)
        except (httpx.RequestError, UnicodeEncodeError) as error:
            return error

    def close(self) -> None:
        """Close the connections."""
        self._http.close()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *error: object) -> None:
        self.close()
