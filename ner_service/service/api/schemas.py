"""The forms of requests and responses are here, with all validation of what a client sends."""

from typing import Annotated, Any, Literal, NotRequired

from pydantic import BaseModel, ConfigDict, Field, WithJsonSchema, with_config
from typing_extensions import TypedDict

from ner_service.errors import Code
from ner_service.service.api.offsets import OffsetUnit

EXAMPLE = "Посол Израиля на Украине Йоэль Лион встретился с властями Львовской области."

MOST_LABELS = 64  # no tagger knows as many
MOST_NAME_CHARS = 256  # of a label or a tagger
MOST_ID_CHARS = 1_000  # far beyond any key of a database
MOST_EXPLAINED_CHARS = 2_000  # each of a unit's 512 tokens is hidden once: two seconds
MOST_FORBIDDEN = 1_000  # tags; a sentence has as many that are likely
MOST_OTHER_VALUES = 50_000  # of a line: what Prodigy writes of a text of 10,000 tokens

Name = Annotated[str, Field(max_length=MOST_NAME_CHARS)]
Int64 = Annotated[int, Field(ge=-(2**63), lt=2**63)]  # what JSON libraries can hold


class TaggingOptions(BaseModel):
    """Options say who tags a text, and which entities are wanted."""

    model_config = ConfigDict(extra="forbid", strict=True)

    tagger: Name | None = Field(None, description="a name from `GET /taggers`")
    labels: list[Name] | None = Field(
        None,
        max_length=MOST_LABELS,
        fail_fast=True,
        description="answer with these labels only; a tagger with `open_labels` looks for them",
    )
    offsets: OffsetUnit = Field("codepoint", description="what `start` and `end` count")
    convention: Name | None = Field(
        None, description="a way of annotating: one of the tagger's `conventions`"
    )


class Options(TaggingOptions):
    """Options say how a request wants its answer."""

    normal: bool = Field(
        False, description="add base forms, parts of persons' names, and joined mentions"
    )


class TextRequest(Options):
    """A request has one text."""

    text: str = Field(description="the text, any valid Unicode", examples=[EXAMPLE])


class BatchRequest(Options):
    """A batch has several texts under the same options."""

    texts: list[str] = Field(fail_fast=True, description="the texts", examples=[[EXAMPLE, ""]])


class LineRequest(TextRequest):
    """A line of an NDJSON stream has a text; `id` and other fields come back with the answer."""

    model_config = ConfigDict(extra="allow")

    id: Annotated[str, Field(max_length=MOST_ID_CHARS)] | Int64 | None = Field(
        None, description="comes back with the answer", examples=[1, "article-7"]
    )


class ForbiddenTag(BaseModel):
    """A tag is not allowed at a token, or anywhere where no token is named."""

    model_config = ConfigDict(extra="forbid", strict=True)

    tag: Name = Field(description="one of `tags`", examples=["B-PER"])
    token: Int64 | None = Field(None, ge=0, description="its number in `tokens`; null for all")


class ExplainRequest(BaseModel):
    """A text has a sentence, whose answer is to be explained."""

    model_config = ConfigDict(extra="forbid", strict=True)

    text: str = Field(
        max_length=MOST_EXPLAINED_CHARS,
        description="the text, any valid Unicode",
        examples=[EXAMPLE],
    )
    tagger: Name | None = Field(None, description="a BiLSTM-CRF from `GET /taggers`")
    convention: Name | None = Field(
        None, description="a way of annotating: one of the tagger's `conventions`"
    )
    offsets: OffsetUnit = Field("codepoint", description="what places in the text count")
    at: int = Field(0, ge=0, lt=2**63, description="a place in the sentence that is explained")
    forbidden: list[ForbiddenTag] = Field(
        [], max_length=MOST_FORBIDDEN, description="tags that paths may not have"
    )


class PartsOut(BaseModel):
    """The parts of a person's name are base forms; a part is null that is absent or unsure."""

    first: str | None = Field(None, description="the given name")
    middle: str | None = Field(None, description="the patronymic")
    last: str | None = Field(None, description="the surname")


class EntityOut(BaseModel):
    """An entity is a labelled span of the text.

    `normal` and, of a PER, `parts` are there where a request asked for `normal`; null is unsure.
    """

    start: int = Field(description="where it begins, in the unit of `offsets`")
    end: int = Field(description="where it ends: the place behind its last character")
    label: str = Field(description="what it names", examples=["PER"])
    text: str = Field(description="its characters, `text[start:end]`", examples=["Йоэль Лион"])
    score: float | None = Field(
        description="the probability that the whole entity is right; null where there is none"
    )
    sources: list[str] | None = Field(
        None, description="who found it, where a combination or rules answered"
    )
    normal: str | None = Field(None, description="its base form; null is unsure")
    parts: PartsOut | None = Field(None, description="the parts of a person's name")


