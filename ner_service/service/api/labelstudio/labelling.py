"""A labelling configuration says which texts of a task are labelled, by which labels and tags."""

from bisect import bisect_right
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import islice
from typing import Any, NamedTuple
from xml.etree import ElementTree

from ner_service.corpora.forms.task_text import text_of
from ner_service.errors import Code, CorpusError, Refused
from ner_service.service.api.offsets import convert
from ner_service.types import Entity

TYPES: Mapping[str, str] = {  # the objects that each control labels here
    "Labels": "Text HyperText",
    "HyperTextLabels": "HyperText Text",
    "ParagraphLabels": "Paragraphs",
}
OTHER_NAMES: Mapping[str, Sequence[str]] = {  # by which projects call the default labels
    "PER": ("person", "persons", "people", "name", "персона", "человек", "лицо", "имя"),
    "LOC": ("location", "locations", "place", "gpe", "место", "локация", "топоним"),
    "ORG": ("organization", "organisation", "organizations", "company", "организация", "компания"),
}
MOST_FIELDS = 64  # of a project: each is written for each entity of its text
NO_LABELS = (
    "has no Labels for a Text, such as "
    '<Labels name="label" toName="text"><Label value="PER"/></Labels>'
    '<Text name="text" value="$text"/>'
)


@dataclass(frozen=True, slots=True)
class Field:
    """A field is a text of a task with the control that labels it."""

    control: str  # `from_name`
    kind: str  # the control's tag
    object: str  # `to_name`
    source: str  # the object's tag
    key: str  # of the task's data, with dots between the keys of inner objects
    labels: Sequence[str]  # as annotations have them; none where tasks bring their own
    paragraph: str = "text"  # the key of the text in each paragraph, if the object has those

    @property
    def place(self) -> tuple[str, str, str]:
        """Return where the text stands, and how it is read: several objects may show one text."""
        return self.key, self.source, self.paragraph

    def text(self, data: Mapping[str, Any]) -> tuple[str, Sequence[int]]:
        """Return the text of a task, and where its paragraphs begin in UTF-16, if it has them.

        Raises `CorpusError` where the task has none.
        """
        value: Any = data
        for key in self.key.split("."):
            value = value.get(key) if isinstance(value, dict) else None
        if value is None:
            raise CorpusError(f"data.{self.key}: is not there")
        is_html, at = self.source == "HyperText", f"data.{self.key}"
        parts = value if isinstance(value, list) else []
        if self.source == "Paragraphs" and not any(
            isinstance(part, dict) and self.paragraph in part for part in parts
        ):
            raise CorpusError(
                f"{at}: expected a list of paragraphs with {self.paragraph!r} (its textKey)"
            )
        return text_of(value, is_html, at, self.paragraph)

    def label_for(self, label: str) -> str | None:
        """Return the label of the project that a tagger's label means, if there is one."""
        if not self.labels:
            return label
        names = {label.casefold(), *OTHER_NAMES.get(label, ())}
        return next((own for own in self.labels if own.casefold() in names), None)

    def regions(
        self, text: str, starts: Sequence[int], entities: Sequence[Entity]
    ) -> Iterator[dict[str, Any]]:
        """Yield a region for each entity whose label the project has."""
        places = (offset for e in entities for offset in (e.start, e.end))
        at = convert(text, places, "utf16")
        own = {label: self.label_for(label) for label in {e.label for e in entities}}
        for n, e in enumerate(entities):
            label = own[e.label]
            if label is not None:
                type = self.kind.lower()
                value = {"text": text[e.start : e.end], type: [label]}
                yield {
                    "id": f"{self.control}-{self.object}-{n}",
                    "from_name": self.control,
                    "to_name": self.object,
                    "type": type,
                    "value": self._bounds(at[e.start], at[e.end], starts) | value,
                    **({} if e.score is None else {"score": round(e.score, 4)}),
                }

    def _bounds(self, start: int, end: int, starts: Sequence[int]) -> dict[str, Any]:
        """Return where a region is, as its kind of object counts."""
        if self.source == "Paragraphs":
            first, last = (bisect_right(starts, at) - 1 for at in (start, end))
            return {
                **{"start": str(first), "startOffset": start - starts[first]},
                **{"end": str(last), "endOffset": end - starts[last]},
            }
        if self.source == "HyperText":
            whole = {"startOffset": start, "endOffset": end}
            return {
                "start": "/",
                "end": "/",
                **whole,
                "globalOffsets": {"start": start, "end": end},
            }
        return {"start": start, "end": end}


class TaskText(NamedTuple):
    """A task's text has the number of the task, a field that it is of, and its paragraphs."""

    task: int
    field: Field
    text: str
    starts: Sequence[int]


def read_labelling(config: str, field: str) -> list[Field]:
    """Return the fields of a configuration in XML; raises `Refused` where it labels no text."""
    if "<!" in config.replace("<!--", ""):  # a document type may define entities that explode
        raise _refused(field, "has a document type or CDATA, which is not read: leave it out")
    try:
        root = ElementTree.fromstring(config)
    except (ElementTree.ParseError, ValueError) as error:
        raise _refused(field, f"is not XML: {error}") from None
    objects = {
        name: tag for tag in root.iter() if (name := tag.get("name")) and tag.tag in _OBJECTS
    }
    labelled = (
        Field(
            control.get("name", ""),
            control.tag,
            name,
            object.tag,
            key,
            _labels_of(control),
            object.get("textKey") or "text",
        )
        for control in root.iter()
        if control.tag in TYPES and control.get("name")
        for name in control.get("toName", "").split(",")
        if (object := objects.get(name)) is not None
        and object.tag in TYPES[control.tag].split()
        and object.get("valueType") != "url"
        and (key := object.get("value", "").removeprefix("$"))
    )
    fields = [*islice(labelled, MOST_FIELDS + 1)]
    if not fields:
        raise _refused(field, NO_LABELS)
    if len(fields) > MOST_FIELDS:
        raise _refused(field, f"labels texts in more than {MOST_FIELDS} ways: send fewer")
    return fields


_OBJECTS = frozenset(name for names in TYPES.values() for name in names.split())


def _labels_of(control: ElementTree.Element) -> list[str]:
    """Return the labels of a control as annotations have them: by their aliases, if any."""
    labels = (label.get("alias") or label.get("value") for label in control.iter("Label"))
    return [label for label in labels if label]


def _refused(field: str, fault: str) -> Refused:
    return Refused(Code.INVALID_REQUEST, f"{field}: {fault}", [field])
