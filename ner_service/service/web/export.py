"""Exports are tagged texts that the page wants in one of the formats of `ner-service tag`."""

from typing import Literal

from pydantic import BaseModel, ConfigDict, Field
from typing_extensions import TypedDict

from ner_service.corpora.check import check_entities
from ner_service.corpora.formats import conll
from ner_service.errors import Code, CorpusError, Refused
from ner_service.output.documents import FORMATS
from ner_service.service.api.schemas import Int64, Name
from ner_service.types import Document, Entity

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


def export_text(asked: Export) -> str:
    """Returns the text in its format; raises `Refused` where the entities do not fit the text."""
    spans = [Entity(span["start"], span["end"], span["label"]) for span in asked.entities]
    try:
        document = Document("", asked.text, check_entities(spans, asked.text, {}, "entities"))
    except CorpusError as error:
        raise Refused(Code.INVALID_REQUEST, str(error), ["entities"]) from None
    return "".join(FORMATS[asked.format]([document])).removeprefix(conll.HEAD)
