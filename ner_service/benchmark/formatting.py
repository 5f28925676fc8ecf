"""Figures are written as the field writes them; templates use these functions as filters."""

from ner_service.benchmark.results import Spread


def share(value: float | None) -> str:
    """Returns a share of one with three digits and no leading zero: .885."""
    if value is None:
        return "–"
    return f"{value:.3f}".removeprefix("0") if value < 1 else "1.000"


def number(value: float | None, digits: int = 0) -> str:
    """Returns a number with commas between thousands."""
    return "–" if value is None else f"{value:,.{digits}f}"


def spread(value: Spread, digits: int = 2) -> str:
    """Returns a median with the least and the greatest value."""
    ends = f"{number(value.low, digits)}–{number(value.high, digits)}"
    return f"{number(value.median, digits)} ({ends})"
