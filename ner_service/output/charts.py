"""Small SVG pictures: a learning curve and a confusion matrix."""

from collections.abc import Mapping, Sequence
from html import escape

from ner_service.labels import OUTSIDE

FONT = 'font-family="sans-serif" font-size="12"'
WIDTH, HEIGHT, MARGIN = 480, 240, 44
CELL, HEAD = 64, 96


def learning_curve(history: Sequence[Mapping[str, float]]) -> str:
    """Dev F1 (left) and the loss a token (right) over epochs."""
    epochs = [record["epoch"] for record in history]
    shapes = [_frame(epochs)]
    for key, color, anchor, x in (
        ("dev_f1", "#1f6feb", "end", MARGIN - 6),
        ("loss", "#bc4c00", "start", WIDTH - MARGIN + 6),
    ):
        values = [record[key] for record in history]
        low, high = min(values), max(values)
        points = [
            (_place(n, len(values)), _height(value, low, high)) for n, value in enumerate(values)
        ]
        line = " ".join(f"{px:.1f},{py:.1f}" for px, py in points)
        stroke = f'fill="none" stroke="{color}" stroke-width="2"'
        shapes.append(f'<polyline {stroke} points="{line}"/>')
        shapes += [_dot(px, py, color) for px, py in points]
        for value, y in ((high, MARGIN), (low, HEIGHT - MARGIN)):
            shapes.append(_text(x, y + 4, f"{value:.3f}", anchor, color))
    shapes.append(_text(MARGIN, 18, "dev F1", "start", "#1f6feb"))
    shapes.append(_text(WIDTH - MARGIN, 18, "loss a token", "end", "#bc4c00"))
    return _picture(WIDTH, HEIGHT, shapes)


def _dot(x: float, y: float, color: str) -> str:
    return f'<circle cx="{x:.1f}" cy="{y:.1f}" r="2.5" fill="{color}"/>'


def _frame(epochs: Sequence[float]) -> str:
    bottom = HEIGHT - MARGIN
    first, last = f"{epochs[0]:.0f}", f"{epochs[-1]:.0f}"
    return (
        f'<path d="M{MARGIN} {MARGIN}V{bottom}H{WIDTH - MARGIN}V{MARGIN}" fill="none" '
        f'stroke="#888"/>{_text(MARGIN, bottom + 18, first)}'
        f"{_text(WIDTH - MARGIN, bottom + 18, last)}{_text(WIDTH / 2, bottom + 30, 'epoch')}"
    )


def _place(n: int, count: int) -> float:
    return MARGIN + (WIDTH - 2 * MARGIN) * (n / (count - 1) if count > 1 else 0.5)


def _height(value: float, low: float, high: float) -> float:
    share = (value - low) / (high - low) if high > low else 1.0
    return HEIGHT - MARGIN - share * (HEIGHT - 2 * MARGIN)


def confusion_matrix(counts: Mapping[tuple[str, str], int]) -> str:
    """Gold labels down, predicted ones across; `O` is nothing; a row is shaded by its shares."""
    labels = [*sorted({label for pair in counts for label in pair} - {OUTSIDE}), OUTSIDE]
    totals = {gold: sum(counts.get((gold, found), 0) for found in labels) for gold in labels}
    shapes = [_text(HEAD + CELL * len(labels) / 2, 18, "predicted"), _text(4, 18, "gold", "start")]
    for n, label in enumerate(labels):
        middle = HEAD + CELL * n + CELL / 2
        shapes.append(_text(middle, HEAD - 40, label[:9]))
        shapes.append(_text(HEAD - 8, middle - 26, label[:12], "end"))
    for row, gold in enumerate(labels):
        for column, found in enumerate(labels):
            if gold == found == OUTSIDE:
                continue
            count = counts.get((gold, found), 0)
            share = count / totals[gold] if totals[gold] else 0.0
            shapes.append(_cell(column, row, count, share, gold == found))
    size = HEAD + CELL * len(labels)
    return _picture(size + 8, size - 26, shapes)


def _cell(column: int, row: int, count: int, share: float, right: bool) -> str:
    x, y = HEAD + CELL * column, HEAD - 30 + CELL * row
    color = "#2da44e" if right else "#cf222e"
    return (
        f'<rect x="{x}" y="{y}" width="{CELL - 2}" height="{CELL - 2}" fill="{color}" '
        f'fill-opacity="{0.06 + 0.8 * share:.2f}"/>'
        f"{_text(x + CELL / 2, y + CELL / 2, str(count))}"
        f"{_text(x + CELL / 2, y + CELL / 2 + 16, f'{share:.0%}' if count else '')}"
    )


def _text(x: float, y: float, text: str, anchor: str = "middle", color: str = "#333") -> str:
    place = f'x="{x:.0f}" y="{y:.0f}" text-anchor="{anchor}" fill="{color}"'
    return f"<text {place}>{escape(text)}</text>"


def _picture(width: float, height: float, shapes: Sequence[str]) -> str:
    size = f'width="{width:.0f}" height="{height:.0f}" viewBox="0 0 {width:.0f} {height:.0f}"'
    back = '<rect width="100%" height="100%" fill="#fff"/>'
    body = "\n".join(shapes)
    return f'<svg xmlns="http://www.w3.org/2000/svg" {size} {FONT}>\n{back}\n{body}\n</svg>\n'
