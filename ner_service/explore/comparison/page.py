"""The page of a comparison: who is best, by how much, on what, and at what cost."""

from collections.abc import Iterator, Mapping, Sequence

from ner_service.explore.comparison.table import LENGTHS, SEEN, SIGNIFICANT, UNSEEN, Figures
from ner_service.explore.learning_curve import Point, draw_curve
from ner_service.output.html import render
from ner_service.output.numbers import duration, numbered
from ner_service.output.plots import COLORS, new_axes, svg
from ner_service.scoring.f1 import Score

Row = dict[str, str]


def page(
    title: str, documents: int, learned: str, figures: Sequence[Figures], curve: Sequence[Point]
) -> str:
    """Return the page; `learned` says from what, and a learning curve stands where there is one."""
    top = [f for f in figures if f.assessment.micro.f1 == figures[0].assessment.micro.f1]
    others = figures[len(top) :]  # the best come first
    return render(
        "comparison.html.j2",
        title=title,
        documents=numbered(documents, "document"),
        learned=learned,
        figures=figures,
        totals=list(total_rows(figures)),
        labels=list(label_rows(figures)),
        slices=list(slice_rows(figures)),
        costs=list(cost_rows(figures)),
        best=_join([f.system.name for f in top]),
        others=[f.system.name for f in others],
        equals=[f.system.name for f in others if (f.p or 0) >= SIGNIFICANT],
        picture=_picture(figures),
        curve=draw_curve(curve) if curve else "",
    )


def _join(names: Sequence[str]) -> str:
    """Return `a`, `a and b`, or `a, b and c`."""
    return " and ".join([*filter(None, [", ".join(names[:-1])]), *names[-1:]])


def total_rows(figures: Sequence[Figures]) -> Iterator[Row]:
    """Yield a row of scores over all labels for each system."""
    for each in figures:
        micro = each.assessment.micro
        yield {
            "system": each.system.name,
            "precision": f"{micro.precision:.4f}",
            "recall": f"{micro.recall:.4f}",
            "F1 (strict)": f"{micro.f1:.4f}",
            "95% interval": f"{micro.low:.4f}–{micro.high:.4f}",
            "p against the best": "–" if each.p is None else f"{each.p:.4f}",
        }


def label_rows(figures: Sequence[Figures]) -> Iterator[Row]:
    """Yield a row of F1 by label for each system, with the number of gold entities above."""
    for each in figures:
        labels = each.assessment.labels.items()
        yield {"system": each.system.name} | {
            f"{label} ({rates.gold})": f"{rates.f1:.4f}" for label, rates in labels
        }


def slice_rows(figures: Sequence[Figures]) -> Iterator[Row]:
    """Yield a row of F1 on seen and unseen names, and by length, for each system."""
    names = [(figure, SEEN) for figure in figures[:1] if figure.by_seen]
    for each in figures:
        row = {"system": each.system.name}
        if names:
            row |= {f"{name} names": _f1(each.by_seen, name) for name in (SEEN, UNSEEN)}
        yield row | {name: _f1(each.by_length, name) for name in LENGTHS}


def cost_rows(figures: Sequence[Figures]) -> Iterator[Row]:
    """Yield a row of speed, size and time of training for each system."""
    has_costs = any(each.system.cost is not None for each in figures)
    for each in figures:
        system = each.system
        speed, train = system.tokens_s, system.train_s
        row = {
            "system": system.name,
            "tokens/s": "–" if speed is None else f"{speed:,.0f}",
            "MB": "–" if system.megabytes is None else f"{system.megabytes:.1f}",
            "training": "–" if train is None else duration(train),
        }
        documents = each.assessment.documents
        price = "–" if system.cost is None else f"{1000 * system.cost / documents:.2f}"
        yield row | ({"US$ for 1,000 texts": price} if has_costs else {})


def _f1(scores: Mapping[str, Score], name: str) -> str:
    score = scores.get(name)
    return f"{score.f1:.4f}" if score and score.gold else "–"


def _picture(figures: Sequence[Figures]) -> str:
    """Draw F1 with its interval for each system."""
    figure, axes = new_axes(7.2, 0.9 + 0.38 * len(figures))
    for n, each in enumerate(figures):
        micro = each.assessment.micro
        is_equal = each.p is None or each.p >= SIGNIFICANT
        color = COLORS[0] if is_equal else COLORS[5]
        axes.plot([micro.low, micro.high], [n, n], color=color, linewidth=2)
        axes.plot([micro.f1], [n], "o", color=color)
    axes.set_yticks(range(len(figures)), [each.system.name for each in figures])
    axes.invert_yaxis()
    low, high = axes.get_xlim()
    axes.set_xlim(max(low, -0.005), min(high, 1.005))  # no F1 lies beyond, but half a dot does
    axes.set_xlabel("F1 with its 95% interval")
    return svg(figure, "comparison")
