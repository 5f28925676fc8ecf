"""Small SVG pictures: a learning curve and a confusion matrix."""

from collections.abc import Mapping, Sequence

from ner_service.labels import OUTSIDE
from ner_service.output.html import render

WIDTH, HEIGHT, MARGIN = 480, 240, 44  # of a learning curve, in pixels
CELL, HEAD = 64, 96  # the side of a cell of a confusion matrix, and the room for its labels


def learning_curve(history: Sequence[Mapping[str, float]]) -> str:
    """Draws dev F1 (left axis) and the loss per token (right axis) over epochs."""
    f1, loss = ([record[key] for record in history] for key in ("dev_f1", "loss"))
    return render(
        "learning_curve.svg.j2",
        **{"width": WIDTH, "height": HEIGHT, "margin": MARGIN},
        **{"bottom": HEIGHT - MARGIN, "right": WIDTH - MARGIN},
        epochs=[record["epoch"] for record in history],
        **{"f1": f1, "f1_points": _points(f1), "loss": loss, "loss_points": _points(loss)},
    )


def _points(values: Sequence[float]) -> list[tuple[float, float]]:
    low, span, last = min(values), max(values) - min(values), len(values) - 1
    inner_width, inner_height = WIDTH - 2 * MARGIN, HEIGHT - 2 * MARGIN
    return [
        (
            MARGIN + inner_width * (n / last if last else 0.5),
            HEIGHT - MARGIN - inner_height * ((value - low) / span if span else 1.0),
        )
        for n, value in enumerate(values)
    ]


def confusion_matrix(counts: Mapping[tuple[str, str], int]) -> str:
    """Draws gold labels down and predicted ones across; a row is shaded by its shares."""
    labels = [*sorted({label for pair in counts for label in pair} - {OUTSIDE}), OUTSIDE]
    totals = {gold: sum(counts.get((gold, other), 0) for other in labels) for gold in labels}
    size = HEAD + CELL * len(labels)
    return render(
        "confusion_matrix.svg.j2",
        **{"width": size + 8, "height": size - 26, "cell": CELL, "head": HEAD},
        **{"labels": labels, "counts": dict(counts), "totals": totals},
    )
