"""The figures of an assessment as rows of a table and as JSON, for the command line and reports.

A new figure of a label is one line of `score_rows`, a new one of a corpus one of `as_json`.
"""

from collections.abc import Iterator
from dataclasses import asdict
from typing import Any

from ner_service.scoring import Assessment

Row = dict[str, str]  # heading -> cell
KINDS = {"label": "wrong label"}  # headings of kinds of errors whose names would be ambiguous


def score_rows(assessment: Assessment) -> Iterator[Row]:
    """Yields the scores of each label, and last those of all labels together."""
    for label, rates in [*assessment.labels.items(), ("micro", assessment.micro)]:
        tokens = assessment.token_io.get(label)
        yield {
            "label": label,
            "precision": f"{rates.precision:.4f}",
            "recall": f"{rates.recall:.4f}",
            "F1 (strict)": f"{rates.f1:.4f}",
            "95% interval": f"{rates.low:.4f}–{rates.high:.4f}",
            "gold": str(rates.gold),
            "token F1": f"{tokens.f1:.4f}" if tokens else "",
        }


def error_rows(assessment: Assessment) -> Iterator[Row]:
    """Yields the number of errors of each kind for each label."""
    for label, errors in assessment.errors.items():
        counts = asdict(errors).items()
        yield {"label": label} | {KINDS.get(kind, kind): str(count) for kind, count in counts}


def as_json(assessment: Assessment) -> dict[str, Any]:
    """Returns what `evaluate --json` says of one tagger on one corpus."""
    return {
        "documents": assessment.documents,
        "strict": {
            "micro": asdict(assessment.micro),
            "labels": {label: asdict(rates) for label, rates in assessment.labels.items()},
        },
        "token_io_f1": {label: score.f1 for label, score in assessment.token_io.items()},
    }
