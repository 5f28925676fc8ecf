"""docs/operations.md has a table of attacks: what each did, and what it does now."""

import json
from pathlib import Path

FIGURES = Path(__file__).with_suffix(".json")  # written by tests/service/test_attacks.py


def attacks_table() -> str:
    """Returns a row for each attack, with its figures before and now."""
    rows = ["| attack | before | now |", "|---|---|---|"]
    for row in json.loads(FIGURES.read_text(encoding="utf-8")).values():
        rows.append(f"| {row['name']} | {row['before']} | {row['now']} |")
    return "\n".join(rows)
