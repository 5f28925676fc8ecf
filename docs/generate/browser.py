"""docs/page.md has the figures of the net that runs in the browser."""

import json
from pathlib import Path

FIGURES = Path(__file__).with_suffix(".json")  # written by tests/browser/test_figures.py


def browser_table() -> str:
    """Returns a row for each figure."""
    figures = json.loads(FIGURES.read_text(encoding="utf-8"))
    rows = [f"| {name} | {value:,g} |" for name, value in figures.items()]
    return "\n".join(["| the net in the browser | |", "|---|---:|", *rows])
