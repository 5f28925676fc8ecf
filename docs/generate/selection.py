"""The figures of docs/annotating.md about choosing texts, from the simulation's file."""

import json
from typing import Any

from benchmarks.selection import ENOUGH, RESULT, Point, needed

UNITS = ("sentences", "words", "entities")
LEARNERS = {"net": "a small net", "crf": "a CRF over features"}


def summary() -> str:
    """Return what choosing saves each learner, as a paragraph and a table of a row each seed."""
    measured: dict[str, Any] = json.loads(RESULT.read_text("utf-8")) if RESULT.exists() else {}
    if not measured:
        return (
            "`python -m benchmarks.selection --pool CORPUS --dev CORPUS` measures what this saves "
            "on your texts; see [first figures](experiments.md#choosing-texts-to-label)."
        )
    return "\n\n".join(_learner(name, made) for name, made in measured.items())


def _learner(name: str, made: dict[str, Any]) -> str:
    rows, needs = [], []
    for run in made["runs"]:
        chance, chosen = ([Point(**p) for p in run[way]] for way in ("random", "selected"))
        target = ENOUGH * run["full"]["f1"]
        pairs = [(needed(chosen, target, unit), needed(chance, target, unit)) for unit in UNITS]
        cells = [f"{with_:.0f} of {without:.0f}" for with_, without in pairs]
        rows.append(f"| {run['seed']} | {run['full']['f1']:.3f} | {' | '.join(cells)} |")
        needs.append(pairs)
    shares = ", ".join(
        f"{sum(w for w, _ in pairs) / sum(c for _, c in pairs):.0%} of the {unit}"
        for unit, pairs in zip(UNITS, zip(*needs, strict=True), strict=True)
    )
    return "\n".join(
        [
            "A simulation on annotated texts shows what this saves "
            f"({', '.join(made['pool'])}, {made['size']} sentences, {LEARNERS[name]} that is "
            f"trained again after each choice). To reach {ENOUGH:.0%} of the F1 with all labels,",
            f"chosen texts need {shares} that randomly chosen texts need.",
            f"`python -m benchmarks.selection --learner {name} --pool CORPUS --dev CORPUS` "
            "measures it on your corpus.",
            "",
            "| seed | F1 with all labels | sentences | words | entities in them |",
            "|---:|---:|---:|---:|---:|",
            *rows,
        ]
    )
