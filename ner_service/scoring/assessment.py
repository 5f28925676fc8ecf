"""An assessment bundles all figures about a tagger's answers to a corpus.

The command line, model cards, error reports and the benchmark show parts of it, so that a figure
is computed in one place and means the same everywhere. A new figure is a function in a module
of this package, a field here with its line in `assess`, and a line in `output/figures.py`.
"""

from collections import Counter
from collections.abc import Collection, Mapping, Sequence
from dataclasses import asdict, dataclass, replace

from ner_service.scoring.calibration import Calibration, calibration_of
from ner_service.scoring.errors import Errors, confusion, count_errors
from ner_service.scoring.f1 import Predicted, Rates, Score, strict, token_io
from ner_service.scoring.kinds import KindScore, score_kinds
from ner_service.scoring.significance import (
    Counts,
    SparseCounts,
    counts,
    counts_by_label,
    f1_of,
    intervals,
)
from ner_service.types import Document

SEED = 0  # of the bootstrap, so that the same answers have the same interval


@dataclass(frozen=True, slots=True)
class RatesWithInterval(Rates):
    """Strict scores with the 95% bootstrap interval of F1, from `low` to `high`."""

    low: float
    high: float


@dataclass(frozen=True, slots=True)
class Assessment:
    """Strict scores by seqeval, kinds of error and of text, confusion, tokens, calibration."""

    documents: int
    micro: RatesWithInterval  # over all labels of `labels`
    labels: Mapping[str, RatesWithInterval]
    errors: Mapping[str, Errors]
    confusion: Counter[tuple[str, str]]
    token_io: Mapping[str, Score]
    calibration: Calibration | None  # none where the entities have no scores
    by_document: Counts  # which paired tests need
    kinds: Mapping[str, KindScore]  # of text, the worst first; none where documents name none


def assess(
    documents: Sequence[Document],
    predicted: Predicted,
    labels: Collection[str] | None = None,
    seed: int = SEED,
) -> Assessment:
    """Compares predicted entities with the gold ones of the documents.

    Only `labels` count where they are given, else all that occur. Raises `MissingExtra` without
    seqeval, and `AssertionError` if seqeval and the comparison of spans ever differ.
    """
    if labels is not None:
        documents, predicted = _only(documents, predicted, labels)
    report = strict(documents, predicted)
    names = sorted(report.labels if labels is None else labels)
    by_document = counts(documents, predicted, names)
    if abs(float(f1_of(by_document.sum(0))) - report.micro.f1) > 1e-9:
        raise AssertionError("seqeval's F1 and the F1 of exact spans differ")
    by_label = counts_by_label(documents, predicted, names)
    tables = [SparseCounts.of(by_document), *by_label.values()]
    bounds, *by_name = intervals(tables, len(documents), seed)
    none = Rates(0.0, 0.0, 0.0, 0)
    return Assessment(
        documents=len(documents),
        micro=_with_interval(report.micro, bounds),
        labels={
            name: _with_interval(report.labels.get(name, none), pair)
            for name, pair in zip(by_label, by_name, strict=True)
        },
        errors=count_errors(documents, predicted),
        confusion=confusion(documents, predicted),
        token_io=token_io(documents, predicted),
        calibration=calibration_of(documents, predicted),
        by_document=by_document,
        kinds=score_kinds(documents, by_document, seed),
    )


def _only(
    documents: Sequence[Document], predicted: Predicted, labels: Collection[str]
) -> tuple[list[Document], Predicted]:
    gold = [
        replace(d, entities=tuple(e for e in d.entities if e.label in labels)) for d in documents
    ]
    return gold, [[e for e in entities if e.label in labels] for entities in predicted]


def _with_interval(rates: Rates, bounds: tuple[float, float]) -> RatesWithInterval:
    low, high = bounds
    return RatesWithInterval(**asdict(rates), low=low, high=high)
