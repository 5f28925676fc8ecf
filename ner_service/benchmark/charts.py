"""Charts are drawn by matplotlib as SVG for the inside of a page."""

import io
from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING

if TYPE_CHECKING:  # matplotlib is imported when the first picture is drawn
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

COLORS = ("#0b6e99", "#d1581c", "#3a8a3a", "#8a4fa0", "#b3892b", "#7a7a7a", "#c23b6b")


def color_of(names: Sequence[str]) -> Mapping[str, str]:
    """Returns a colour for each name."""
    return {name: COLORS[n % len(COLORS)] for n, name in enumerate(names)}


def new_axes(width: float = 7.2, height: float = 4.2) -> "tuple[Figure, Axes]":
    """Returns an empty figure of so many inches, and its axes."""
    import matplotlib
    from matplotlib.figure import Figure

    matplotlib.rcParams.update(
        {
            "svg.fonttype": "none",
            "text.parse_math": False,  # names of corpora may hold dollars
            "font.family": "sans-serif",
            "font.size": 11,
            "axes.spines.top": False,
            "axes.spines.right": False,
            "axes.grid": True,
            "grid.alpha": 0.25,
        }
    )
    figure = Figure(figsize=(width, height), layout="constrained")
    return figure, figure.subplots()


def svg(figure: "Figure", name: str) -> str:
    """Returns the drawing without what only a file needs; its ids begin with the name's hash."""
    import matplotlib

    out = io.StringIO()
    with matplotlib.rc_context({"svg.hashsalt": name}):
        figure.savefig(out, format="svg", metadata={"Date": None})
    drawing = out.getvalue()
    return drawing[drawing.index("<svg") :]
