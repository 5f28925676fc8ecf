"""Explanations over HTTP show how a BiLSTM-CRF decides about one sentence of a text."""

import time
from dataclasses import asdict
from functools import partial
from typing import TYPE_CHECKING, Any

import orjson
from fastapi import Request, Response
from pydantic import BaseModel, Field

from ner_service.errors import Code, Refused
from ner_service.service.api.answers import Answers
from ner_service.service.api.background import Background
from ner_service.service.api.offsets import OffsetUnit, convert, to_codepoints
from ner_service.service.api.request_body import BodyReader, Form, check_no_query
from ner_service.service.api.schemas import ExplainRequest
from ner_service.service.queue.errors import Late
from ner_service.types import Conventional, Explaining, Tagger

if TYPE_CHECKING:
    from ner_service.engine.explanation import Explanation
    from ner_service.engine.tokens import Tokens

MOST_WAITING = 8  # texts
DIGITS = 4  # of probabilities and scores


class TokenOut(BaseModel):
    """A token has its bounds and the word that the net reads, in its plain spelling."""

    start: int = Field(description="where it begins, in the unit of `offsets`")
    end: int = Field(description="the place behind its last character")
    text: str = Field(description="as the net reads it")


class PathOut(BaseModel):
    """A path has a tag for each token."""

    tags: list[str] = Field(description="one for each token")
    score: float = Field(description="the sum of its emissions and transitions")
    probability: float = Field(description="the posterior of the whole path")


class RivalOut(BaseModel):
    """A rival is what the same words may be instead."""

    start: int = Field(description="number of its first token")
    end: int = Field(description="number of the token behind it")
    label: str | None = Field(None, description="null where they are no entity")
    probability: float = Field(description="its posterior")


class SpanOut(BaseModel):
    """A span on the best path has its rivals, and what its probability owes to which word."""

    start: int = Field(description="number of its first token")
    end: int = Field(description="number of the token behind it")
    label: str = Field(description="what it names")
    probability: float = Field(description="the posterior of exactly this entity, by the CRF")
    score: float = Field(description="the same, calibrated for its label, as `POST /ner` has it")
    rivals: list[RivalOut] = Field(description="the most likely first")
    words: list[float] = Field(
        description="by how much the posterior falls when a token is hidden: one for each token"
    )
    chars: list[list[float]] = Field(
        description="the same for each character of each token of the span"
    )


class ExplainResponse(BaseModel):
    """An explanation has the probability of each tag at each token, the best paths, the spans."""

    tagger: str = Field(description="who answered")
    offsets: OffsetUnit = Field(description="what `start` and `end` of tokens count")
    tags: list[str] = Field(description="the tags of the net")
    tokens: list[TokenOut] = Field(description="of the sentence that holds `at`")
    probabilities: list[list[float]] = Field(description="for each token, one for each tag")
    best: PathOut | None = Field(description="null where the text has no word")
    second: PathOut | None = Field(description="null where only one path is allowed")
    spans: list[SpanOut] = Field(description="the entities on the best path")


EXPLAIN = Form(ExplainRequest)


class Explanations:
    """Handlers explain answers, beside the taggers that give them."""

    def __init__(
        self, answers: Answers, reader: BodyReader, background: Background, timeout_s: float
    ) -> None:
        self._answers, self._reader, self._background = answers, reader, background
        self._timeout_s = timeout_s

    async def explain(self, request: Request) -> Response:
        """Shows how a BiLSTM-CRF decides about one sentence of a text."""
        check_no_query(request)
        received = await self._reader.receive(request, EXPLAIN.parse)
        asked = received.asked
        name, tagger = self._answers.choose_tagger(
            request, asked.tagger, asked.convention, asked.text
        )
        if not isinstance(tagger, Explaining):
            message = f"tagger: {name} cannot explain itself: name a BiLSTM-CRF, such as bilstm"
            raise Refused(Code.INVALID_REQUEST, message, ["tagger"])
        work = partial(explain, name, tagger, asked, Deadline(self._timeout_s))
        return await received.answer(self._background, work, may_be_long=True)


class Deadline:
    """A deadline is when nobody waits any more for work that cannot be ended from outside."""

    def __init__(self, timeout_s: float) -> None:
        self._timeout_s, self._end = timeout_s, time.monotonic() + timeout_s

    def check(self) -> None:
        """Raises `Late` where it has passed."""
        if time.monotonic() > self._end:
            raise Late(self._timeout_s)


def explain(name: str, tagger: Tagger, asked: ExplainRequest, deadline: Deadline) -> bytes:
    """Returns the body of the answer; raises `Refused` where a place or a tag does not fit."""
    from ner_service.engine.explanation import Forbidden

    if asked.convention is not None and isinstance(tagger, Conventional):
        tagger = tagger.in_convention(asked.convention)
    assert isinstance(tagger, Explaining)
    explainer = tagger.explainer()
    try:
        at = to_codepoints(asked.text, [asked.at], asked.offsets)[asked.at]
        if at > len(asked.text):
            raise ValueError("is behind the end of the text: give a place within it")
    except ValueError as error:
        raise Refused(Code.INVALID_REQUEST, f"at: {error}", ["at"]) from None
    forbidden = [Forbidden(each.tag, each.token) for each in asked.forbidden]
    try:
        explained = explainer.explain(asked.text, at, forbidden, deadline.check)
    except ValueError as error:
        raise Refused(Code.INVALID_REQUEST, f"forbidden: {error}", ["forbidden"]) from None
    head = {"tagger": name, "offsets": asked.offsets}
    return orjson.dumps(head | figures_of(asked, *explained) if explained else head | NOTHING)


NOTHING: dict[str, Any] = {
    "tags": [],
    "tokens": [],
    "probabilities": [],
    "best": None,
    "second": None,
    "spans": [],
}


def figures_of(asked: ExplainRequest, unit: "Tokens", found: "Explanation") -> dict[str, Any]:
    """Returns the figures of an explanation as the answer has them."""
    places = convert(asked.text, [*unit.starts, *unit.ends], asked.offsets)
    tokens = zip(unit.starts, unit.ends, found.words, strict=True)
    figures: dict[str, Any] = rounded({
        "probabilities": found.probabilities.tolist(),
        "best": asdict(found.best),
        "second": found.second and asdict(found.second),
        "spans": [asdict(span) for span in found.spans],
    })  # fmt: skip
    return figures | {
        "tags": found.tags,
        "tokens": [{"start": places[a], "end": places[b], "text": word} for a, b, word in tokens],
    }


def rounded(value: Any) -> Any:
    """Returns a value of JSON with all its fractions rounded."""
    if isinstance(value, float):
        return round(value, DIGITS)
    if isinstance(value, dict):
        return {name: rounded(inner) for name, inner in value.items()}
    return [rounded(inner) for inner in value] if isinstance(value, list | tuple) else value
