"""The forms of requests and responses are here, with all validation of what a client sends."""

from typing import Annotated

from pydantic import BaseModel, ConfigDict, Field, WithJsonSchema, with_config
from typing_extensions import TypedDict

from ner_service.errors import Code
from ner_service.service.api.offsets import OffsetUnit

EXAMPLE = "Посол Израиля на Украине Йоэль Лион встретился с властями Львовской области."

MOST_LABELS = 64  # no tagger knows as many
MOST_NAME_CHARS = 256  # of a label or a tagger
MOST_ID_CHARS = 1_000  # far beyond any key of a database

Name = Annotated[str, Field(max_length=MOST_NAME_CHARS)]
Int64 = Annotated[int, Field(ge=-(2**63), lt=2**63)]  # what JSON libraries can hold


class Options(BaseModel):
    """Options say how a request wants its answer."""

    model_config = ConfigDict(extra="forbid", strict=True)

    tagger: Name | None = Field(None, description="a name from `GET /taggers`")
    labels: list[Name] | None = Field(
        None, max_length=MOST_LABELS, fail_fast=True, description="answer with these labels only"
    )
    offsets: OffsetUnit = Field("codepoint", description="what `start` and `end` count")
    convention: Name | None = Field(
        None, description="a way of annotating: one of the tagger's `conventions`"
    )


class TextRequest(Options):
    """A request has one text."""

    text: str = Field(description="the text, any valid Unicode", examples=[EXAMPLE])


class BatchRequest(Options):
    """A batch has several texts under the same options."""

    texts: list[str] = Field(fail_fast=True, description="the texts", examples=[[EXAMPLE, ""]])


class LineRequest(TextRequest):
    """A line of an NDJSON stream has a text; its `id` comes back with the answer."""

    id: Annotated[str, Field(max_length=MOST_ID_CHARS)] | Int64 | None = None


class EntityOut(BaseModel):
    """An entity is a labelled span of the text."""

    start: int
    end: int
    label: str
    text: str
    score: float | None


@with_config(ConfigDict(strict=True))
class Span(TypedDict):
    """An entity that a request brings is a span of its text.

    It is a dictionary since 50,000 of them are validated in the event loop: a model takes four
    times as long.
    """

    start: Int64
    end: Int64
    label: Name


class TextResponse(BaseModel):
    """An answer has the entities of one text, in order."""

    tagger: str
    offsets: OffsetUnit
    entities: list[EntityOut]


class Fault(BaseModel):
    """A fault says what went wrong, to programs (`code`) and to people (`message`)."""

    code: Annotated[Code, WithJsonSchema({"type": "string", "enum": [*Code]})]
    message: str
    fields: list[str] = []


class ErrorResponse(BaseModel):
    """Every error has this form; it never repeats the text that was sent."""

    error: Fault


class BatchResult(BaseModel):
    """A text of a batch has its entities, or the error that it caused."""

    entities: list[EntityOut] | None = None
    error: Fault | None = None


class LineResponse(BatchResult):
    """A line of a stream has its answer, with the line's own `id`, if any."""

    id: str | int | None = None
    tagger: str | None = None
    offsets: OffsetUnit | None = None


class BatchResponse(BaseModel):
    """A batch has a result for each text, in order."""

    tagger: str
    offsets: OffsetUnit
    results: list[BatchResult]


class TaggerOut(BaseModel):
    """A tagger can be named in requests; it says what it is once it is loaded."""

    name: str
    default: bool
    loaded: bool
    error: str | None = None
    version: str | None
    languages: list[str]
    labels: list[str]
    score_kind: str | None
    hash: str | None
    conventions: list[str]
