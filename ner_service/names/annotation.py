"""Annotation puts what an analysis tells into the document that it is about."""

from dataclasses import replace
from typing import TypeVar

from ner_service.names.types import Analysis
from ner_service.types import Document, Entity

Annotated = TypeVar("Annotated", bound=Document)


def annotate(document: Annotated, analysis: Analysis) -> Annotated:
    """Return a document with its names, whose entities have base forms and parts."""
    entities = tuple(
        Entity(e.start, e.end, e.label, e.score, mention.normal, mention.parts, e.sources)
        for e, mention in zip(document.entities, analysis.mentions, strict=True)
    )
    return replace(document, entities=entities, names=analysis.names)
