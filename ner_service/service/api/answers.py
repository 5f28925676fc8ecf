"""Answers turn what a tagger finds in a text into the body of a response."""

from collections.abc import Awaitable, Callable, Mapping, Sequence
from typing import Any

import orjson
from fastapi import Request, Response
from pydantic import ValidationError
from starlette.types import ASGIApp, Receive, Scope, Send

from ner_service.errors import Code, NerError, Refused, UnknownTagger
from ner_service.service.api.errors import fail
from ner_service.service.api.normal import NameAnswers
from ner_service.service.api.offsets import convert
from ner_service.service.api.request_body import (
    JSON,
    PLAIN,
    BodyReader,
    connection_of,
    content_type,
    parse_text,
)
from ner_service.service.api.schemas import TaggingOptions, TextRequest
from ner_service.service.api.shares import Shares
from ner_service.service.api.slices import SlicedResponse, Slices, sink_of
from ner_service.service.queue.errors import TaggerFailed
from ner_service.service.queue.job import SMALL_COST, Answer, Sink, Tagged
from ner_service.service.queue.lane import Lane
from ner_service.service.settings import Settings
from ner_service.service.telemetry.metrics import Metrics
from ner_service.service.telemetry.request_log import Trace, trace_of
from ner_service.text.language import language_warning
from ner_service.types import Entity, OpenLabels, Tagger

Handler = Callable[[Request], Awaitable[Response]]


class HotRoutes:
    """This layer answers the hot routes ahead of the framework, whose layers cost more than they.

    All else is left to the framework.
    """

    def __init__(self, framework: ASGIApp, handlers: Mapping[tuple[str, str], Handler]) -> None:
        self._framework, self._handlers = framework, handlers

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        http = scope["type"] == "http"
        handler = self._handlers.get((scope["method"], scope["path"])) if http else None
        if handler is None:
            return await self._framework(scope, receive, send)
        try:
            response = await handler(Request(scope, receive))
        except (NerError, ValidationError) as error:
            response = fail(trace_of(scope), error)
        await response(scope, receive, send)


