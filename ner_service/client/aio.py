"""This client is for asyncio."""

import asyncio
from collections.abc import AsyncIterator, Callable, Iterable, Sequence
from typing import Any, Self

import httpx

from ner_service.client import answers as shared
from ner_service.client.answers import Answer, Found, Options, Outcome, Read, ServiceError


class AsyncClient:
    """This client does what `Client` does, in one event loop; tasks may share it."""

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
            self._http = httpx.AsyncClient(
                base_url=url, headers=shared.headers(key), timeout=timeout_s
            )

    async def tag(self, text: str) -> list[Found]:
        """Returns the entities of a text; raises `ServiceError` or `Unreachable`."""
        return await self._ask(
            shared.entities_of, "POST", "/ner", json=self._options.body(text=text)
        )

    async def tag_batch(self, texts: Sequence[str]) -> list[Answer]:
        """Returns the entities of each text, or the error in their place."""
        asked = self._options.body(texts=list(texts))
        return await self._ask(shared.answers, "POST", "/ner/batch", json=asked)

    async def tag_stream(self, texts: Iterable[str]) -> AsyncIterator[Answer]:
        """Answers texts without end in their order; an error of one text is its answer.

        While one window of texts is read by the caller, the next is being answered.
        """
        waiting: asyncio.Task[list[Answer]] | None = None
        try:
            for window in shared.windows(texts):
                answered, waiting = waiting, asyncio.create_task(self._window(window))
                for each in await answered if answered else []:
                    yield each
            for each in await waiting if waiting else []:
                yield each
        finally:
            if waiting:
                waiting.cancel()

    async def _window(self, window: Sequence[str]) -> list[Answer]:
        try:
            return await self.tag_batch(window)
        except ServiceError as error:
            if shared.may_be_of_one_text(window, error):
                return [answer for text in window for answer in await self._window([text])]
            if error.code in shared.OF_ONE_TEXT:
                return [error]
            raise

    async def taggers(self) -> list[dict[str, Any]]:
        """Returns the taggers as the service describes them."""
        return await self._ask(shared.tagger_list, "GET", "/taggers")

    async def _ask(self, read: Callable[[Any], Read], method: str, path: str, **body: Any) -> Read:
        outcome = await self._attempt(method, path, **body)
        for attempt in range(self._attempts - 1):
            seconds = shared.pause(attempt, outcome)
            if seconds is None:
                break
            await asyncio.sleep(seconds)
            outcome = await self._attempt(method, path, **body)
        return shared.read_answer(outcome, self._http.base_url, read)

    async def _attempt(self, method: str, path: str, **body: Any) -> Outcome:
        try:
            return await self._http.request(method, path, **body)
        except UnicodeEncodeError as error:
            raise shared.unsendable(error) from None
        except httpx.RequestError as error:
            return error

    async def close(self) -> None:
        """Closes the connections."""
        await self._http.aclose()

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(self, *error: object) -> None:
        await self.close()
