"""The client of the service for asyncio."""

import asyncio
from collections.abc import AsyncIterator, Callable, Iterable, Sequence
from typing import Any, Self

import httpx

from ner_service.client import answers, masking
from ner_service.client.answers import Answer, Connecting, Entities, Outcome, Read, ServiceError
from ner_service.client.masking import Key, Masked, Span, Style


class AsyncClient(Connecting[httpx.AsyncClient]):
    """A client like `Client` for one event loop; tasks may share it."""

    _library = httpx.AsyncClient

    async def tag(self, text: str, *, normal: bool | None = None) -> Entities:
        """Return the entities of a text; raises `ServiceError` or `Unreachable`.

        `normal` takes the place of the client's option.
        """
        asked = self._options.body(text=text, normal=normal)
        return await self._ask(answers.entities_of, "POST", "/ner", json=asked)

    async def tag_batch(self, texts: Sequence[str], *, normal: bool | None = None) -> list[Answer]:
        """Return the entities of each text, or the error of that text."""
        asked = self._options.body(texts=list(answers.check_texts(texts)), normal=normal)
        return await self._ask(answers.answers_of, "POST", "/ner/batch", json=asked)

    async def tag_stream(
        self, texts: Iterable[str], *, normal: bool | None = None
    ) -> AsyncIterator[Answer]:
        """Yield the answers to any number of texts in their order, as `Client.tag_stream` does."""
        waiting: asyncio.Task[list[Answer]] | None = None
        try:
            for window in answers.windows(texts):
                answered, waiting = waiting, asyncio.create_task(self._window(window, normal))
                for each in await answered if answered else []:
                    yield each
            for each in await waiting if waiting else []:
                yield each
        finally:
            if waiting:
                waiting.cancel()

    async def _window(self, window: Sequence[str], normal: bool | None) -> list[Answer]:
        try:
            return await self.tag_batch(window, normal=normal)
        except ServiceError as error:
            if error.code not in answers.CODES_OF_ONE_TEXT:
                raise
            if len(window) == 1:
                return [error]
            return [answer for text in window for answer in await self._window([text], normal)]

    async def mask(
        self,
        text: str,
        *,
        labels: Sequence[str] | None = None,
        style: Style = "label",
        seed: int = 0,
        entities: Iterable[Span] | None = None,
    ) -> Masked:
        """Return a text without its names and the key to them, as `Client.mask` does."""
        asked = masking.mask_body(self._options, text, labels, style, seed, entities)
        return await self._ask(masking.masked_of, "POST", "/mask", json=asked)

    async def unmask(self, text: str, key: Key, *, rewritten: bool = False) -> str:
        """Return a masked text with its names again, as `Client.unmask` does."""
        asked = {"text": text, "key": dict(key), "rewritten": rewritten}
        return await self._ask(masking.text_of, "POST", "/unmask", json=asked)

    async def taggers(self) -> list[dict[str, Any]]:
        """Return the service's description of each of its taggers."""
        return await self._ask(answers.taggers_of, "GET", "/taggers")

    async def _ask(self, read: Callable[[Any], Read], method: str, path: str, **body: Any) -> Read:
        outcome = await self._attempt(method, path, **body)
        for attempt in range(self._attempts - 1):
            seconds = answers.pause(attempt, outcome)
            if seconds is None:
                break
            await asyncio.sleep(seconds)
            outcome = await self._attempt(method, path, **body)
        return answers.content(outcome, self._http.base_url, read)

    async def _attempt(self, method: str, path: str, **body: Any) -> Outcome:
        try:
            return await self._http.request(method, path, **body)
        except (httpx.RequestError, UnicodeEncodeError) as error:
            return error

    async def close(self) -> None:
        """Close the connections."""
        await self._http.aclose()

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(self, *error: object) -> None:
        await self.close()
