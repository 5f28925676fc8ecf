"""What the routes share: the lanes of the taggers, and answers made of what they find."""

import asyncio
import time
from collections.abc import Callable, Sequence
from functools import partial
from typing import Any

from pydantic import ValidationError
from starlette.types import Scope

from ner_service.errors import NerError, UnknownTagger
from ner_service.service.api.errors import Refused, invalid, refusal
from ner_service.service.api.schemas import BatchRequest, LineRequest, TextRequest, entities_out
from ner_service.service.api.schemas import Request as Options
from ner_service.service.connection import leaving_of
from ner_service.service.queue.job import Answer, Overloaded, Tagged, TaggerFailed
from ner_service.service.queue.lane import Lane
from ner_service.service.settings import Settings
from ner_service.service.telemetry.metrics import Metrics, by_label
from ner_service.service.telemetry.request import Trace, trace_of
from ner_service.types import Entity, Tagger

SAMPLE_S = 1.0  # how often the metrics look at queues and memory
STOP_S = 1.0  # how long taggers may take to end; nobody waits for answers any more


class Service:
    """Settings, metrics, and the lane of each tagger."""

    def __init__(self, settings: Settings, load: Callable[[str], Tagger], metrics: Metrics) -> None:
        self.settings, self._load, self._metrics = settings, load, metrics
        self.lanes: dict[str, Lane] = {}
        self.default = settings.default

    def start(self) -> None:
        """Starts loading every tagger in its own thread."""
        s = self.settings
        for name, spec in s.specs.items():
            load, observe = partial(self._load, spec), partial(self._metrics.batch, name)
            self.lanes[name] = Lane(name, load, s.queue_chars, s.batch_chars, s.timeout_s, observe)

    def stop(self) -> None:
        """Lets the lanes end, and leaves those that hang."""
        until = time.monotonic() + STOP_S
        for lane in self.lanes.values():
            lane.stop(max(0.0, until - time.monotonic()))

    async def sample(self) -> None:
        """Keeps the metrics that change by themselves up to date, without end."""
        while True:
            self._metrics.sample(self.lanes)
            await asyncio.sleep(SAMPLE_S)

    def lane(self, options: Options) -> Lane:
        """The lane that a request names; raises where its options do not fit the tagger."""
        name = options.tagger or self.default
        lane = self.lanes.get(name)
        if lane is None:
            raise UnknownTagger(f"unknown tagger; known are {', '.join(self.lanes)}")
        lane.check()
        if options.labels and lane.tagger:
            known = lane.tagger.info.labels
            if not set(options.labels) <= set(known):
                message = f"labels: {name} knows {', '.join(known)}"
                raise Refused(422, "unknown_label", message, ["labels"])
        return lane

    def overload(self, cost: int) -> Overloaded | None:
        """Why no lane would admit a request of that cost; None where one would."""
        lanes = self.lanes.values()
        if not lanes or any(lane.has_room(cost) for lane in lanes):
            return None
        return Overloaded(min(lane.retry_after for lane in lanes))

    def check_length(self, text: str, field: str) -> None:
        """Raises where a text is too long."""
        most = self.settings.max_text_chars
        if len(text) > most:
            message = f"{field}: longer than {most} characters (NER_MAX_TEXT_CHARS)"
            raise Refused(413, "text_too_long", message, [field])

    async def text(self, scope: Scope, asked: TextRequest) -> dict[str, Any]:
        """The response to one text."""
        self.check_length(asked.text, "text")
        lane = self.lane(asked)
        tagged = await lane.tag([asked.text], leaving=leaving_of(scope))
        self._note(trace_of(scope), lane, [asked.text], tagged)
        found = found_in(tagged.answers[0])
        entities = entities_out(asked.text, found, asked.labels, asked.offsets)
        return {"tagger": lane.name, "offsets": asked.offsets, "entities": entities}

    async def batch(self, scope: Scope, asked: BatchRequest) -> dict[str, Any]:
        """The response to several texts; one that failed says so in its place."""
        most = self.settings.max_batch_texts
        if len(asked.texts) > most:
            message = f"texts: more than {most} (NER_MAX_BATCH_TEXTS)"
            raise Refused(413, "too_many_texts", message, ["texts"])
        for n, text in enumerate(asked.texts):
            self.check_length(text, f"texts.{n}")
        lane = self.lane(asked)
        tagged = await lane.tag(asked.texts, leaving=leaving_of(scope))
        self._note(trace_of(scope), lane, asked.texts, tagged)
        results = [
            self._fault(refusal(answer))
            if isinstance(answer, TaggerFailed)
            else {"entities": entities_out(text, answer, asked.labels, asked.offsets)}
            for text, answer in zip(asked.texts, tagged.answers, strict=True)
        ]
        return {"tagger": lane.name, "offsets": asked.offsets, "results": results}

    async def line(self, trace: Trace, options: Options, line: bytes | Refused) -> dict[str, Any]:
        """The answer to one line of a stream; what is wrong with the line is its answer."""
        if isinstance(line, Refused):
            return self._fault(line)
        id: dict[str, Any] = {}
        try:
            asked = LineRequest.model_validate_json(line)
            id = {"id": asked.id} if "id" in asked.model_fields_set else {}
            asked = asked.model_copy(update=_unset(options, asked))
            self.check_length(asked.text, "text")
            lane = self.lane(asked)
            tagged = await lane.tag([asked.text], patient=True)
            self._note(trace, lane, [asked.text], tagged)
            found = found_in(tagged.answers[0])
        except ValidationError as error:
            return id | self._fault(invalid(error))
        except NerError as error:
            return id | self._fault(refusal(error))
        entities = entities_out(asked.text, found, asked.labels, asked.offsets)
        return id | {"tagger": lane.name, "offsets": asked.offsets, "entities": entities}

    def _fault(self, refused: Refused) -> dict[str, Any]:
        """The error of one text among several, which counts like that of a request."""
        self._metrics.failed(refused.code)
        return {"error": refused.body()}

    def _note(self, trace: Trace, lane: Lane, texts: Sequence[str], tagged: Tagged) -> None:
        """Adds what was tagged to the request's trace and to the metrics."""
        found = [answer for answer in tagged.answers if not isinstance(answer, TaggerFailed)]
        chars, entities = sum(map(len, texts)), [e for answer in found for e in answer]
        self._metrics.tagged(lane.name, len(texts), chars, tagged, by_label(entities))
        trace.tagger = lane.name
        trace.texts += len(texts)
        trace.chars += chars
        trace.entities += len(entities)
        trace.queued += tagged.queued
        trace.tagging += tagged.tagging


def found_in(answer: Answer) -> list[Entity]:
    """The entities of an answer; raises where the tagger failed."""
    if isinstance(answer, TaggerFailed):
        raise answer
    return answer


def _unset(options: Options, asked: Options) -> dict[str, Any]:
    """The stream's options that a line does not set itself."""
    names = options.model_fields_set - asked.model_fields_set
    return {name: getattr(options, name) for name in names}
