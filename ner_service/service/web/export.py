"""Exports are tagged texts that the page wants in one of the formats of `ner-service tag`."""

from typing import Literal

from pydantic import BaseModel, ConfigDict, Field

from ner_service.corpora.check import check_entities
from ner_service.corpora.formats import conll
from ner_service.errors import Code, CorpusError, Refused
from ner_service.output.documents import FORMATS
from ner_service.service.api.background import Background
from ner_service.service.api.schemas import Span
from ner_service.service.connection import Connection
from ner_service.types import Document, Entity

MOST_WAITING = 8  # texts; with 1,000,000 characters each takes half a second of CPU
MOST_ENTITIES = 50_000  # one in twenty characters of the longest text; 20 ms to validate


class Export(BaseModel):
    """A text and its entities that the page wants in one of the formats of `ner-service tag`."""

    model_config = ConfigDict(strict=True)

    text: str
    entities: list[Span] = Field(max_length=MOST_ENTITIES, fail_fast=True)
    format: Literal[*FORMATS] = "conll"  # type: ignore[valid-type]


class Exporter:
    """An exporter writes one text after the other, beside the event loop."""

    def __init__(self, most_chars: int, timeout_s: float) -> None:
        self._most_chars = most_chars
        self._background = Background(MOST_WAITING, timeout_s)

    async def export(
        self,
        asked: Export,
        body_bytes: int | None = None,
        connection: Connection | None = None,
    ) -> str:
        """Returns the text in its format; raises `Refused`, and `Late` after the deadline."""
        if len(asked.text) > self._most_chars:
            message = f"text: longer than {self._most_chars} characters (NER_MAX_TEXT_CHARS)"
            raise Refused(Code.TEXT_TOO_LONG, message, ["text"])
        return await self._background.run(lambda: export_text(asked), body_bytes, connection)


def export_text(asked: Export) -> str:
    """Returns the text in its format; raises `Refused` where the entities do not fit the text."""
    spans = [Entity(span["start"], span["end"], span["label"]) for span in asked.entities]
    try:
        document = Document("", asked.text, check_entities(spans, asked.text, {}, "entities"))
    except CorpusError as error:
        raise Refused(Code.INVALID_REQUEST, str(error), ["entities"]) from None
    return "".join(FORMATS[asked.format]([document])).removeprefix(conll.HEAD)
