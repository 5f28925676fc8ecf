"""Requests and responses; all validation of what a client sends is here."""

from collections.abc import Sequence
from typing import Annotated, Any

from pydantic import AfterValidator, BaseModel, ConfigDict, Field

from ner_service.service.api.offsets import Unit, convert
from ner_service.types import Entity

EXAMPLE = "Посол Израиля на Украине Йоэль Лион встретился с властями Львовской области."


def _valid(text: str) -> str:
    try:
        text.encode()
    except UnicodeEncodeError:
        raise ValueError("holds half of a surrogate pair, which is not valid Unicode") from None
    return text


Text = Annotated[str, AfterValidator(_valid)]


Int64 = Annotated[int, Field(ge=-(2**63), lt=2**63)]


class Request(BaseModel):
    """What every request may say of how it wants its answer."""

    model_config = ConfigDict(extra="forbid", strict=True)

    tagger: Text | None = Field(None, description="a name from `GET /taggers`")
    labels: list[Text] | None = Field(None, description="answer with these labels only")
    offsets: Unit = Field("codepoint", description="what `start` and `end` count")


class TextRequest(Request):
    """One text."""

    text: Text = Field(description="the text, any valid Unicode", examples=[EXAMPLE])


class BatchRequest(Request):
    """Several texts under the same options."""

    texts: list[Text] = Field(description="the texts", examples=[[EXAMPLE, ""]])


class LineRequest(TextRequest):
    """One line of an NDJSON stream; `id` comes back with the answer."""

    id: Text | Int64 | None = None


class EntityOut(BaseModel):
    """An entity of the text."""

    start: int
    end: int
    label: str
    text: str
    score: float | None


class TextResponse(BaseModel):
    """The entities of one text, in order."""

    tagger: str
    offsets: Unit
    entities: list[EntityOut]


class Fault(BaseModel):
    """What went wrong, for programs (`code`) and people (`message`)."""

    code: str
    message: str
    fields: list[str] = []


class ErrorResponse(BaseModel):
    """Every error has this form; it never repeats the text that was sent."""

    error: Fault


class BatchResult(BaseModel):
    """The entities of one text of a batch, or why it has none."""

    entities: list[EntityOut] | None = None
    error: Fault | None = None


class LineResponse(BatchResult):
    """The answer to one line of a stream, with the line's own `id`, if any."""

    id: str | int | None = None
    tagger: str | None = None
    offsets: Unit | None = None


class BatchResponse(BaseModel):
    """One result a text, in order."""

    tagger: str
    offsets: Unit
    results: list[BatchResult]


class TaggerOut(BaseModel):
    """A tagger that can be named in requests."""

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


def entities_out(
    text: str, entities: Sequence[Entity], labels: Sequence[str] | None, unit: Unit
) -> list[dict[str, Any]]:
    """Entities as the response has them: offsets converted, surface text added."""
    kept = entities if labels is None else [e for e in entities if e.label in labels]
    found: list[dict[str, Any]] = [
        {
            "start": e.start,
            "end": e.end,
            "label": e.label,
            "text": text[e.start : e.end],
            "score": None if e.score is None else round(e.score, 4),
        }
        for e in kept
    ]
    if unit != "codepoint":
        at = convert(text, [place for e in kept for place in (e.start, e.end)], unit)
        for entity in found:
            entity["start"], entity["end"] = at[entity["start"]], at[entity["end"]]
    return found
