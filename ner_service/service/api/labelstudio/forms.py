"""The bodies that Label Studio sends to an ML backend; what is not needed is ignored."""

from typing import Annotated, Any

from pydantic import BaseModel, ConfigDict, Field, model_validator

from ner_service.service.api.schemas import Int64

MOST_CONFIG_CHARS = 200_000
VALUES_OF_TASK = 300  # JSON values of a task on average, its former annotations included
Config = Annotated[str, Field(max_length=MOST_CONFIG_CHARS)]
LENIENT = ConfigDict(extra="ignore")


class TaskForm(BaseModel):
    """A task has data; the rest that Label Studio knows of it is ignored."""

    model_config = LENIENT

    id: Int64 | None = None
    data: dict[str, Any]


class SetupForm(BaseModel):
    """The body of `setup`; its access token is not even kept."""

    model_config = LENIENT

    schema_: Annotated[Config, Field(alias="schema")]


class PredictForm(BaseModel):
    """The body of `predict`."""

    model_config = LENIENT

    label_config: Config
    tasks: Annotated[list[TaskForm], Field(fail_fast=True)]


class ProjectForm(BaseModel):
    """The project of an event."""

    model_config = LENIENT

    id: Int64


class AnnotationForm(BaseModel):
    """An annotation of an event; of a deleted one there is the id alone."""

    model_config = ConfigDict(extra="allow")

    id: Int64


class EventForm(BaseModel):
    """The body of `webhook`.

    `ANNOTATIONS_CREATED` has lists under `annotation` and `task`, a task for each annotation.
    """

    model_config = LENIENT

    action: Annotated[str, Field(max_length=100)]
    project: ProjectForm | None = None
    task: TaskForm | None = None
    task_of_each: Annotated[list[TaskForm], Field(fail_fast=True)] = []
    annotation: AnnotationForm | None = None
    annotations: Annotated[list[AnnotationForm], Field(fail_fast=True)] = []

    @model_validator(mode="before")
    @classmethod
    def _name_lists(cls, values: Any) -> Any:
        """Give lists names of their own, so that a fault has the name of its field."""
        if isinstance(values, dict):
            for key, name in (("annotation", "annotations"), ("task", "task_of_each")):
                if isinstance(values.get(key), list):
                    values = values | {key: None, name: values[key]}
        return values

    @property
    def all_annotations(self) -> list[AnnotationForm]:
        """Return the annotations that the event is about."""
        return [self.annotation] if self.annotation else self.annotations

    @property
    def all_tasks(self) -> list[TaskForm]:
        """Return the task of each annotation, as far as the event has them."""
        return [self.task] * len(self.all_annotations) if self.task else self.task_of_each
