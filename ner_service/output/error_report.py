"""An error report: one HTML page about the mistakes of one tagger on one corpus."""

from collections.abc import Iterator, Sequence
from itertools import pairwise

from ner_service.output.charts import confusion_matrix
from ner_service.output.figures import error_rows, kind_rows, score_rows
from ner_service.output.html import Piece, render
from ner_service.scoring import Assessment
from ner_service.scoring.f1 import Predicted
from ner_service.types import Document, Entity

SHOWN = 20  # documents; more would hide the worst among the merely bad


def page(
    title: str, documents: Sequence[Document], predicted: Predicted, assessment: Assessment
) -> str:
    """Returns the page: scores, kinds of errors, confusion, and where most mistakes are."""
    judged = [(d, p, count_mistakes(d, p)) for d, p in zip(documents, predicted, strict=True)]
    worst = sorted(judged, key=lambda each: -each[2])[:SHOWN]
    return render(
        "error_report.html.j2",
        title=title,
        assessment=assessment,
        scores=list(score_rows(assessment)),
        kinds=list(kind_rows(assessment)),
        errors=list(error_rows(assessment)),
        confusion=confusion_matrix(assessment.confusion),
        worst=[(d, n, compared_pieces(d, p)) for d, p, n in worst if n],
    )


def count_mistakes(document: Document, predicted: Sequence[Entity]) -> int:
    """Returns how many entities are missed or predicted wrongly."""
    return len({e.span for e in document.entities} ^ {e.span for e in predicted})


def compared_pieces(document: Document, predicted: Sequence[Entity]) -> Iterator[Piece]:
    """Yields the text, cut at every bound of a gold or predicted entity and marked by its fate."""
    bounds = {at for e in (*document.entities, *predicted) for at in (e.start, e.end)}
    for start, end in pairwise(sorted(bounds | {0, len(document.text)})):
        gold, given = _entity_at(start, document.entities), _entity_at(start, predicted)
        yield _piece(document.text[start:end], gold, given)


def _entity_at(place: int, entities: Sequence[Entity]) -> Entity | None:
    return next((e for e in entities if e.start <= place < e.end), None)


def _piece(text: str, gold: Entity | None, predicted: Entity | None) -> Piece:
    if gold is None and predicted is None:
        return Piece(text)
    if gold and predicted:
        fate = "right" if gold.span == predicted.span else "wrong"
    else:
        fate = "missed" if gold else "spurious"
    wanted, given = gold.label if gold else "none", predicted.label if predicted else "none"
    label = wanted if wanted == given else f"{wanted} → {given}"
    return Piece(text, f"entity {fate}", label, f"gold {wanted}, predicted {given}")
