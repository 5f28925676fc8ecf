"""The figures of docs/annotating.md about choosing texts, from the simulation's file."""

import json

from benchmarks.selection import ENOUGH, RESULT, Point, needed

UNITS = ("sentences", "words", "entities")


def summary() -> str:
    """Return what choosing saves, as a paragraph and a table of a row each seed."""
    made = json.loads(RESULT.read_text("utf-8"))
    rows, shares = [], []
    for run in made["runs"]:
        chance, chosen = ([Point(**p) for p in run[way]] for way in ("random", "selected"))
        target = ENOUGH * run["full"]["f1"]
        cells = []
        for unit in UNITS:
            with_, without = needed(chosen, target, unit), needed(chance, target, unit)
            cells.append(f"{with_:.0f} of {without:.0f}")
        shares.append([needed(w, target, u) for u in UNITS for w in (chosen, chance)])
        rows.append(f"| {run['seed']} | {run['full']['f1']:.3f} | {' | '.join(cells)} |")
    totals = [sum(column) for column in zip(*shares, strict=True)]
    means = [totals[2 * n] / totals[2 * n + 1] for n in range(len(UNITS))]
    told = ", ".join(f"{mean:.0%} of the {unit}" for mean, unit in zip(means, UNITS, strict=True))
    return "\n".join(
        [
            f"By simulation on gold ({', '.join(made['pool'])}, {made['size']} sentences, a small "
            f"net that learns anew after each choice) a model reaches {ENOUGH:.0%} of the F1 of "
            f"all labels with {told} that a choice by chance needs.",
            "`python -m benchmarks.selection --pool CORPUS --dev CORPUS` measures it on yours.",
            "",
            "| seed | F1 of all | sentences | words | entities in them |",
            "|---:|---:|---:|---:|---:|",
            *rows,
        ]
    )
