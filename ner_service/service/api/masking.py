"""Masking over HTTP: a text goes out without its names, and comes back with the key."""

from collections.abc import Sequence
from dataclasses import replace
from functools import cached_property
from typing import NamedTuple

import orjson
from fastapi import Request, Response
from pydantic import BaseModel, ConfigDict, Field

from ner_service.errors import Code, MissingExtra, Refused, SpanError
from ner_service.names.analyser import check_spans
from ner_service.names.masking import Key, KeyMismatch, Masker, Style
from ner_service.names.masking.identifiers import (
    IDENTIFIERS,
    choose_identifiers,
    cover,
    find_identifiers,
)
from ner_service.names.masking.key import MOST_MENTIONS
from ner_service.service.api.answers import Answers, entities_out
from ner_service.service.api.background import Background
from ner_service.service.api.offsets import OffsetUnit, to_codepoints
from ner_service.service.api.request_body import BodyReader, Form, check_no_query
from ner_service.service.api.schemas import EXAMPLE, EntityOut, Int64, Span, TaggingOptions
from ner_service.service.queue.analysis_thread import load_analyser
from ner_service.service.queue.errors import TaggerFailed
from ner_service.types import Entity

UNNAMED = "span"  # in errors, which repeat no label that was sent
MOST_WAITING = 8  # texts; one of 1,000,000 characters takes up to two seconds of CPU


class MaskRequest(TaggingOptions):
    """A text has names to be hidden: those that a tagger finds, or `entities` of one's own."""

    text: str = Field(description="the text, any valid Unicode", examples=[EXAMPLE])
    style: Style = Field("label", description="placeholders, or other names of the same kind")
    seed: Int64 = Field(0, description="draws the surrogates")
    entities: list[Span] | None = Field(
        None, max_length=MOST_MENTIONS, fail_fast=True, description="in the place of a tagger's"
    )


class MaskResponse(BaseModel):
    """A masked text has its entities, which are placeholders or surrogates, and its key.

    `labels` are those that were looked for.
    """

    tagger: str | None = Field(description="who was asked; null where nobody was")
    offsets: OffsetUnit = Field(description="what `start` and `end` count")
    labels: list[str] = Field(description="the labels that were looked for")
    text: str = Field(description="the masked text", examples=["<PER_1> в <LOC_1>."])
    entities: list[EntityOut] = Field(description="placeholders or surrogates, in order")
    key: Key = Field(description="what `POST /unmask` needs; as secret as the text")


class UnmaskRequest(BaseModel):
    """A masked text, as it was or changed, and its key."""

    model_config = ConfigDict(extra="forbid", strict=True)

    text: str = Field(description="the masked text, or what somebody has made of it")
    key: Key = Field(description="the key as `POST /mask` returned it")
    rewritten: bool = Field(
        False, description="the text need not share a word with the masked one, as answers do"
    )


class UnmaskResponse(BaseModel):
    """A text has its names again."""

    text: str = Field(description="the text with its names")


MASK, UNMASK = Form(MaskRequest), Form(UnmaskRequest)


class Masking:
    """Handlers mask and unmask texts, and keep nothing of them; their docstrings are published."""

    def __init__(self, answers: Answers, reader: BodyReader, background: Background) -> None:
        self._answers, self._reader, self._background = answers, reader, background

    @cached_property
    def _masker(self) -> Masker:
        """Returns the masker, which the background loads when it is first needed: 0.5 s, 40 MB."""
        return Masker(load_analyser())

    async def mask(self, request: Request) -> Response:
        """Hides the names in a text, so that `POST /unmask` can bring them back with the key."""
        check_no_query(request)
        received = await self._reader.receive(request, MASK.parse)
        asked = received.asked
        self._answers.check_length(asked.text, "text")
        found = None
        if asked.entities is None:
            found = await find_names(self._answers, request, asked)
        return await received.answer(
            self._background, lambda: self._mask(asked, found or own_names(asked))
        )

    async def unmask(self, request: Request) -> Response:
        """Brings the names back into a masked text, also where a model has changed it."""
        check_no_query(request)
        received = await self._reader.receive(request, UNMASK.parse)
        self._answers.check_length(received.asked.text, "text")
        return await received.answer(self._background, lambda: self._unmask(received.asked))

    def _mask(self, asked: MaskRequest, found: "Found") -> bytes:
        tagger, labels, names = found
        try:
            entities = add_identifiers(asked.text, names, asked.labels)
            masked = self._masker.mask(asked.text, entities, asked.style, asked.seed, labels)
        except SpanError as error:
            raise Refused(Code.INVALID_REQUEST, str(error), ["entities"]) from None
        shown = asked.model_copy(update={"labels": None})
        return orjson.dumps({
            "tagger": tagger,
            "offsets": asked.offsets,
            "labels": labels,
            "text": masked.text,
            "entities": entities_out(masked.text, masked.entities, shown),
            "key": orjson.Fragment(masked.key.model_dump_json()),
        })  # fmt: skip

    def _unmask(self, asked: UnmaskRequest) -> bytes:
        try:
            text = self._masker.unmask(asked.text, asked.key, asked.rewritten)
        except KeyMismatch as error:
            raise Refused(Code.KEY_MISMATCH, str(error), ["key"]) from None
        return orjson.dumps({"text": text})


