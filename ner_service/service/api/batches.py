"""Batches and streams have several texts; one that fails says so in its place."""

import asyncio
from collections.abc import Mapping
from functools import partial
from typing import Any

import orjson
from fastapi import Request, Response
from pydantic import ValidationError

from ner_service.errors import Code, NerError, Refused
from ner_service.service.api.answers import Answers, JsonResponse, entities_out
from ner_service.service.api.errors import refusal
from ner_service.service.api.lines import read_lines
from ner_service.service.api.other_fields import other_fields
from ner_service.service.api.query import query_options
from ner_service.service.api.request_body import (
    JSON,
    NDJSON,
    BodyReader,
    Form,
    check_no_query,
    content_type,
)
from ner_service.service.api.schemas import (
    MOST_OTHER_VALUES,
    BatchRequest,
    LineRequest,
    Options,
)
from ner_service.service.api.slices import Slices, dump, sink_of
from ner_service.service.api.stream import Stream, in_order
from ner_service.service.queue.errors import TaggerFailed
from ner_service.service.queue.job import cost
from ner_service.service.telemetry.metrics import Metrics

STEP_COST = 50_000  # of texts whose answers are put together in one go: half a millisecond
LINE = Form(LineRequest, spare=MOST_OTHER_VALUES)


class Batches:
    """Batches and streams of texts are answered as single texts are, by `answers`."""

    def __init__(
        self, answers: Answers, metrics: Metrics, reader: BodyReader, most_texts: int
    ) -> None:
        self._answers, self._metrics, self._reader = answers, metrics, reader
        self._most_texts = most_texts
        self._form = Form(BatchRequest, most_texts, self._too_many_texts)

    async def many(self, request: Request) -> Response:
        """Finds the entities of several texts, or of a stream of them."""
        if content_type(request, JSON, NDJSON) == NDJSON:
            return self._stream(request)
        check_no_query(request)
        batch = await self._form.parse(await self._reader.body(request))
        return JsonResponse(await self._batch(request, batch))

    def _stream(self, request: Request) -> Response:
        options = Options.model_validate(query_options(request))
        self._answers.choose_lane(options).check_room(0, patient=True)
        answer = partial(self._line, request, options)
        return Stream(in_order(answer, read_lines(self._reader, request)))

    async def _batch(self, request: Request, asked: BatchRequest) -> dict[str, Any]:
        """Answers several texts, as a `BatchResponse`."""
        if len(asked.texts) > self._most_texts:
            raise self._too_many_texts()
        for n, text in enumerate(asked.texts):
            self._answers.check_length(text, f"texts.{n}")
        if asked.normal:
            self._answers.names.check_room(asked.texts)
        if asked.normal:
            head, answers = await self._answers.tag(request, asked, asked.texts)
            named = await self._answers.names.write(request, asked, asked.texts, answers)
            return head | {
                "results": [
                    self._fault(a) if isinstance(a, TaggerFailed) else a | self._warning(head, text)
                    for a, text in zip(named, asked.texts, strict=True)
                ]
            }
        slices = [Slices(entities_out, text, asked) for text in asked.texts]
        sink = sink_of(slices)
        head, answers = await self._answers.tag(request, asked, asked.texts, sink=sink)
        results: list[orjson.Fragment] = []
        written = 0  # what texts cost, since others were served
        for text, answer, entities in zip(asked.texts, answers, slices, strict=True):
            if isinstance(answer, TaggerFailed):
                result = self._fault(answer)
            else:
                result = {"entities": entities} | self._warning(head, text)
            results.append(orjson.Fragment(dump(result)))
            written += cost(text)
            if written > STEP_COST:
                written = 0
                await asyncio.sleep(0)
        return head | {"results": results}

    async def _line(
        self, request: Request, options: Options, line: bytes | Refused
    ) -> dict[str, Any]:
        """Answers one line of a stream, as a `LineResponse`, be it with what is wrong with it."""
        id: dict[str, Any] = {}
        try:
            if isinstance(line, Refused):
                raise line
            asked = await LINE.parse(line)
            id = {"id": asked.id} if "id" in asked.model_fields_set else {}
            unset = options.model_fields_set - asked.model_fields_set
            asked = asked.model_copy(update={name: getattr(options, name) for name in unset})
            fields = {"text": asked.text} | other_fields(line, asked, asked.normal)
            answer = await self._answers.answer_text(request, asked, patient=True)
            if isinstance(answer["entities"], Slices):
                answer["entities"] = answer["entities"].join()
            return id | fields | answer
        except (NerError, ValidationError) as error:
            return id | self._fault(error)

    def _warning(self, head: Mapping[str, Any], text: str) -> dict[str, str]:
        return self._answers.warning_of(head["tagger"], text)

    def _too_many_texts(self) -> Refused:
        message = f"texts: more than {self._most_texts} (NER_MAX_BATCH_TEXTS)"
        return Refused(Code.TOO_MANY_TEXTS, message, ["texts"])

    def _fault(self, error: NerError | ValidationError) -> dict[str, Any]:
        """Returns the error of one text among several, which counts like that of a request."""
        refused = refusal(error)
        self._metrics.failed(refused.code)
        return {"error": refused.body()}
