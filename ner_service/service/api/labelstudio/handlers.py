"""The handlers of Label Studio's protocol for ML backends, under `/label-studio/`."""

import logging
from collections.abc import Sequence
from typing import Any, TypeVar

import orjson
from fastapi import Request, Response
from pydantic import BaseModel

from ner_service.errors import Code, CorpusError, Refused
from ner_service.service.api.answers import Answers
from ner_service.service.api.json_size import Size, size_within
from ner_service.service.api.labelstudio.collector import Collector
from ner_service.service.api.labelstudio.forms import (
    VALUES_OF_TASK,
    EventForm,
    PredictForm,
    SetupForm,
    TaskForm,
)
from ner_service.service.api.labelstudio.labelling import Field, read_labelling
from ner_service.service.api.request_body import JSON, SPARE, BodyReader, content_type
from ner_service.service.api.schemas import Options
from ner_service.service.queue.errors import TaggerFailed
from ner_service.service.queue.job import Answer
from ner_service.types import Entity

Model = TypeVar("Model", bound=BaseModel)
log = logging.getLogger(__name__)
OFF = "annotations are not collected here: see NER_LABEL_STUDIO_FOLDER"


class LabelStudio:
    """Handlers answer a Label Studio server; the default tagger finds the entities."""

    def __init__(
        self, answers: Answers, reader: BodyReader, most_texts: int, collector: Collector | None
    ) -> None:
        self._answers, self._reader, self._most_texts = answers, reader, most_texts
        self._collector = collector
        values = VALUES_OF_TASK * most_texts + SPARE
        self._most = Size(values, values)

    async def health(self) -> Response:
        """Says that the backend is up."""
        return _json({"status": "UP", "model_class": "ner-service"})

    async def setup(self, request: Request) -> Response:
        """Checks the configuration of a project, and says which model will answer."""
        asked = await self._parse(request, SetupForm)
        read_labelling(asked.schema_, "schema")
        return _json({"model_version": self._version()})

    async def predict(self, request: Request) -> Response:
        """Answers each task with a prediction, which is empty where the task has no text."""
        asked = await self._parse(request, PredictForm)
        fields = read_labelling(asked.label_config, "label_config")
        if len(asked.tasks) > self._most_texts:
            raise Refused(Code.TOO_MANY_TEXTS, f"tasks: more than {self._most_texts}", ["tasks"])
        places = [
            (n, field, *found)
            for n, task in enumerate(asked.tasks)
            for field in _of_one_control_each(fields)
            if (found := self._text(task, field)) is not None
        ]
        answers: list[Answer] = []
        if places:
            texts = [text for _, _, text, _ in places]
            _, answers = await self._answers.tag(request, Options(), texts)
        results: list[list[dict[str, Any]]] = [[] for _ in asked.tasks]
        scores: list[list[float | None]] = [[] for _ in asked.tasks]
        for (n, field, text, starts), answer in zip(places, answers, strict=True):
            entities = [] if isinstance(answer, TaggerFailed) else answer
            for own in fields:  # several controls may label one text
                if own.object == field.object:
                    results[n] += own.regions(text, starts, entities)
            scores[n] += [None] if isinstance(answer, TaggerFailed) else _scores(entities, fields)
        version = {"model_version": self._version()}
        predictions = [
            {"result": result, **_least(of), **version}
            for result, of in zip(results, scores, strict=True)
        ]
        return _json({"results": predictions})

    async def webhook(self, request: Request) -> Response:
        """Collects what people annotate, where the operator wants that."""
        if self._collector is None:
            return _json({"status": "ignored", "reason": OFF})
        event = await self._parse(request, EventForm)
        return _json({"status": await self._collector.take(event)})

    def _version(self) -> str:
        """Return a name of the model that changes whenever its weights do."""
        lane = self._answers.choose_lane(Options())
        info = lane.check().info
        return f"{lane.worker.name} {(info.hash or info.version)[:12]}"

    def _text(self, task: TaskForm, field: Field) -> tuple[str, Sequence[int]] | None:
        """Return the text of a task, unless it has none, or one that is too long."""
        try:
            text, starts = field.text(task.data)
            self._answers.check_length(text, f"data.{field.key}")
        except (CorpusError, Refused) as error:
            log.warning("Label Studio: task %s gets no prediction: %s", task.id, error)
            return None
        return text, starts

    async def _parse(self, request: Request, model: type[Model]) -> Model:
        """Return the model of a body; raises `Refused` or `ValidationError`."""
        content_type(request, JSON)
        body = await self._reader.body(request)
        if not (await size_within(body, self._most)).fits(self._most):
            message = f"the body has more than {self._most.values} values: send fewer tasks"
            raise Refused(Code.INVALID_REQUEST, message)
        return model.model_validate_json(body)


def _of_one_control_each(fields: Sequence[Field]) -> list[Field]:
    """Return a field for each text, which may have several controls."""
    return list({field.object: field for field in reversed(fields)}.values())[::-1]


def _scores(entities: Sequence[Entity], fields: Sequence[Field]) -> list[float | None]:
    """Return the scores of a text: those of its entities, or 1 where it has none to doubt."""
    wanted = [e for e in entities if any(field.label_for(e.label) for field in fields)]
    return [e.score for e in wanted] or [1.0]


def _least(scores: Sequence[float | None]) -> dict[str, float]:
    """Return the score of a prediction, by which the least certain tasks come first.

    There is none where the tagger has none, or where nothing was tagged.
    """
    known = [score for score in scores if score is not None]
    return {"score": round(min(known), 4)} if known and len(known) == len(scores) else {}


def _json(value: Any) -> Response:
    return Response(orjson.dumps(value), media_type=JSON)