class Found(NamedTuple):
    """The names of a text, with the tagger that found them and the labels that were looked for."""

    tagger: str | None
    labels: list[str]
    names: list[Entity]


def own_names(asked: MaskRequest) -> Found:
    """Returns the names that a request brings; raises `Refused` where they do not fit."""
    if asked.tagger is not None:
        message = "tagger: has no use beside entities: send one of both"
        raise Refused(Code.INVALID_REQUEST, message, ["tagger", "entities"])
    names = own_entities(asked.text, asked.entities or (), asked.offsets)
    kept = [e for e in names if asked.labels is None or e.label in asked.labels]
    labels = {e.label for e in kept} | {*choose_identifiers(asked.labels), *(asked.labels or ())}
    return Found(None, sorted(labels), kept)


async def find_names(answers: Answers, request: Request, asked: MaskRequest) -> Found:
    """Returns the names that a tagger finds, which nobody asks for identifiers alone."""
    identifiers = choose_identifiers(asked.labels)
    wanted = asked.labels and [label for label in asked.labels if label not in IDENTIFIERS]
    if asked.labels and not wanted:
        return Found(None, [*identifiers], [])
    options = asked.model_copy(update={"labels": wanted})
    try:
        known = answers.choose_lane(options).check().info.labels
    except Refused as refused:
        if refused.code is Code.UNKNOWN_LABEL:
            message = f"{refused}; identifiers are {', '.join(IDENTIFIERS)}"
            raise Refused(Code.UNKNOWN_LABEL, message, ["labels"]) from None
        raise
    head, (answer,) = await answers.tag(request, options, [asked.text])
    if isinstance(answer, TaggerFailed):
        raise answer
    names = [e for e in answer if wanted is None or e.label in wanted]
    return Found(head["tagger"], [*(wanted or known), *identifiers], names)


def own_entities(text: str, spans: Sequence[Span], unit: OffsetUnit) -> list[Entity]:
    """Returns entities that a request brings, in order; raises `Refused` where they do not fit."""
    try:
        at = to_codepoints(text, [n for span in spans for n in (span["start"], span["end"])], unit)
        entities = sorted(Entity(at[s["start"]], at[s["end"]], s["label"]) for s in spans)
        check_spans(text, [replace(e, label=UNNAMED) for e in entities])
    except (ValueError, SpanError) as error:
        raise Refused(Code.INVALID_REQUEST, f"entities: {error}", ["entities"]) from None
    for n, span in enumerate(spans):
        surface = span.get("text")
        if surface is not None and surface != text[at[span["start"]] : at[span["end"]]]:
            raise _other_text(n, span, unit)
    return entities


def _other_text(n: int, span: Span, unit: OffsetUnit) -> Refused:
    """Returns the refusal of an entity whose text stands elsewhere, without that text."""
    field = f"entities.{n}.text"
    message = (
        f"{field}: is not what stands at {span['start']}:{span['end']} of the text by `offsets` "
        f"{unit}: send the text and the `offsets` that the entity was found with"
    )
    return Refused(Code.INVALID_REQUEST, message, [field])


def add_identifiers(
    text: str, names: Sequence[Entity], labels: Sequence[str] | None
) -> list[Entity]:
    """Returns names with the identifiers that are looked for; raises `Refused` without `pii`."""
    identifiers = choose_identifiers(labels)
    if not identifiers:
        return [*names]
    try:
        return cover(names, find_identifiers(text, identifiers), text)
    except MissingExtra as error:
        raise Refused(Code.INVALID_REQUEST, f"labels: {error.to_clients}", ["labels"]) from None
