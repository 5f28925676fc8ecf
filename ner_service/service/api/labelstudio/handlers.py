"""The handlers of Label Studio's protocol for ML backends, under `/label-studio/`."""

import logging
from collections import Counter
from collections.abc import Sequence
from functools import partial
from typing import Any

import orjson
from fastapi import Request, Response

from ner_service.errors import Code, CorpusError, Refused
from ner_service.service.api.answers import Answers
from ner_service.service.api.background import Background
from ner_service.service.api.json_size import Size, size_within
from ner_service.service.api.labelstudio.collector import Collector
from ner_service.service.api.labelstudio.forms import (
    VALUES_OF_TASK,
    EventForm,
    PredictForm,
    SetupForm,
    TaskForm,
)
from ner_service.service.api.labelstudio.labelling import Field, TaskText, read_labelling
from ner_service.service.api.request_body import JSON, SPARE, BodyReader, Model, Received
from ner_service.service.api.schemas import Options
from ner_service.service.queue.errors import TaggerFailed
from ner_service.service.queue.job import Answer
from ner_service.types import Entity

log = logging.getLogger(__name__)
MOST_REGIONS = 200_000  # of an answer, with those of each control; 35 MB
OFF = "annotations are not collected here: see NER_LABEL_STUDIO_FOLDER"


class LabelStudio:
    """Handlers answer a Label Studio server; the default tagger finds the entities."""

    def __init__(
        self,
        answers: Answers,
        reader: BodyReader,
        background: Background,
        most_texts: int,
        collector: Collector | None,
    ) -> None:
        self._answers, self._reader, self._most_texts = answers, reader, most_texts
        self._background, self._collector = background, collector
        values = VALUES_OF_TASK * most_texts + SPARE
        self._most = Size(values, values)

    async def health(self) -> Response:
        """Says that the backend is up."""
        return _json({"status": "UP", "model_class": "ner-service"})

    async def setup(self, request: Request) -> Response:
        """Checks the configuration of a project, and says which model will answer."""
        received = await self._receive(request, SetupForm)
        read_labelling(received.asked.schema_, "schema")
        return _json({"model_version": self._version()})

    async def predict(self, request: Request) -> Response:
        """Answers each task with a prediction, which is empty where the task has no text."""
        received = await self._receive(request, PredictForm)
        asked = received.asked
        if len(asked.tasks) > self._most_texts:
            raise Refused(Code.TOO_MANY_TEXTS, f"tasks: more than {self._most_texts}", ["tasks"])
        fields, found = await received.work(self._background, lambda: self._read(asked))
        answers: list[Answer] = []
        if found:
            texts = [one.text for one in found]
            _, answers = await self._answers.tag(request, Options(), texts)
        write = partial(predictions, len(asked.tasks), fields, found, answers, self._version())
        return await received.answer(self._background, write)

    async def webhook(self, request: Request) -> Response:
        """Collects what people annotate, where the operator wants that."""
        if self._collector is None:
            return _json({"status": "ignored", "reason": OFF})
        received = await self._receive(request, EventForm)
        return _json({"status": await self._collector.take(received.asked)})

    def _version(self) -> str:
        """Return a name of the model that changes whenever its weights do."""
        lane = self._answers.choose_lane(Options())
        info = lane.check().info
        return f"{lane.worker.name} {(info.hash or info.version)[:12]}"

    def _read(self, asked: PredictForm) -> tuple[list[Field], list[TaskText]]:
        """Return the fields of the configuration, and the texts of the tasks."""
        fields = read_labelling(asked.label_config, "label_config")
        own = {field.place: field for field in reversed(fields)}.values()
        texts = [
            text
            for n, task in enumerate(asked.tasks)
            for field in reversed(own)
            if (text := self._text(n, task, field)) is not None
        ]
        return fields, texts

    def _text(self, n: int, task: TaskForm, field: Field) -> TaskText | None:
        """Return the text of a task, unless it has none, or one that is too long."""
        try:
            text, starts = field.text(task.data)
            self._answers.check_length(text, f"data.{field.key}")
        except (CorpusError, Refused) as error:
            log.warning("Label Studio: task %s gets no prediction: %s", task.id, error)
            return None
        return TaskText(n, field, text, starts)

    async def _receive(self, request: Request, form: type[Model]) -> Received[Model]:
        """Return a body that does not have too many values."""

        async def parse(body: bytes) -> Model:
            if not (await size_within(body, self._most)).fits(self._most):
                message = f"the body has more than {self._most.values} values: send fewer tasks"
                raise Refused(Code.INVALID_REQUEST, message)
            return form.model_validate_json(body)

        return await self._reader.receive(request, parse)


def predictions(
    tasks: int,
    fields: Sequence[Field],
    texts: Sequence[TaskText],
    answers: Sequence[Answer],
    version: str,
) -> bytes:
    """Return the body of an answer: a prediction for each task, of all controls of its texts.

    Raises `Refused` where they have too many regions.
    """
    controls = Counter(field.place for field in fields)
    number = sum(
        len(answer) * controls[one.field.place]
        for one, answer in zip(texts, answers, strict=True)
        if not isinstance(answer, TaggerFailed)
    )
    if number > MOST_REGIONS:
        message = f"tasks: have more than {MOST_REGIONS} regions: send fewer tasks at a time"
        raise Refused(Code.TOO_MANY_TEXTS, message, ["tasks"])
    regions: list[list[orjson.Fragment]] = [[] for _ in range(tasks)]
    scores: list[list[float | None]] = [[] for _ in range(tasks)]
    for (n, field, text, starts), answer in zip(texts, answers, strict=True):
        entities = [] if isinstance(answer, TaggerFailed) else answer
        same = [own for own in fields if own.place == field.place]
        for own in same:
            written = orjson.dumps([*own.regions(text, starts, entities)])[1:-1]
            regions[n] += [orjson.Fragment(written)] if written else []
        scores[n] += [None] if isinstance(answer, TaggerFailed) else _scores(entities, fields)
    results = [
        {"result": of_task, **_least(of), "model_version": version}
        for of_task, of in zip(regions, scores, strict=True)
    ]
    return orjson.dumps({"results": results})


def _scores(entities: Sequence[Entity], fields: Sequence[Field]) -> list[float | None]:
    """Return the scores of a text: those of its entities, or 1 where it has none to doubt."""
    labels = {e.label for e in entities}
    wanted = {label for label in labels if any(field.label_for(label) for field in fields)}
    return [e.score for e in entities if e.label in wanted] or [1.0]


def _least(scores: Sequence[float | None]) -> dict[str, float]:
    """Return the score of a prediction, by which the least certain tasks come first.

    There is none where the tagger has none, or where nothing was tagged.
    """
    known = [score for score in scores if score is not None]
    return {"score": round(min(known), 4)} if known and len(known) == len(scores) else {}


def _json(value: Any) -> Response:
    return Response(orjson.dumps(value), media_type=JSON)
