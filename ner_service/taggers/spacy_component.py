"""The spaCy component `ner_service` has a spaCy pipeline take its entities from our taggers.

nlp = spacy.blank("ru")
nlp.add_pipe("ner_service", config={"tagger": "bilstm"})
"""

from collections.abc import Iterable, Iterator, Sequence
from itertools import islice
from typing import Any

from spacy.language import Language
from spacy.tokens import Doc, Span
from spacy.util import filter_spans

from ner_service.taggers.registry import load_tagger
from ner_service.types import Entity, Tagger

SCORE = "ner_score"  # the attribute of a span: `span._.ner_score`


class SpacyComponent:
    """The component sets `doc.ents`, and the score of each as `span._.ner_score`.

    An entity that begins or ends within one of the pipeline's tokens takes the token whole.
    """

    def __init__(self, tagger: Tagger) -> None:
        self._tagger = tagger

    def __call__(self, doc: Doc) -> Doc:
        """Set the entities of a document."""
        return set_entities(doc, self._tagger.tag([doc.text])[0])

    def pipe(self, stream: Iterable[Doc], batch_size: int = 64) -> Iterator[Doc]:
        """Set the entities of documents, some at a time."""
        rest = iter(stream)
        while docs := list(islice(rest, batch_size)):
            answers = self._tagger.tag([doc.text for doc in docs])
            yield from map(set_entities, docs, answers)


def set_entities(doc: Doc, entities: Sequence[Entity]) -> Doc:
    """Put entities into a document of spaCy's."""
    spans: list[Span] = []
    for entity in entities:
        span: Any = doc.char_span(
            entity.start, entity.end, label=entity.label, alignment_mode="expand"
        )
        if span is not None:
            span._.set(SCORE, entity.score)
            spans.append(span)
    doc.set_ents(filter_spans(spans))
    return doc


@Language.factory("ner_service", default_config={"tagger": "bilstm"}, assigns=["doc.ents"])
def make_component(nlp: Language, name: str, tagger: str) -> SpacyComponent:
    """Make the component with the tagger that a spec names; raises as `load_tagger` does."""
    if not Span.has_extension(SCORE):
        Span.set_extension(SCORE, default=None)
    return SpacyComponent(load_tagger(tagger))
