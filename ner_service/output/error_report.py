"""An error report: one HTML page about the mistakes of one tagger on one corpus."""

from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from itertools import pairwise

from ner_service.output.charts import confusion_matrix
from ner_service.output.figures import error_rows, kind_rows, score_rows
from ner_service.output.html import Piece, render
from ner_service.output.numbers import numbered
from ner_service.scoring import Assessment
from ner_service.scoring.errors import Match, kinds_of, match_entities
from ner_service.scoring.f1 import Predicted
from ner_service.types import Document, Entity

SHOWN = 20  # documents; more would hide the worst among the merely bad
EXAMPLES = 10  # mistakes that are shown for a cell of the confusion matrix
CONTEXT = 50  # characters before and behind a mistake
NO_ENTITY = "none"  # in place of a label
Cell = tuple[str, str]  # gold and predicted label


@dataclass(frozen=True, slots=True)
class Example:
    """An example is a mistake with the text around it, and where its whole document stands."""

    id: str
    link: str  # nothing where the document is not among those that are shown
    pieces: Sequence[Piece]


def page(
    title: str, documents: Sequence[Document], predicted: Predicted, assessment: Assessment
) -> str:
    """Returns the page: scores, kinds of errors, confusion, and where most mistakes are."""
    judged = [
        (n, d, p, count_mistakes(d, p))
        for n, (d, p) in enumerate(zip(documents, predicted, strict=True))
    ]
    worst = [each for each in sorted(judged, key=lambda each: -each[3])[:SHOWN] if each[3]]
    places = {id(d): f"document-{n}" for n, d, _, _ in worst}
    cells = {
        cell: f"cell-{n}" for n, cell in enumerate(sorted(assessment.confusion)) if len({*cell}) > 1
    }
    examples = choose_examples(documents, predicted, places)
    return render(
        "error_report.html.j2",
        title=title,
        assessment=assessment,
        documents=numbered(assessment.documents, "document"),
        scores=list(score_rows(assessment)),
        kinds=list(kind_rows(assessment)),
        errors=list(error_rows(assessment)),
        confusion=confusion_matrix(assessment.confusion, {c: f"#{at}" for c, at in cells.items()}),
        cells=[
            (at, label_of(*cell), numbered(assessment.confusion[cell], "mistake"), examples[cell])
            for cell, at in cells.items()
        ],
        worst=[
            (d, places[id(d)], numbered(n, "mistake"), compared_pieces(d, p))
            for _, d, p, n in worst
        ],
    )


def choose_examples(
    documents: Iterable[Document], predicted: Predicted, places: dict[int, str]
) -> dict[Cell, list[Example]]:
    """Returns the first mistakes of each cell of the confusion matrix.

    `places` are the anchors of documents that the page shows, by the identity of the document.
    """
    examples: dict[Cell, list[Example]] = defaultdict(list)
    answers: dict[int, Sequence[Entity]] = {}
    documents = list(documents)
    for document, entities in zip(documents, predicted, strict=True):
        answers[id(document)] = entities
    for match in match_entities(documents, predicted):
        if match.cell[0] != match.cell[1] and len(examples[match.cell]) < EXAMPLES:
            document = match.document
            place = places.get(id(document), "")
            pieces = pieces_around(match, answers[id(document)])
            examples[match.cell].append(Example(document.id, place and f"#{place}", pieces))
    return examples


def pieces_around(match: Match, predicted: Sequence[Entity]) -> list[Piece]:
    """Returns the text around a mistake, with its marks."""
    document, both = match.document, [e for e in (match.gold, match.predicted) if e]
    start, end = min(e.start for e in both), max(e.end for e in both)
    low, high = max(0, start - CONTEXT), min(len(document.text), end + CONTEXT)
    cut = Document(
        document.id, document.text[low:high], tuple(_within(document.entities, low, high))
    )
    pieces = list(compared_pieces(cut, list(_within(predicted, low, high))))
    before = [Piece("…")] if low else []
    return [*before, *pieces, *([Piece("…")] if high < len(document.text) else [])]


def _within(entities: Iterable[Entity], low: int, high: int) -> Iterator[Entity]:
    return (e.shift(-low) for e in entities if low <= e.start and e.end <= high)


def count_mistakes(document: Document, predicted: Sequence[Entity]) -> int:
    """Returns how many entities are missed or predicted wrongly."""
    return len({e.span for e in document.entities} ^ {e.span for e in predicted})


def compared_pieces(document: Document, predicted: Sequence[Entity]) -> Iterator[Piece]:
    """Yields the text, cut at every bound of a gold or predicted entity and marked by its fate."""
    golden = document.entities
    missed, invented = kinds_of(golden, predicted), kinds_of(predicted, golden)
    bounds = {at for e in (*golden, *predicted) for at in (e.start, e.end)}
    for start, end in pairwise(sorted(bounds | {0, len(document.text)})):
        gold, given = _entity_at(start, golden), _entity_at(start, predicted)
        if gold:
            kind = kinds_of([gold], [given])[gold] if given else missed[gold]
        else:
            kind = invented[given].replace("missed", "spurious") if given else ""
        yield _piece(document.text[start:end], gold, given, kind)


def _entity_at(place: int, entities: Sequence[Entity]) -> Entity | None:
    return next((e for e in entities if e.start <= place < e.end), None)


def _piece(text: str, gold: Entity | None, predicted: Entity | None, kind: str) -> Piece:
    if gold is None and predicted is None:
        return Piece(text)
    wanted, given = (e.label if e else NO_ENTITY for e in (gold, predicted))
    label, title = label_of(wanted, given), f"gold {wanted}, predicted {given}"
    if predicted and predicted.score is not None:
        title += f", score {predicted.score:.3f}"
        label += "" if kind == "right" else f" {predicted.score:.2f}"
    return Piece(text, f"entity {kind}", label, title)


def label_of(gold: str, predicted: str) -> str:
    """Returns the gold and the predicted label as a mark shows them."""
    return gold if gold == predicted else f"{gold} → {predicted}"
