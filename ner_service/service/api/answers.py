"""Answers turn what the taggers find in a request's texts into the body of a response."""

from collections.abc import Mapping, Sequence
from functools import partial
from typing import Any

import orjson
from fastapi import Request, Response
from pydantic import ValidationError

from ner_service.errors import Code, NerError, Refused, UnknownTagger
from ner_service.service.api.errors import refusal
from ner_service.service.api.json_body import Form
from ner_service.service.api.offsets import convert
from ner_service.service.api.other_fields import other_fields
from ner_service.service.api.request_body import (
    JSON,
    NDJSON,
    PLAIN,
    BodyReader,
    check_no_query,
    connection_of,
    content_type,
    parse_text,
    query_options,
)
from ner_service.service.api.schemas import (
    MOST_OTHER_VALUES,
    BatchRequest,
    LineRequest,
    Options,
    TextRequest,
)
from ner_service.service.api.stream import Stream, in_order
from ner_service.service.queue.errors import TaggerFailed
from ner_service.service.queue.job import Answer, Tagged
from ner_service.service.queue.lane import Lane
from ner_service.service.settings import Settings
from ner_service.service.telemetry.metrics import Metrics
from ner_service.service.telemetry.request_log import Trace, trace_of
from ner_service.types import Entity

LINE = Form(LineRequest, spare=MOST_OTHER_VALUES)


