"""Plots are drawn by matplotlib as SVG for the inside of a page."""

import io
import warnings
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from ner_service.errors import MissingExtra

if TYPE_CHECKING:  # matplotlib is imported when the first picture is drawn
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

COLORS = ("#0b6e99", "#d1581c", "#3a8a3a", "#8a4fa0", "#b3892b", "#7a7a7a", "#c23b6b")
STYLE = Path(__file__).with_name("plots.mplstyle")


def check_plots() -> None:
    """Raise `MissingExtra` without matplotlib, before long work that ends in a picture begins."""
    try:
        import matplotlib  # noqa: F401
    except ImportError as error:
        raise MissingExtra(f"drawing ({error})", "explore") from error


def color_of(names: Sequence[str]) -> Mapping[str, str]:
    """Returns a colour for each name."""
    return {name: COLORS[n % len(COLORS)] for n, name in enumerate(names)}


def new_axes(width: float = 7.2, height: float = 4.2) -> "tuple[Figure, Axes]":
    """Returns an empty figure of so many inches, and its axes."""
    from matplotlib import style
    from matplotlib.figure import Figure

    style.use(STYLE)
    figure = Figure(figsize=(width, height), layout="constrained")
    return figure, figure.subplots()


def svg(figure: "Figure", name: str) -> str:
    """Returns the drawing without what only a file needs; its ids begin with the name's hash."""
    import matplotlib

    out = io.StringIO()
    with matplotlib.rc_context({"svg.hashsalt": name}), warnings.catch_warnings():
        warnings.filterwarnings("ignore", "Glyph .* missing")  # a browser has the letters
        figure.savefig(out, format="svg", metadata={"Date": None})
    drawing = out.getvalue()
    return drawing[drawing.index("<svg") :]
