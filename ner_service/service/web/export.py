"""Exports are tagged texts that the page wants in one of the formats of `ner-service tag`."""

import asyncio
from typing import Literal

from pydantic import BaseModel, ConfigDict, Field
from typing_extensions import TypedDict

from ner_service.corpora.check import check_entities
from ner_service.corpora.formats import conll
from ner_service.errors import Code, CorpusError, Refused
from ner_service.output.documents import FORMATS
from ner_service.service.api.schemas import Int64, Name
from ner_service.service.queue.errors import Late, Overloaded
from ner_service.types import Document, Entity

MOST_WAITING = 8  # texts; with 1,000,000 characters each takes half a second of CPU
MOST_ENTITIES = 50_000  # one in twenty characters of the longest text; 20 ms to validate


class Span(TypedDict):
    """An entity of a tagged text is a span; its offsets count code points.

    It is a dictionary since 50,000 of them are validated in the event loop: a model takes four
    times as long.
    """

    __pydantic_config__ = ConfigDict(strict=True)  # type: ignore[misc]

    start: Int64
    end: Int64
    label: Name


class Export(BaseModel):
    """A text and its entities that the page wants in one of the formats of `ner-service tag`."""

    model_config = ConfigDict(strict=True)

    text: str
    entities: list[Span] = Field(max_length=MOST_ENTITIES, fail_fast=True)
    format: Literal[*FORMATS] = "conll"  # type: ignore[valid-type]


class Exporter:
    """An exporter writes one text after the other, each in a thread beside the event loop.

    A thread that is at work cannot be ended: the next text waits for it, though its client does
    not.
    """

    def __init__(self, most_chars: int, timeout_s: float) -> None:
        self._most_chars, self._timeout_s = most_chars, timeout_s
        self._turn = asyncio.Semaphore()
        self._waiting = 0  # clients, the one that is served included

    async def export(self, asked: Export) -> str:
        """Returns the text in its format; raises `Refused`, and `Late` after the deadline."""
        if len(asked.text) > self._most_chars:
            message = f"text: longer than {self._most_chars} characters (NER_MAX_TEXT_CHARS)"
            raise Refused(Code.TEXT_TOO_LONG, message, ["text"])
        if self._waiting >= MOST_WAITING:
            raise Overloaded(1)
        self._waiting += 1
        try:
            async with asyncio.timeout(self._timeout_s):
                await self._turn.acquire()
                writing = asyncio.ensure_future(asyncio.to_thread(export_text, asked))
                writing.add_done_callback(self._end_turn)
                return await asyncio.shield(writing)
        except TimeoutError:
            raise Late(self._timeout_s) from None
        finally:
            self._waiting -= 1

    def _end_turn(self, writing: asyncio.Future[str]) -> None:
        self._turn.release()
        if not writing.cancelled():
            writing.exception()  # which nobody may have waited for


def export_text(asked: Export) -> str:
    """Returns the text in its format; raises `Refused` where the entities do not fit the text."""
    spans = [Entity(span["start"], span["end"], span["label"]) for span in asked.entities]
    try:
        document = Document("", asked.text, check_entities(spans, asked.text, {}, "entities"))
    except CorpusError as error:
        raise Refused(Code.INVALID_REQUEST, str(error), ["entities"]) from None
    return "".join(FORMATS[asked.format]([document])).removeprefix(conll.HEAD)
