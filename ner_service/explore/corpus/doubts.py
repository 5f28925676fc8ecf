"""Doubts about a corpus are places where a tagger contradicts it, and documents that it finds hard.

A tagger that is nearly sure of an entity which the annotation lacks is often right: among the first
answers of the shipped model above .97 that contradict Collection5, a fifth were its errors.
"""

from collections.abc import Sequence
from dataclasses import dataclass

from ner_service.explore.corpus.sample import Sample, surface_of
from ner_service.scoring.significance import counts, f1_of
from ner_service.types import Document, Entity

SURE = 0.9  # the score from which on a contradiction is shown
HARDEST = 10
FEWEST_ENTITIES = 3  # gold and predicted, of a document that may be called hard


@dataclass(frozen=True, slots=True)
class Disagreement:
    """A disagreement is an entity that a tagger is sure of, and what the annotation has there.

    `gold` are the annotated entities which overlap it, as label and text; none where nothing is
    annotated. `at` is where the entity begins in the text.
    """

    file: str
    document: str
    at: int
    label: str
    text: str
    score: float
    gold: tuple[tuple[str, str], ...]
    before: str
    after: str


@dataclass(frozen=True, slots=True)
class HardDocument:
    """A hard document has the tagger's strict F1 on it, and how many mistakes there are."""

    file: str
    document: str
    f1: float
    mistakes: int
    entities: int
    text: str


@dataclass(frozen=True, slots=True)
class Doubts:
    """The doubts of one tagger; `has_scores` is false where it does not say how sure it is."""

    tagger: str
    has_scores: bool
    compared: tuple[str, ...]  # labels that both the corpus and the tagger have
    entities: int  # that were predicted with these labels
    disagreements: tuple[Disagreement, ...]
    hardest: tuple[HardDocument, ...]


CONTEXT_CHARS = 70


def find_doubts(
    name: str, samples: Sequence[Sample], answers: Sequence[Sequence[Sequence[Entity]]]
) -> Doubts:
    """Compare a tagger's answers to the documents of each sample with their annotation.

    Only labels that both have count: a tagger of three labels says nothing about a fourth.
    """
    predicted_labels = {e.label for file in answers for es in file for e in es}
    compared = {label for sample in samples for label in sample.labels} & predicted_labels
    disagreements: list[Disagreement] = []
    hardest: list[HardDocument] = []
    predicted = 0
    has_scores = False
    for sample, file in zip(samples, answers, strict=True):
        for each, entities in zip(sample.drawn, file, strict=True):
            document = each.document.keep_labels(compared)
            given = [e for e in entities if e.label in compared]
            predicted += len(given)
            has_scores |= any(e.score is not None for e in given)
            disagreements += _disagreements(sample.name, document, each.document.entities, given)
            hardest += _judge(sample.name, document, given)
    disagreements.sort(key=lambda d: (-d.score, d.file, d.document, d.at))
    hardest.sort(key=lambda d: (-d.mistakes, d.f1, d.file, d.document))
    order = tuple(sorted(compared))
    return Doubts(
        name, has_scores, order, predicted, tuple(disagreements), tuple(hardest[:HARDEST])
    )


def _disagreements(
    file: str, document: Document, annotated: Sequence[Entity], given: Sequence[Entity]
) -> list[Disagreement]:
    gold = {entity.span for entity in document.entities}
    text = document.text
    return [
        Disagreement(
            file=file,
            document=document.id,
            at=e.start,
            label=e.label,
            text=text[e.start : e.end],
            score=e.score,
            gold=tuple(
                (o.label, surface_of(document, o))
                for o in annotated
                if o.start < e.end and e.start < o.end
            ),
            before=text[max(0, e.start - CONTEXT_CHARS) : e.start],
            after=text[e.end : e.end + CONTEXT_CHARS],
        )
        for e in given
        if e.score is not None and e.score >= SURE and e.span not in gold
    ]


def _judge(file: str, document: Document, given: Sequence[Entity]) -> list[HardDocument]:
    """Return the document as hard, or nothing where the tagger makes no mistake or it is short."""
    row = counts([document], [given])
    right, predicted, gold = row[0].tolist()
    mistakes = predicted + gold - 2 * right
    if not mistakes or predicted + gold < FEWEST_ENTITIES:
        return []
    text = " ".join(document.text[: 2 * CONTEXT_CHARS].split())
    return [HardDocument(file, document.id, float(f1_of(row.sum(0))), mistakes, gold, text)]