class Answers:
    """Handlers answer requests that have texts to tag; their docstrings are published.

    The forms of the bodies are the models of `schemas`.
    """

    def __init__(
        self, settings: Settings, lanes: Mapping[str, Lane], metrics: Metrics, reader: BodyReader
    ) -> None:
        self._lanes, self._metrics, self._reader = lanes, metrics, reader
        self._most_chars, self._most_texts = settings.max_text_chars, settings.max_batch_texts
        self._default = settings.default
        self._batch_form = Form(BatchRequest, self._most_texts, self._too_many_texts())

    async def one(self, request: Request) -> Response:
        """Finds the entities of one text."""
        kind = content_type(request, JSON, PLAIN)
        text = parse_text(request, kind, await self._reader.body(request))
        return JsonResponse(await self._text(request, text))

    async def many(self, request: Request) -> Response:
        """Finds the entities of several texts, or of a stream of them."""
        if content_type(request, JSON, NDJSON) == NDJSON:
            return self._stream(request)
        check_no_query(request)
        batch = self._batch_form.parse(await self._reader.body(request))
        return JsonResponse(await self._batch(request, batch))

    def _stream(self, request: Request) -> Response:
        options = Options.model_validate(query_options(request))
        self._choose_lane(options).check_room(0, patient=True)
        answer = partial(self._line, request, options)
        return Stream(in_order(answer, self._reader.lines(request)))

    async def _text(
        self, request: Request, asked: TextRequest, patient: bool = False
    ) -> dict[str, Any]:
        """Answers one text, as a `TextResponse`; the patient wait for room in the queue."""
        self._check_length(asked.text, "text")
        head, (answer,) = await self._tag(request, asked, [asked.text], patient)
        if isinstance(answer, TaggerFailed):
            raise answer
        return head | {"entities": entities_out(asked.text, answer, asked)}

    async def _batch(self, request: Request, asked: BatchRequest) -> dict[str, Any]:
        """Answers several texts, as a `BatchResponse`; one that failed says so in its place."""
        if len(asked.texts) > self._most_texts:
            raise self._too_many_texts()
        for n, text in enumerate(asked.texts):
            self._check_length(text, f"texts.{n}")
        head, answers = await self._tag(request, asked, asked.texts)
        results = [
            self._fault(answer)
            if isinstance(answer, TaggerFailed)
            else {"entities": entities_out(text, answer, asked)}
            for text, answer in zip(asked.texts, answers, strict=True)
        ]
        return head | {"results": results}

    async def _line(
        self, request: Request, options: Options, line: bytes | Refused
    ) -> dict[str, Any]:
        """Answers one line of a stream, as a `LineResponse`, be it with what is wrong with it."""
        id: dict[str, Any] = {}
        try:
            if isinstance(line, Refused):
                raise line
            asked = LINE.parse(line)
            id = {"id": asked.id} if "id" in asked.model_fields_set else {}
            fields = {"text": asked.text} | other_fields(line, asked)
            unset = options.model_fields_set - asked.model_fields_set
            asked = asked.model_copy(update={name: getattr(options, name) for name in unset})
            return id | fields | await self._text(request, asked, patient=True)
        except (NerError, ValidationError) as error:
            return id | self._fault(error)

    async def _tag(
        self, request: Request, options: Options, texts: Sequence[str], patient: bool = False
    ) -> tuple[dict[str, Any], list[Answer]]:
        """Returns the head of the answer, and the answer to each text.

        The patient are lines of a stream. They share a connection, so they do not hear of its end:
        their stream cancels them.
        """
        lane = self._choose_lane(options)
        trace, connection = trace_of(request.scope), connection_of(request)
        client = trace.key or connection
        tagged = await lane.tag(texts, patient, None if patient else connection, client)
        self._note(trace, lane, texts, tagged)
        return {"tagger": lane.worker.name, "offsets": options.offsets}, tagged.answers

    def _choose_lane(self, options: Options) -> Lane:
        """Returns the lane that a request names; raises where its options do not fit the tagger."""
        name = options.tagger or self._default
        lane = self._lanes.get(name)
        if lane is None:
            raise UnknownTagger(f"unknown tagger; known are {', '.join(self._lanes)}")
        tagger = lane.check()
        if options.labels and not set(options.labels) <= set(tagger.info.labels):
            message = f"labels: {name} knows {', '.join(tagger.info.labels)}"
            raise Refused(Code.UNKNOWN_LABEL, message, ["labels"])
        return lane

    def _too_many_texts(self) -> Refused:
        message = f"texts: more than {self._most_texts} (NER_MAX_BATCH_TEXTS)"
        return Refused(Code.TOO_MANY_TEXTS, message, ["texts"])

    def _check_length(self, text: str, field: str) -> None:
        if len(text) > self._most_chars:
            message = f"{field}: longer than {self._most_chars} characters (NER_MAX_TEXT_CHARS)"
            raise Refused(Code.TEXT_TOO_LONG, message, [field])

    def _fault(self, error: NerError | ValidationError) -> dict[str, Any]:
        """Returns the error of one text among several, which counts like that of a request."""
        refused = refusal(error)
        self._metrics.failed(refused.code)
        return {"error": refused.body()}

    def _note(self, trace: Trace, lane: Lane, texts: Sequence[str], tagged: Tagged) -> None:
        """Adds what was tagged to the request's trace and to the metrics."""
        chars = sum(map(len, texts))
        entities = [e for a in tagged.answers if not isinstance(a, TaggerFailed) for e in a]
        self._metrics.tagged(lane.worker.name, len(texts), chars, entities, tagged)
        trace.tagger = lane.worker.name
        trace.texts += len(texts)
        trace.chars += chars
        trace.entities += len(entities)
        trace.queued += tagged.queued
        trace.tagging += tagged.tagging


def entities_out(text: str, entities: Sequence[Entity], options: Options) -> list[dict[str, Any]]:
    """Returns entities as `EntityOut` has them: offsets converted, surface text added."""
    unit = options.offsets
    labels = None if options.labels is None else frozenset(options.labels)
    kept = entities if labels is None else [e for e in entities if e.label in labels]
    out: list[dict[str, Any]] = [
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
        at = convert(text, [offset for e in kept for offset in (e.start, e.end)], unit)
        for entity in out:
            entity["start"], entity["end"] = at[entity["start"]], at[entity["end"]]
    return out


class JsonResponse(Response):
    """This response is JSON, made without what the framework's response does besides."""

    def __init__(self, answer: dict[str, Any]) -> None:
        self.status_code, self.background = 200, None
        self.body = orjson.dumps(answer)
        length = b"%d" % len(self.body)
        self.raw_headers = [(b"content-length", length), (b"content-type", JSON.encode())]