class NameOut(BaseModel):
    """A name is what one mention or several share; `mentions` are indices of `entities`."""

    label: str = Field(description="what it names")
    normal: str | None = Field(description="its base form; null is unsure")
    parts: PartsOut | None = Field(None, description="the parts of a person's name")
    mentions: list[int] = Field(description="indices of `entities`")


@with_config(ConfigDict(strict=True))
class Span(TypedDict):
    """An entity that a request brings is a span of its text.

    It is a dictionary since 50,000 of them are validated in the event loop: a model takes four
    times as long.
    """

    start: Annotated[Int64, Field(description="where it begins, in the unit of `offsets`")]
    end: Annotated[Int64, Field(description="where it ends: the place behind its last character")]
    label: Annotated[Name, Field(description="what it names", examples=["PER"])]
    text: NotRequired[
        Annotated[str | None, Field(description="if it is there, what must stand between them")]
    ]


class TextResponse(BaseModel):
    """An answer has the entities of one text, in order, and the names if `normal` was asked for."""

    tagger: str = Field(description="who answered")
    offsets: OffsetUnit = Field(description="what `start` and `end` count")
    entities: list[EntityOut] = Field(description="sorted, without overlap")
    names: list[NameOut] | None = Field(None, description="if `normal` was asked for")
    warning: str | None = Field(
        None, description="where the text is mostly not in the tagger's language"
    )


class Fault(BaseModel):
    """A fault says what went wrong, to programs (`code`) and to people (`message`)."""

    code: Annotated[
        Code,
        WithJsonSchema(
            {"type": "string", "enum": [*Code], "description": "which error it is, to programs"}
        ),
    ]
    message: str = Field(description="what is wrong and how to mend it, to people")
    fields: list[str] = Field([], description="the fields of the request that are wrong")


class ErrorResponse(BaseModel):
    """Every error has this form; it never repeats the text that was sent."""

    error: Fault


class BatchResult(BaseModel):
    """A text of a batch has its entities, or the error that it caused."""

    entities: list[EntityOut] | None = Field(None, description="null where there is an error")
    names: list[NameOut] | None = Field(None, description="if `normal` was asked for")
    error: Fault | None = Field(None, description="null where there are entities")
    warning: str | None = Field(
        None, description="where the text is mostly not in the tagger's language"
    )


class LineResponse(BatchResult):
    """A line of a stream has its answer, with the text, the `id` and other fields of the line.

    It is the object that `ner-service tag` writes, with `tagger` and `offsets` beside it. The
    answer to a line that failed has the `id` alone.
    """

    model_config = ConfigDict(extra="allow")

    id: str | int | None = Field(None, description="that of the line")
    text: str | None = Field(None, description="that of the line")
    tagger: str | None = Field(None, description="who answered")
    offsets: OffsetUnit | None = Field(None, description="what `start` and `end` count")
    names: list[NameOut] | Any = Field(None, description="without `normal`, the field of the line")
    warning: str | Any = Field(
        None, description="where the text is mostly not in the tagger's language, else as names"
    )


class BatchResponse(BaseModel):
    """A batch has a result for each text, in order."""

    tagger: str = Field(description="who answered")
    offsets: OffsetUnit = Field(description="what `start` and `end` count")
    results: list[BatchResult] = Field(description="one for each text, in order")


class Status(BaseModel):
    """The status of the process is one word."""

    status: Literal["live", "ready"]


class TaggerOut(BaseModel):
    """A tagger can be named in requests; it says what it is once it is loaded."""

    name: str = Field(description="by which requests name it")
    default: bool = Field(description="whether it answers where no tagger is named")
    loaded: bool = Field(description="whether it answers now")
    error: str | None = Field(None, description="why it does not, unless it is merely loading")
    version: str | None = Field(description="of the model or of the library")
    languages: list[str] = Field(description="that it reads, by their ISO 639 codes")
    labels: list[str] = Field(description="that its entities may have")
    score_kind: str | None = Field(
        description="what its scores are: `calibrated` probabilities, `raw` ones, or `none`"
    )
    hash: str | None = Field(description="SHA-256 of the weights that answer")
    conventions: list[str] = Field(
        description="ways of annotating that it has learned, that of its answers first"
    )
    computed_by: str = Field(
        "", description="what code computes its answers, and why, where there is a choice"
    )
    open_labels: bool = Field(
        False, description="whether it finds any `labels` that a request asks for"
    )


class Reloaded(BaseModel):
    """A reload names the taggers that were loaded, those that stayed, and those that went."""

    loaded: list[str] = Field(description="taggers that were loaded")
    kept: list[str] = Field(description="taggers that stayed as they were")
    dropped: list[str] = Field(description="taggers that are no longer served")
