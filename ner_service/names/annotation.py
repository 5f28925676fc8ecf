"""Annotation puts what an analysis tells into the document that it is about."""

from dataclasses import replace

from ner_service.names.types import Analysis
from ner_service.types import Document

NAMES = "names"  # the field of a document


def annotate(document: Document, analysis: Analysis) -> Document:
    """Return a document whose entities have base forms and parts, with its names as a field."""
    entities = tuple(
        replace(entity, normal=mention.normal, parts=mention.parts)
        for entity, mention in zip(document.entities, analysis.mentions, strict=True)
    )
    names = [name.record() for name in analysis.names]
    return replace(document, entities=entities, fields={**document.fields, NAMES: names})
