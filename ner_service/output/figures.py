"""The figures of an assessment as rows of a table and as JSON, for the command line and reports.

A new figure of a label is one line of `LABEL_FIGURES`: a column of tables and a key of the JSON.
"""

from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import asdict
from typing import Any

from ner_service.scoring import Assessment
from ner_service.scoring.kinds import worst_of

Row = dict[str, str]  # heading -> cell
LABEL_FIGURES: Mapping[str, tuple[str, Callable[[Assessment], Mapping[str, float]]]] = {
    "token F1": ("token_io_f1", lambda found: {k: s.f1 for k, s in found.token_io.items()}),
}  # heading -> (key, the figure of each label), beside the strict scores
KINDS = {"label": "wrong label"}  # headings of kinds of errors whose names would be ambiguous


def score_rows(assessment: Assessment) -> Iterator[Row]:
    """Yields the scores of each label, and last those of all labels together."""
    figures = {heading: figure(assessment) for heading, (_, figure) in LABEL_FIGURES.items()}
    for label, rates in [*assessment.labels.items(), ("micro", assessment.micro)]:
        yield {
            "label": label,
            "precision": f"{rates.precision:.4f}",
            "recall": f"{rates.recall:.4f}",
            "F1 (strict)": f"{rates.f1:.4f}",
            "95% interval": f"{rates.low:.4f}–{rates.high:.4f}",
            "gold": str(rates.gold),
        } | {head: f"{of[label]:.4f}" if label in of else "" for head, of in figures.items()}


def error_rows(assessment: Assessment) -> Iterator[Row]:
    """Yields the number of errors of each kind for each label."""
    for label, errors in assessment.errors.items():
        counts = asdict(errors).items()
        yield {"label": label} | {KINDS.get(kind, kind): str(count) for kind, count in counts}


def kind_rows(assessment: Assessment) -> Iterator[Row]:
    """Yields the scores of each kind of text, the worst first."""
    for kind, score in assessment.kinds.items():
        yield {
            "kind": kind,
            "precision": f"{score.precision:.4f}",
            "recall": f"{score.recall:.4f}",
            "F1 (strict)": f"{score.f1:.4f}",
            "95% interval": f"{score.low:.4f}–{score.high:.4f}",
            "gold": str(score.gold),
        }


def system_rows(systems: Iterable[tuple[str, Assessment, float | None]]) -> Iterator[Row]:
    """Yields a row for each system's name, assessment and cost in US dollars, the best first."""
    ranked = sorted(systems, key=lambda system: -system[1].micro.f1)
    has_costs = any(cost is not None for _, _, cost in ranked)
    for name, assessment, cost in ranked:
        micro = assessment.micro
        price = "" if cost is None else f"{1000 * cost / assessment.documents:.2f}"
        yield {
            "system": name,
            "precision": f"{micro.precision:.4f}",
            "recall": f"{micro.recall:.4f}",
            "F1 (strict)": f"{micro.f1:.4f}",
            "95% interval": f"{micro.low:.4f}–{micro.high:.4f}",
        } | ({"US$ for 1,000 texts": price} if has_costs else {})


def as_json(assessment: Assessment) -> dict[str, Any]:
    """Returns what `evaluate --json` says of one tagger on one corpus."""
    kinds = {kind: asdict(score) for kind, score in assessment.kinds.items()}
    return {
        "documents": assessment.documents,
        "strict": {
            "micro": asdict(assessment.micro),
            "labels": {label: asdict(rates) for label, rates in assessment.labels.items()},
        },
        **{key: dict(figure(assessment)) for key, figure in LABEL_FIGURES.values()},
        **({"kinds": kinds, "worst_kind": worst_of(assessment.kinds)} if kinds else {}),
    }
