"""Masked texts have their keys, as the clients for threads and for asyncio read both."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Literal, Protocol

from ner_service.client.answers import Found, Options, entities_of

Style = Literal["label", "surrogate"]
Key = Mapping[str, Any]
"""A key is JSON of the service's own; it holds every name that was hidden."""


class Span(Protocol):
    """A span is any entity that has bounds and a label, such as `Found` and `Entity`.

    If it has a `text`, too, the service refuses it where another text stands there.
    """

    @property
    def start(self) -> int:
        """Return where the span begins."""

    @property
    def end(self) -> int:
        """Return where the span ends."""

    @property
    def label(self) -> str:
        """Return the label."""


@dataclass(frozen=True, slots=True)
class Masked:
    """A masked text has its placeholders or surrogates as entities, and the key that undoes it.

    `labels` are those that were looked for, by `tagger` if one was asked. The key is not shown
    where the object is printed.
    """

    text: str
    entities: tuple[Found, ...]
    labels: tuple[str, ...]
    tagger: str | None
    key: Key = field(repr=False)


def mask_body(
    options: Options,
    text: str,
    labels: Sequence[str] | None,
    style: Style,
    seed: int,
    entities: Iterable[Span] | None,
) -> dict[str, Any]:
    """Return the body of a request that masks; a tagger is not named beside entities."""
    asked = options.body(text=text, labels=labels and [*labels], style=style, seed=seed)
    asked.pop("normal", None)
    if entities is not None:
        asked.pop("tagger", None)
        asked["entities"] = [_span_of(entity) for entity in entities]
    return asked


def _span_of(entity: Span) -> dict[str, Any]:
    """Return an entity as a request has it, with the text by which its offsets are checked."""
    span = {"start": entity.start, "end": entity.end, "label": entity.label}
    text = getattr(entity, "text", None)
    return span | {"text": text} if isinstance(text, str) else span


def masked_of(value: Mapping[str, Any]) -> Masked:
    """Return a masked text from an answer of the service."""
    return Masked(
        value["text"], (*entities_of(value),), (*value["labels"],), value["tagger"], value["key"]
    )


def text_of(value: Mapping[str, Any]) -> str:
    """Return the text from an answer of the service."""
    text: str = value["text"]
    return text