class Answers:
    """Answers are given to texts, by the lane of the tagger that a request names."""

    def __init__(
        self,
        settings: Settings,
        lanes: Mapping[str, Lane],
        metrics: Metrics,
        reader: BodyReader,
        names: NameAnswers,
        shares: Shares | None = None,
    ) -> None:
        self.names = names
        self._lanes, self._metrics, self._reader = lanes, metrics, reader
        self._shares = shares
        self._most_chars, self._default = settings.max_text_chars, settings.default

    async def one(self, request: Request) -> Response:
        """Finds the entities of one text."""
        kind = content_type(request, JSON, PLAIN)
        text = await parse_text(request, kind, await self._reader.body(request))
        answer = await self.answer_text(request, text)
        entities = answer["entities"]
        if isinstance(entities, Slices):
            del answer["entities"]
            return SlicedResponse(answer, entities)
        return JsonResponse(answer)

    async def answer_text(
        self, request: Request, asked: TextRequest, patient: bool = False
    ) -> dict[str, Any]:
        """Answers one text, as a `TextResponse`; the patient wait for room in the queue."""
        self.check_length(asked.text, "text")
        if asked.normal and not patient:
            self.names.check_room([asked.text])
        long = len(asked.text) > SMALL_COST and not asked.normal
        slices = Slices(entities_out, asked.text, asked) if long else None
        sink = sink_of([slices]) if slices else None
        head, (answer,) = await self.tag(request, asked, [asked.text], patient, sink)
        head |= self.warning_of(head["tagger"], asked.text)
        if asked.normal:
            (result,) = await self.names.write(request, asked, [asked.text], [answer], patient)
            if isinstance(result, TaggerFailed):
                raise result
            return head | result
        if isinstance(answer, TaggerFailed):
            raise answer
        head["entities"] = slices or entities_out(asked.text, answer, asked)
        return head

    async def tag(
        self,
        request: Request,
        options: TaggingOptions,
        texts: Sequence[str],
        patient: bool = False,
        sink: Sink | None = None,
    ) -> tuple[dict[str, Any], list[Answer]]:
        """Returns the head of the answer, and the answer to each text.

        The patient are lines of a stream. They share a connection, so they do not hear of its end:
        their stream cancels them.
        """
        lane = self.choose_lane(options)
        trace, connection = trace_of(request.scope), connection_of(request)
        client = trace.key or connection
        if self._shares and trace.key:
            self._shares.take(trace.key, sum(map(len, texts)))
        heard = None if patient else connection
        asked = asked_labels(lane.check(), options)
        tagged = await lane.tag(texts, patient, heard, client, options.convention, asked, sink)
        self._note(trace, lane, texts, tagged)
        return {"tagger": lane.worker.name, "offsets": options.offsets}, tagged.answers

    def warning_of(self, name: str, text: str) -> dict[str, str]:
        """Returns `warning` where a text is mostly not in the language of the tagger of a name."""
        tagger = self._lanes[name].worker.tagger
        warning = language_warning(text, tagger.info.languages) if tagger else None
        return {"warning": warning} if warning else {}

    def choose_lane(self, options: TaggingOptions) -> Lane:
        """Returns the lane that a request names; raises where its options do not fit the tagger."""
        name = options.tagger or self._default
        lane = self._lanes.get(name)
        if lane is None:
            raise UnknownTagger(f"unknown tagger; known are {', '.join(self._lanes)}{hint(name)}")
        tagger = lane.check()
        if options.labels and not (
            set(options.labels) <= set(tagger.info.labels) or isinstance(tagger, OpenLabels)
        ):
            message = f"labels: {name} knows {', '.join(tagger.info.labels)}"
            raise Refused(Code.UNKNOWN_LABEL, message, ["labels"])
        if options.convention is not None:
            check_convention(options.convention, name, tagger.info.conventions)
        return lane

    def choose_tagger(
        self, request: Request, asked: str | None, convention: str | None, text: str
    ) -> tuple[str, Tagger]:
        """Returns the tagger that is to explain a text, and its name; raises where it cannot.

        The text counts against the share of the request's key.
        """
        lane = self.choose_lane(TaggingOptions(tagger=asked, convention=convention))
        self.check_length(text, "text")
        trace = trace_of(request.scope)
        trace.tagger = lane.worker.name
        if self._shares and trace.key:
            self._shares.take(trace.key, len(text))
        return lane.worker.name, lane.check()

    def check_length(self, text: str, field: str) -> None:
        """Raises where a text is too long."""
        if len(text) > self._most_chars:
            message = f"{field}: longer than {self._most_chars} characters (NER_MAX_TEXT_CHARS)"
            raise Refused(Code.TEXT_TOO_LONG, message, [field])

    def _note(self, trace: Trace, lane: Lane, texts: Sequence[str], tagged: Tagged) -> None:
        """Adds what was tagged to the request's trace and to the metrics."""
        chars = sum(map(len, texts))
        self._metrics.tagged(lane.worker.name, len(texts), chars, tagged)
        trace.tagger = lane.worker.name
        trace.texts += len(texts)
        trace.chars += chars
        trace.entities += sum(tagged.labels.values())
        trace.queued += tagged.queued
        trace.tagging += tagged.tagging


def asked_labels(tagger: Tagger, options: TaggingOptions) -> tuple[str, ...]:
    """Returns the labels that a request asks of a tagger, each once, where it finds any."""
    if not options.labels or not isinstance(tagger, OpenLabels):
        return ()
    return tuple(dict.fromkeys(options.labels))


def hint(name: str) -> str:
    """Returns what to do where a request names a convention, which has a field of its own."""
    return "; the convention goes into the field `convention`" * ("@" in name)


def check_convention(convention: str, tagger: str, known: Sequence[str]) -> None:
    """Raises where a tagger has not learned that way of annotating."""
    if convention not in known:
        names = ", ".join(known) or "no convention by name: leave it out"
        raise Refused(Code.INVALID_REQUEST, f"convention: {tagger} knows {names}", ["convention"])


def entities_out(
    text: str, entities: Sequence[Entity], options: TaggingOptions, since: tuple[int, int] = (0, 0)
) -> list[dict[str, Any]]:
    """Returns entities as `EntityOut` has them: offsets converted, surface text added.

    None begins before the place `since`, whose offset is known in both units.
    """
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
    for entity, e in zip(out, kept, strict=True):
        if e.sources:
            entity["sources"] = list(e.sources)
    if unit != "codepoint":
        at = convert(text, [offset for e in kept for offset in (e.start, e.end)], unit, since)
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
