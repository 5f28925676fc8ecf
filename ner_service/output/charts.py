"""Small SVG pictures: a learning curve and a confusion matrix."""

from collections.abc import Mapping, Sequence

from ner_service.labels import OUTSIDE
from ner_service.output.html import render


def learning_curve(history: Sequence[Mapping[str, float]]) -> str:
    """Draws dev F1 (left axis) and the loss per token (right axis) over epochs."""
    f1, loss = ([record[key] for record in history] for key in ("dev_f1", "loss"))
    return render(
        "learning_curve.svg.j2",
        epochs=[record["epoch"] for record in history],
        f1=f1,
        f1_places=_places(f1),
        loss=loss,
        loss_places=_places(loss),
    )


def _places(values: Sequence[float]) -> list[tuple[float, float]]:
    """Returns how far across and up each value lies, as shares of the frame."""
    low, span, last = min(values), max(values) - min(values), len(values) - 1
    return [
        (n / last if last else 0.5, (value - low) / span if span else 1.0)
        for n, value in enumerate(values)
    ]


def confusion_matrix(
    counts: Mapping[tuple[str, str], int], links: Mapping[tuple[str, str], str] | None = None
) -> str:
    """Draws gold labels down and predicted ones across; a row is shaded by its shares.

    `links` are addresses that cells lead to.
    """
    labels = [*sorted({label for pair in counts for label in pair} - {OUTSIDE}), OUTSIDE]
    totals = {gold: sum(counts.get((gold, other), 0) for other in labels) for gold in labels}
    return render(
        "confusion_matrix.svg.j2",
        labels=labels,
        counts=dict(counts),
        totals=totals,
        links=links or {},
    )
